import { type ClickHouseClient } from '@clickhouse/client';
import { isUnknownTable } from '../../platform/clickhouse.ts';
import { rebuiltEditsPrefix } from '../../schema/wiki/table.ts';
import type { WikiRow } from './rows.ts';

const readRebuiltTables = `
SELECT name
FROM system.tables
WHERE database = currentDatabase() AND startsWith(name, {prefix:String})`;

/** The tables that rebuilds are filling, or have left behind. */
export async function rebuiltTables(clickhouse: ClickHouseClient): Promise<string[]> {
  const result = await clickhouse.query({
    query: readRebuiltTables,
    query_params: { prefix: rebuiltEditsPrefix },
    format: 'JSONEachRow',
  });
  return (await result.json<{ name: string }>()).map(({ name }) => name);
}

/**
 * Writes edits where they can be asked for. While a table is being rebuilt they are written there first: so whatever
 * can be seen is in both, and when the one takes the place of the other nothing is missing for a moment.
 */
export async function insertLive(clickhouse: ClickHouseClient, rows: WikiRow[]): Promise<void> {
  for (const table of await rebuiltTables(clickhouse))
    await insertEdits(clickhouse, table, rows).catch((error) => {
      if (!isUnknownTable(error)) throw error; // the rebuild has ended
    });
  await insertEdits(clickhouse, 'wiki_edits', rows);
}

export async function insertEdits(clickhouse: ClickHouseClient, table: string, values: WikiRow[]): Promise<void> {
  await clickhouse.insert({
    table,
    values,
    format: 'JSONEachRow',
    clickhouse_settings: {
      // Edits of a hundred months may come in one batch, where somebody plays old ones.
      max_partitions_per_insert_block: '0',
      // A table that was made by an earlier version stays as it is until it is rebuilt.
      input_format_skip_unknown_fields: 1,
    },
  });
}
