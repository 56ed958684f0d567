import type { ClickHouseClient } from '@clickhouse/client';
import type { Publisher } from '../../platform/publish.ts';
import { readingsTable, topologyTable } from '../../schema/occupancy/tables.ts';
import { liveView, type TableView } from '../tableView.ts';
import type { View } from '../view.ts';
import { toReadingRow, toTopologyRow } from './rows.ts';

export const occupancyTables: TableView = {
  name: 'occupancy',
  about: 'topology and readings of occupancy',
  tables: [
    {
      ...{ topic: 'occupancy.topology', table: 'occupancy_topology', shardBy: ['tenant', 'kind', 'id'] },
      ...{ create: topologyTable, toRow: toTopologyRow },
    },
    {
      ...{ topic: 'occupancy.readings', table: 'occupancy_readings', shardBy: ['tenant', 'dpu'] },
      ...{ create: readingsTable, toRow: toReadingRow },
    },
  ],
};

/** The view that keeps topology and readings in ClickHouse up to date. */
export function occupancyView(clickhouse: ClickHouseClient, publisher: Publisher): View {
  return liveView(occupancyTables, clickhouse, publisher);
}
