import type { ClickHouseClient } from '@clickhouse/client';
import type { Kafka } from 'kafkajs';
import { openClickHouse } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { askBrokers } from '../platform/kafka.ts';
import type { Graph } from '../platform/neo4j.ts';
import { logTable, redrivenTable } from '../schema/log.ts';
import { peopleGraph } from '../schema/people/graph.ts';
import { topicNames, topicOf } from '../schema/topics.ts';
import { wikiEditsRetention } from '../schema/wiki/table.ts';
import { airTables } from './air/sink.ts';
import { onCluster, stored, tableStatements } from './cluster.ts';
import { menuTables } from './menu/sink.ts';
import { occupancyTables } from './occupancy/sink.ts';
import { registerSchemas } from './registerSchemas.ts';
import type { TableDefinition } from './tables.ts';
import { wikiTables } from './wiki/sink.ts';

/**
 * Makes the topics, tables and constraints that are not there yet, and registers our schemas. Doing it again changes
 * nothing.
 * @throws Error when the registry has schemas with which ours are not compatible
 */
export async function setUp(settings: Settings, kafka: Kafka, graph: Graph): Promise<void> {
  await registerSchemas(settings);
  await Promise.all([createTopics(settings, kafka), createTables(settings), createConstraints(graph)]);
}

function createTopics(settings: Settings, kafka: Kafka): Promise<void> {
  return askBrokers(kafka, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = topicNames.filter((name) => !existing.has(settings.KAFKA_PREFIX + name));
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((name) => {
        const { partitions = settings.KAFKA_PARTITIONS, isCompacted, largestMessage } = topicOf(name);
        return {
          topic: settings.KAFKA_PREFIX + name,
          numPartitions: partitions,
          replicationFactor: settings.KAFKA_REPLICATION,
          configEntries: [
            // The broker's clock alone says when a message entered the log; a producer's clock cannot move it.
            { name: 'message.timestamp.type', value: 'LogAppendTime' },
            // Producers may compress as they like; our client reads only what the broker has unpacked.
            { name: 'compression.type', value: 'uncompressed' },
            ...(isCompacted ? [{ name: 'cleanup.policy', value: 'compact' }] : []),
            ...(largestMessage ? [{ name: 'max.message.bytes', value: String(largestMessage) }] : []),
          ],
        };
      }),
    });
  });
}

/** Every table of ClickHouse. */
export const tables: TableDefinition[] = [
  { table: 'log', create: logTable, shardBy: ['topic', 'partition'] },
  { table: 'redriven', create: redrivenTable, shardBy: ['topic', 'partition'] },
  ...occupancyTables.tables,
  ...wikiTables.tables,
  ...menuTables.tables,
  ...airTables,
];

async function createTables(settings: Settings): Promise<void> {
  const server = openClickHouse({ ...settings, CLICKHOUSE_DATABASE: 'system' });
  const database = openClickHouse(settings);
  try {
    if (settings.CLICKHOUSE_CLUSTER) await refuseUndistributed(server, settings);
    // The name is checked to be an identifier when the settings are read.
    const name = `${settings.CLICKHOUSE_DATABASE}${onCluster(settings)}`;
    await server.command({ query: `CREATE DATABASE IF NOT EXISTS ${name} ENGINE = Atomic` });
    for (const table of tables) for (const query of tableStatements(table, settings)) await database.command({ query });
    await retain(database, 'wiki_edits', wikiEditsRetention(settings.WIKI_RETENTION_DAYS), settings);
  } finally {
    await Promise.all([server.close(), database.close()]);
  }
}

const readUndistributed = `
SELECT name
FROM system.tables
WHERE database = {database:String} AND name IN {tables:Array(String)} AND engine != 'Distributed'
ORDER BY name`;

/** @throws Error when there are tables from before there was a cluster, which would hold everything on one server */
async function refuseUndistributed(server: ClickHouseClient, settings: Settings): Promise<void> {
  const query_params = { database: settings.CLICKHOUSE_DATABASE, tables: tables.map(({ table }) => table) };
  const result = await server.query({ query: readUndistributed, query_params, format: 'JSONEachRow' });
  const names = (await result.json<{ name: string }>()).map(({ name }) => name);
  if (names.length === 0) return;
  throw new Error(
    `CLICKHOUSE_CLUSTER is set, but these are tables of one server: ${names.join(', ')}. Give the cluster another CLICKHOUSE_DATABASE; docs/operations.md says under Beyond one machine how to bring over what they hold.`,
  );
}

const readEngine = `
SELECT engine_full
FROM system.tables
WHERE database = currentDatabase() AND name IN ({table:String}, {table:String} || '_local')
ORDER BY name DESC
LIMIT 1`;

/** Gives a table its TTL clause, or takes it away; only when it has another, because every change rewrites the parts. */
async function retain(database: ClickHouseClient, table: string, clause: string, settings: Settings): Promise<void> {
  const result = await database.query({ query: readEngine, query_params: { table }, format: 'JSONEachRow' });
  const [{ engine_full }] = (await result.json()) as [{ engine_full: string }];
  const present = /TTL .*?(?= SETTINGS|$)/.exec(engine_full)?.[0] ?? '';
  if (present === clause) return;
  await database.command({
    query: `ALTER TABLE ${stored(table, settings)} ${clause === '' ? 'REMOVE TTL' : `MODIFY ${clause}`}`,
  });
}

/** Of processes that start at once, one may be in the way of another, which is tried again, or find what it has just made. */
async function createConstraints(graph: Graph): Promise<void> {
  for (const statement of peopleGraph)
    await graph
      .write((transaction) => transaction.run(statement))
      .catch((error: { code?: string }) => {
        if (error.code !== 'Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists') throw error;
      });
}
