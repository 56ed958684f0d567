import type { ClickHouseClient } from '@clickhouse/client';
import { refusesRows } from '../platform/clickhouse.ts';
import type { Publisher } from '../platform/publish.ts';
import { ContractError } from '../schema/contract.ts';
import { viewGroup } from '../schema/topics.ts';
import { type DeadLetter, sendDeadLetters } from './deadLetters.ts';
import { gatheredInserts, type TopicTable } from './tables.ts';
import type { Batch, View } from './view.ts';

/** A view that is made of tables. */
export interface TableView {
  name: string;
  /** What it holds, for people. */
  about: string;
  tables: TopicTable[];
}

/** Where a view puts what it makes of messages; both may get the same again. */
export interface Outlets {
  insert(table: TopicTable, rows: object[]): Promise<void>;
  send(letters: DeadLetter[]): Promise<void>;
}

/** Keeps the tables of a view up to date. */
export function liveView({ name, tables }: TableView, clickhouse: ClickHouseClient, publisher: Publisher): View {
  const insert = gatheredInserts(clickhouse, tables);
  return viewOfTables(name, tables, {
    insert: ({ table }, rows) => insert(table, rows),
    send: (letters) => sendDeadLetters(publisher, letters),
  });
}

/**
 * The messages of topics as rows of tables. Offsets are committed after the insert is acknowledged, and rows are
 * identified by what they are about or by their place, so whatever is written again replaces itself.
 */
export function viewOfTables(name: string, tables: TopicTable[], { insert, send }: Outlets): View {
  const tableOf = new Map<string, TopicTable>(tables.map((table) => [table.topic, table]));
  return {
    group: viewGroup(name),
    topics: [...tableOf.keys()],
    batchSize: 10_000,
    concurrency: 16,
    async write(batch) {
      const table = tableOf.get(batch.topic)!;
      const { rows, letters } = read(table, batch);
      if (rows.length > 0) await insert(table, rows);
      // Last, or whatever makes the batch be written again would send them again.
      if (letters.length > 0) await send(letters);
    },
    isTransient: (error) => !refusesRows(error),
    refuse: (topic, partition, message, reason) => send([{ topic, partition, message, reason }]),
  };
}

/** The messages of a batch as rows, and those that break their contract, with the reason. */
function read(table: TopicTable, { topic, partition, messages }: Batch): { rows: object[]; letters: DeadLetter[] } {
  const rows: object[] = [];
  const letters: DeadLetter[] = [];
  for (const message of messages)
    try {
      rows.push(table.toRow(topic, partition, message));
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      letters.push({ topic, partition, message, reason: error.message });
    }
  return { rows, letters };
}
