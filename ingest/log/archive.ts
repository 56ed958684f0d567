import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type ClickHouseClient } from '@clickhouse/client';
import type { KafkaMessage } from 'kafkajs';
import { TributaryError } from '../../platform/errors.ts';
import { statement } from '../../platform/statement.ts';
import { logGroup, redriveHeader, redrivenPlace, topicNames } from '../../schema/topics.ts';
import { Gathered } from '../gathered.ts';
import { insertRows } from '../tables.ts';
import type { Batch, View } from '../view.ts';

interface LogRow {
  topic: string;
  partition: number;
  offset: string;
  at: number;
  key: string | null;
  headers: string;
  value: string | null;
}

/**
 * The view that archives every message of every topic in the table `log`, whatever the message holds, and in the table
 * `redriven` which of them were sent for dead letters.
 */
export function archiveView(clickhouse: ClickHouseClient): View {
  const inserts = new Gathered<LogRow>((rows) => statement('clickhouse', insertLog, () => insert(clickhouse, rows)));
  return {
    group: logGroup,
    topics: topicNames,
    batchSize: 10_000,
    concurrency: 16,
    keepsBytes: true,
    async write(batch) {
      const { topic, partition, messages } = batch;
      await inserts.add(messages.map((message) => toRow(topic, partition, message)));
      const redriven = redrivenRows(batch);
      if (redriven.length > 0) await insertRows(clickhouse, 'redriven', redriven);
    },
    isTransient: () => true, // the tables take any bytes, so an error is never the message's fault
    refuse: (topic, partition, message) => {
      throw new TributaryError('INTERNAL_SERVER_ERROR', `the log refused ${topic}/${partition}/${message.offset}`);
    },
  };
}

function redrivenRows({ topic, partition, messages }: Batch): object[] {
  return messages.flatMap(({ headers, offset, timestamp }) => {
    const place = redrivenPlace(headers?.[redriveHeader]?.toString());
    return place ? [{ topic, ...place, by_partition: partition, by_offset: offset, at: Number(timestamp) }] : [];
  });
}
const insertLog = 'INSERT INTO log FORMAT JSONEachRow';

/** In latin1 every byte is a character and comes out as the same byte, also where a message holds no UTF-8. */
const bytesAsText = 'latin1';

async function insert(clickhouse: ClickHouseClient, rows: LogRow[]): Promise<void> {
  const lines = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'), bytesAsText);
  const { stream } = await clickhouse.exec({
    query: insertLog,
    values: Readable.from([lines]),
  });
  stream.resume(); // the answer is empty, but keeps its connection until it is read
  await finished(stream);
}

function toRow(topic: string, partition: number, message: KafkaMessage): LogRow {
  const text = (bytes: Buffer | string) => Buffer.from(bytes as string).toString(bytesAsText);
  // Headers are texts, or they could not stand in JSON.
  const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    topic,
    partition,
    offset: message.offset,
    at: Number(message.timestamp),
    key: message.key && text(message.key),
    headers: text(JSON.stringify(Object.fromEntries(headers))),
    value: message.value && text(message.value),
  };
}
