import type { Settings } from '../platform/config.ts';
import type { TableDefinition } from './tables.ts';

/** What a table of this installation is called on each server of a cluster, where the rows of its shard are. */
const localName = (table: string, { CLICKHOUSE_DATABASE: database }: Settings) => `${database}.${table}_local`;

/** What follows the name of a database or a table, so that a statement about it is run on every server of the cluster. */
export const onCluster = ({ CLICKHOUSE_CLUSTER: cluster }: Settings) => (cluster ? ` ON CLUSTER '${cluster}'` : '');

/** The name under which the rows of a table are, for statements about the table itself. */
export const stored = (table: string, settings: Settings) =>
  settings.CLICKHOUSE_CLUSTER ? `${localName(table, settings)}${onCluster(settings)}` : table;

/**
 * The statements that make a table. In a cluster the same definition makes a replicated table on every server, and over
 * them a distributed one, which has the name by which it is written and asked. What has one identity has one hash, and
 * so is on one shard, where it replaces itself and FINAL sees all of it.
 */
export function tableStatements({ table, create, shardBy }: TableDefinition, settings: Settings): string[] {
  if (!settings.CLICKHOUSE_CLUSTER) return [create(table, settings)];
  const { CLICKHOUSE_CLUSTER: cluster, CLICKHOUSE_DATABASE: database } = settings;
  return [
    create(stored(table, settings), settings).replace(
      /ENGINE = ReplacingMergeTree(\((\w+)\))?/,
      (_, __, version) =>
        `ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}'${version ? `, ${version}` : ''})`,
    ),
    `
CREATE TABLE IF NOT EXISTS ${database}.${table}${onCluster(settings)} AS ${localName(table, settings)}
ENGINE = Distributed('${cluster}', '${database}', '${table}_local', cityHash64(${shardBy.join(', ')}))`,
  ];
}
