import { openClickHouse, Tables } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { cursorKeys } from '../platform/cursorKeys.ts';
import { openKafka } from '../platform/kafka.ts';
import type { Logger } from '../platform/log.ts';
import { ClickHouseLog } from '../platform/messageLog.ts';
import { Graph } from '../platform/neo4j.ts';
import { Publisher } from '../platform/publish.ts';
import { SecretKeys } from '../platform/secretKeys.ts';
import { Values } from '../platform/values.ts';
import { type AirDependencies, airSubgraph } from './air/subgraph.ts';
import { type MenuDependencies, menuSubgraph } from './menu/subgraph.ts';
import { type OccupancyDependencies, occupancySubgraph } from './occupancy/subgraph.ts';
import { type PeopleDependencies, peopleSubgraph } from './people/subgraph.ts';
import { KafkaBroker } from './streams/kafka.ts';
import { parseKeyRing } from './streams/keys.ts';
import { Streams } from './streams/stream.ts';
import type { Subgraph } from './subgraph.ts';
import { type TopicsDependencies, topicsSubgraph } from './topics/subgraph.ts';
import { type WikiDependencies, wikiSubgraph } from './wiki/subgraph.ts';

/** What the subgraphs stand on: the three servers and the streams. */
export type Dependencies = PeopleDependencies &
  WikiDependencies &
  OccupancyDependencies &
  AirDependencies &
  MenuDependencies &
  TopicsDependencies;

/** Every subgraph of the product, by name. */
export const roster: Record<string, (dependencies: Dependencies) => Subgraph> = {
  people: peopleSubgraph,
  wiki: wikiSubgraph,
  occupancy: occupancySubgraph,
  air: airSubgraph,
  menu: menuSubgraph,
  streams: topicsSubgraph,
};

/** The schemas alone, for writing them down: nothing is connected to. */
export function subgraphSchemas(): Record<string, Subgraph['schema']> {
  const nothing = {} as Dependencies;
  return Object.fromEntries(Object.entries(roster).map(([name, open]) => [name, open(nothing).schema]));
}

export interface OpenSubgraphs {
  subgraphs: Subgraph[];
  dependencies: Dependencies;
  close(): Promise<void>;
}

/** The subgraphs of these names with their connections, which are made when they are first used. */
export async function openSubgraphs(settings: Settings, names: string[], log: Logger): Promise<OpenSubgraphs> {
  const kafka = openKafka(settings, 'gateway', log);
  const graph = new Graph(settings);
  const clickhouse = openClickHouse(settings);
  const publisher = new Publisher(kafka, settings.KAFKA_PREFIX);
  const values = new Values(settings);
  const broker = new KafkaBroker(kafka, settings.KAFKA_PREFIX, values, log);
  const streams = new Streams(broker, new ClickHouseLog(clickhouse, values), parseKeyRing(await cursorKeys(settings)));
  const dependencies: Dependencies = {
    ...{ graph, publisher, streams, tables: new Tables(clickhouse), progress: broker, values },
    secretKeys: await SecretKeys.of(settings),
    allowPrivateEndpoints: settings.TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS,
  };
  return {
    dependencies,
    subgraphs: names.map((name) => roster[name]!(dependencies)),
    async close() {
      await streams.close();
      await Promise.all([broker.close(), publisher.close(), graph.close(), clickhouse.close()]);
    },
  };
}
