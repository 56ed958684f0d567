import type { ClickHouseClient } from '@clickhouse/client';
import type { KafkaMessage } from 'kafkajs';
import { isUnknownTable, refusesRows } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { statement } from '../platform/statement.ts';
import type { TopicName } from '../schema/topics.ts';
import { Gathered } from './gathered.ts';

/** A table of ClickHouse, as it is made. */
export interface TableDefinition {
  table: string;
  /** The statement that makes it, under this name or another. Rows are identified so that what is written again replaces itself. */
  create(name: string, settings: Settings): string;
  /** Columns of the identity of a row that say on which shard of a cluster it is. */
  shardBy: readonly string[];
}

/** A table that holds what the messages of one topic say, each of them in one row at the most. */
export interface TopicTable<Row = object> extends TableDefinition {
  topic: TopicName;
  /** @throws ContractError when the message says what cannot be */
  toRow(topic: string, partition: number, message: KafkaMessage): Row;
  /** Whether the table drops the row for its age. */
  isExpired?(row: Row, settings: Settings): boolean;
}

/** A table that a rebuild fills is called so, and when it was begun. Ingest writes into every one that there is. */
export const rebuiltPrefix = (table: string) => `${table}_rebuilt_`;

const readRebuiltTables = `
SELECT name
FROM system.tables
WHERE database = currentDatabase() AND startsWith(name, {prefix:String})`;

/** The tables that rebuilds of this one are filling, or have left behind. */
export async function rebuiltTables(clickhouse: ClickHouseClient, table: string): Promise<string[]> {
  const result = await clickhouse.query({
    query: readRebuiltTables,
    query_params: { prefix: rebuiltPrefix(table) },
    format: 'JSONEachRow',
  });
  return (await result.json<{ name: string }>()).map(({ name }) => name);
}

/**
 * Writes rows where they can be asked for. While the table is being rebuilt they are written into the new one first: so
 * whatever can be seen is in both, and when the one takes the place of the other nothing is missing for a moment.
 */
async function insertLive(clickhouse: ClickHouseClient, table: string, rows: object[]): Promise<void> {
  for (const rebuilt of await rebuiltTables(clickhouse, table))
    await insertRows(clickhouse, rebuilt, rows).catch((error) => {
      if (!isUnknownTable(error)) throw error; // the rebuild has ended
    });
  await insertRows(clickhouse, table, rows);
}

/** Inserts into tables, of which small ones are gathered. A row that is refused fails its own caller and no other. */
export function gatheredInserts<Table extends string>(
  clickhouse: ClickHouseClient,
  tables: readonly { table: Table }[],
): (table: Table, rows: object[]) => Promise<void> {
  const inserts = new Map(
    tables.map(({ table }) => [table, new Gathered<object>((rows) => insertLive(clickhouse, table, rows))]),
  );
  return (table, rows) =>
    inserts
      .get(table)!
      .add(rows)
      .catch((error) => {
        if (!refusesRows(error)) throw error;
        return insertLive(clickhouse, table, rows); // the row that is refused may be of another partition
      });
}

export async function insertRows(clickhouse: ClickHouseClient, table: string, values: object[]): Promise<void> {
  await statement('clickhouse', `INSERT INTO ${table}`, () =>
    clickhouse.insert({
      table,
      values,
      format: 'JSONEachRow',
      clickhouse_settings: {
        // Rows of a hundred months may come in one batch, where somebody plays old ones.
        max_partitions_per_insert_block: '0',
        // A table that was made by an earlier version stays as it is until it is rebuilt.
        input_format_skip_unknown_fields: 1,
      },
    }),
  );
}
