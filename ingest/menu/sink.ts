import type { ClickHouseClient } from '@clickhouse/client';
import type { Publisher } from '../../platform/publish.ts';
import { menuItemsTable, menuMatchesTable, menuTermsTable } from '../../schema/menu/tables.ts';
import { liveView, type TableView } from '../tableView.ts';
import type { View } from '../view.ts';
import { toItemRow, toMatchRow, toTermRow } from './rows.ts';

export const menuTables: TableView = {
  name: 'menu',
  about: 'terms, items and matches of menus',
  tables: [
    { topic: 'menu.terms', table: 'menu_terms', shardBy: ['tenant', 'id'], create: menuTermsTable, toRow: toTermRow },
    { topic: 'menu.items', table: 'menu_items', shardBy: ['tenant', 'id'], create: menuItemsTable, toRow: toItemRow },
    {
      topic: 'menu.matches',
      table: 'menu_matches',
      shardBy: ['tenant', 'item'],
      create: menuMatchesTable,
      toRow: toMatchRow,
    },
  ],
};

/** The view that keeps terms, items and matches in ClickHouse up to date. */
export function menuView(clickhouse: ClickHouseClient, publisher: Publisher): View {
  return liveView(menuTables, clickhouse, publisher);
}
