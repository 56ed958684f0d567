import { type ClickHouseClient } from '@clickhouse/client';
import type { KafkaMessage } from 'kafkajs';
import { TributaryError } from '../../platform/errors.ts';
import { logGroup, topicNames } from '../../schema/topics.ts';
import type { View } from '../view.ts';

interface LogRow {
  topic: string;
  partition: number;
  offset: string;
  at: number;
  key: string | null;
  headers: string;
  value: string | null;
}

/** How long messages of all partitions are gathered into one insert, in milliseconds. */
const gatherMs = 50;

/** The view that archives every message of every topic in the table `log`, whatever the message holds. */
export function archiveView(clickhouse: ClickHouseClient): View {
  const inserts = new Gathered(clickhouse);
  return {
    group: logGroup,
    topics: topicNames,
    batchSize: 10_000,
    concurrency: 16,
    write: ({ topic, partition, messages }) => inserts.add(messages.map((message) => toRow(topic, partition, message))),
    isTransient: () => true, // the table takes any bytes, so an error is never the message's fault
    refuse: (topic, partition, message) => {
      throw new TributaryError('INTERNAL_SERVER_ERROR', `the log refused ${topic}/${partition}/${message.offset}`);
    },
  };
}

/** Many small batches become one insert, which ClickHouse likes much better. */
class Gathered {
  #rows: LogRow[] = [];
  #flush: Promise<void> | undefined;

  constructor(readonly clickhouse: ClickHouseClient) {}

  /** Resolves when the rows are stored. */
  add(rows: LogRow[]): Promise<void> {
    for (const row of rows) this.#rows.push(row);
    this.#flush ??= new Promise((resolve, reject) => {
      setTimeout(() => {
        const values = this.#rows;
        this.#rows = [];
        this.#flush = undefined;
        this.clickhouse.insert({ table: 'log', values, format: 'JSONEachRow' }).then(() => resolve(), reject);
      }, gatherMs);
    });
    return this.#flush;
  }
}

function toRow(topic: string, partition: number, message: KafkaMessage): LogRow {
  const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    topic,
    partition,
    offset: message.offset,
    at: Number(message.timestamp),
    key: message.key?.toString() ?? null,
    headers: JSON.stringify(Object.fromEntries(headers)),
    value: message.value?.toString() ?? null,
  };
}
