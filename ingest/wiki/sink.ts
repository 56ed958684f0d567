import type { ClickHouseClient } from '@clickhouse/client';
import type { Publisher } from '../../platform/publish.ts';
import { wikiEditsRetention, wikiEditsTable } from '../../schema/wiki/table.ts';
import type { TopicTable } from '../tables.ts';
import { liveView, type TableView } from '../tableView.ts';
import type { View } from '../view.ts';
import { toWikiRow, type WikiRow } from './rows.ts';

const day = 86_400_000;

const edits: TopicTable<WikiRow> = {
  topic: 'wiki.edits',
  table: 'wiki_edits',
  shardBy: ['id'],
  create: (name, { WIKI_RETENTION_DAYS: days }) => wikiEditsTable(name, wikiEditsRetention(days)),
  toRow: toWikiRow,
  isExpired: ({ time }, { WIKI_RETENTION_DAYS: days }) => days > 0 && time < Date.now() - days * day,
};

export const wikiTables: TableView = { name: 'wiki', about: 'the edits of wikis', tables: [edits] };

/** The view that keeps the edits of wikis in ClickHouse up to date. */
export function wikiView(clickhouse: ClickHouseClient, publisher: Publisher): View {
  return liveView(wikiTables, clickhouse, publisher);
}
