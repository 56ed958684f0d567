import { expect, test } from 'vitest';
import { readSettings } from '../platform/config.ts';
import { stored, tableStatements } from './cluster.ts';
import { tables } from './setup.ts';

const settings = readSettings({
  CLICKHOUSE_DATABASE: 'tributary',
  CLICKHOUSE_CLUSTER: 'river',
  WIKI_RETENTION_DAYS: '30',
});

test('in a cluster the same tables are made, replicated and distributed', async () => {
  const text = tables.flatMap((table) => tableStatements(table, settings)).join(';\n');
  await expect(`${text.trim()};\n`).toMatchFileSnapshot('cluster.sql');
});

test.each(tables.map((table) => [table.table, table] as const))(
  'rows of %s that are the same row are on the same shard',
  (_, { table, create, shardBy }) => {
    const identity = /ORDER BY \((.*)\)/.exec(create(table, settings))![1]!;
    const columns = identity.replace(/if\(.*\)/, '').split(', ');
    expect(columns).toEqual(expect.arrayContaining([...shardBy]));
  },
);

test('on one server a table is made as it is defined, under its own name', () => {
  const alone = { ...settings, CLICKHOUSE_CLUSTER: '' };
  for (const table of tables) expect(tableStatements(table, alone)).toEqual([table.create(table.table, alone)]);
  expect(stored('wiki_edits', alone)).toBe('wiki_edits');
  expect(stored('wiki_edits', settings)).toBe("tributary.wiki_edits_local ON CLUSTER 'river'");
});
