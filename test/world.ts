import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kafka } from 'kafkajs';
import { inject } from 'vitest';
import { openGateway } from '../gateway/gateway.ts';
import { openRest } from '../gateway/rest/rest.ts';
import { serveGateway } from '../gateway/server.ts';
import { uploadsOf } from '../gateway/uploads.ts';
import { startIngest, viewNames } from '../ingest/ingest.ts';
import { setUp } from '../ingest/setup.ts';
import { openClickHouse } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { Publisher } from '../platform/publish.ts';
import { Identity } from '../subgraphs/identity/identity.ts';
import { openSubgraphs, roster } from '../subgraphs/roster.ts';
import type { Streams } from '../subgraphs/streams/stream.ts';

/** An installation of its own on the servers of the test run: own topics, own tables, an emptied graph. */
export interface World extends AsyncDisposable {
  settings: Settings;
  kafka: Kafka;
  graph: Graph;
  clickhouse: ClickHouseClient;
  publisher: Publisher;
  /** Starts ingest in this process. */
  ingest(): Promise<{ stop(): Promise<void> }>;
  /** Starts gateway and subgraphs in this process. @returns their address, and the graph and the streams they ask */
  gateway(
    overrides?: Partial<Settings>,
  ): Promise<{ url: string; graph: Graph; streams: Streams; stop(): Promise<void> }>;
  /** Called in reverse order at the end. */
  onDispose(end: () => Promise<unknown>): void;
}

const log = createLogger('test', process.env.LOG_LEVEL ?? 'silent');

/** The graph is emptied for tests that write people and companies; others leave it to them. */
export async function openWorld(overrides: Partial<Settings> = {}): Promise<World> {
  const name = `t${randomBytes(4).toString('hex')}`;
  const data = await mkdtemp(join(tmpdir(), 'tributary-world-'));
  const settings: Settings = {
    ...inject('settings'),
    TRIBUTARY_DATA: data,
    KAFKA_PREFIX: `${name}.`,
    CLICKHOUSE_DATABASE: name,
    KAFKA_SESSION_TIMEOUT_MS: 3_000,
    PORT: 0,
    ...overrides,
  };
  const kafka = openKafka(settings, 'test', log);
  const graph = new Graph(settings);
  if (inject('ownsGraph')) await emptyGraph(graph);
  await setUp(settings, kafka, graph);
  const clickhouse = openClickHouse(settings);
  const publisher = new Publisher(kafka, settings.KAFKA_PREFIX);
  const ends: (() => Promise<unknown>)[] = [
    () => rm(data, { recursive: true, force: true }),
    () => clickhouse.close(),
    () => clickhouse.command({ query: `DROP DATABASE IF EXISTS ${name}` }),
    () => graph.close(),
    () => publisher.close(),
  ];
  return {
    settings,
    kafka,
    graph,
    clickhouse,
    publisher,
    async ingest() {
      const running = await startIngest(settings, [...viewNames], log);
      return once(running.stop, ends);
    },
    async gateway(overrides = {}) {
      const own = { ...settings, ...overrides };
      const { subgraphs, dependencies, close } = await openSubgraphs(own, Object.keys(roster), log);
      const identity = await Identity.open(own, log);
      const { streams, graph } = dependencies;
      const runtime = await openGateway({
        subgraphs,
        streams,
        readAfterTimeoutMs: own.READ_AFTER_TIMEOUT_MS,
        limits: own,
        ...{ log, identity },
      });
      const server = await serveGateway(runtime, own, {
        uploads: uploadsOf(subgraphs, log, identity),
        rest: await openRest(runtime, log),
        identity,
      });
      const stop = async () => {
        await server.stop();
        identity.close();
        await close();
      };
      return { url: server.url, graph, streams, ...once(stop, ends) };
    },
    onDispose: (end) => void ends.push(end),
    async [Symbol.asyncDispose]() {
      for (const end of ends.reverse()) await end();
    },
  };
}

/** What the test has stopped itself is not stopped again at the end. */
function once(stop: () => Promise<void>, ends: (() => Promise<unknown>)[]): { stop(): Promise<void> } {
  let stopped: Promise<void> | undefined;
  const stopOnce = () => {
    stopped ??= stop();
    return stopped;
  };
  ends.push(stopOnce);
  return { stop: stopOnce };
}

async function emptyGraph(graph: Graph): Promise<void> {
  await graph.command('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS');
}
