import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roleCommand } from '../cli/up.ts';
import { setUp } from '../ingest/setup.ts';
import { openClickHouse } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { Publisher } from '../platform/publish.ts';
import { Child } from '../servers/child.ts';
import { startScratch } from '../servers/scratch.ts';
import type { RunningServers } from '../servers/servers.ts';
import { foldPeople, graphContents, peopleLoad } from './peopleLoad.ts';

// Servers of its own, because it kills them.
const messageCount = 50_000;
const ingestKills = 12;
const log = createLogger('crash', 'silent');

let folder: string;
let servers: RunningServers;
let settings: Settings;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-crash-'));
  servers = await startScratch(folder, { say: () => {}, progress: () => {} });
  settings = { ...servers.settings, KAFKA_SESSION_TIMEOUT_MS: 1_500, LOG_LEVEL: 'warn' };
  await mkdir(join(folder, 'logs'), { recursive: true });
});
afterAll(async () => {
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the graph equals a fold of the messages, however often ingest, Neo4j and Kafka are killed', {
  timeout: 600_000,
}, async () => {
  const graph = new Graph(settings);
  const kafka = openKafka(settings, 'crash', log);
  await setUp(settings, kafka, graph);
  const ingest = new Child(roleCommand('ingest', settings), () => {});
  await ingest.start();

  const load = peopleLoad(messageCount);
  const publishing = publishAll(load, settings);
  for (const [at, victim] of killPlan()) {
    await until(async () => (await applied(graph)) >= at);
    await kill(victim === 'ingest' ? ingest : servers.children.find(({ name }) => name === victim)!);
  }
  await publishing;
  const ends = await persistently(() => topicEnds(settings));
  await until(async () => (await applied(graph)) >= ends);
  await ingest.stop();

  const contents = await graphContents(graph);
  const expected = foldPeople(load);
  expect(contents.nodes).toEqual(expected.nodes);
  expect(contents.relationships).toEqual(expected.relationships);
  await graph.close();
});

test('the log holds every message of every topic once, as it came', async () => {
  const kafka = openKafka(settings, 'crash', log);
  const clickhouse = openClickHouse(settings);
  const ingest = new Child(roleCommand('ingest', settings), () => {});
  await ingest.start();
  const ends = await topicEnds(settings);
  const count = async () => {
    const result = await clickhouse.query({
      query: `SELECT count() AS rows, uniqExact(partition, offset) AS places FROM log FINAL WHERE topic = 'people.events'`,
      format: 'JSONEachRow',
    });
    const [row] = await result.json<{ rows: string; places: string }>();
    return [Number(row!.rows), Number(row!.places)];
  };
  await until(async () => (await count())[0]! >= ends);
  expect(await count()).toEqual([ends, ends]);
  const archived = await clickhouse.query({
    query: `SELECT partition, offset, key, value FROM log FINAL WHERE topic = 'people.events' ORDER BY partition, offset`,
    format: 'JSONCompactEachRow',
  });
  const rows = new Map(
    (await archived.json<[number, string, string | null, string]>()).map(([partition, offset, key, value]) => [
      `${partition}/${offset}`,
      `${key} ${value}`,
    ]),
  );
  const consumer = kafka.consumer({ groupId: 'crash-check' });
  await consumer.connect();
  await consumer.subscribe({ topic: 'people.events', fromBeginning: true });
  let seen = 0;
  let different = 0;
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { offset, key, value } of batch.messages) {
        seen++;
        if (rows.get(`${batch.partition}/${offset}`) !== `${key} ${value}`) different++;
      }
    },
  });
  await until(async () => seen >= ends);
  expect({ seen, different }).toEqual({ seen: ends, different: 0 });
  await consumer.disconnect();
  await clickhouse.close();
  await ingest.stop();
});

/** At which number of applied messages what is killed: ingest at random, Neo4j and Kafka once each. */
function killPlan(): [number, string][] {
  const random = Array.from({ length: ingestKills }, () => Math.floor(messageCount * 0.9 * Math.random()));
  return [
    ...random.map((at): [number, string] => [at, 'ingest']),
    [Math.floor(messageCount * 0.35), 'Neo4j'] as [number, string],
    [Math.floor(messageCount * 0.65), 'Kafka'] as [number, string],
  ].sort(([a], [b]) => a - b);
}

/** Kills a child and what it has started (they are one process group) in a way that none can notice. */
async function kill(child: Child): Promise<void> {
  // A child that was killed a moment ago is not there yet.
  await persistently(async () => process.kill(-child.pid!, 'SIGKILL'));
}

async function publishAll(load: ReturnType<typeof peopleLoad>, settings: Settings): Promise<void> {
  const publisher = new Publisher(openKafka(settings, 'load', log), settings.KAFKA_PREFIX);
  for (let start = 0; start < load.length; start += 500) {
    const messages = load.slice(start, start + 500).map(({ key, value }) => ({ key, value }));
    await persistently(() => publisher.publish('people.events', messages));
  }
  await publisher.close();
}

async function applied(graph: Graph): Promise<number> {
  const [row] = await persistently(() =>
    graph.read<{ total: number }>("MATCH (o:Offset {topic: 'people.events'}) RETURN coalesce(sum(o.next), 0) AS total"),
  );
  return row!.total;
}

async function topicEnds(settings: Settings): Promise<number> {
  const admin = openKafka(settings, 'ends', log).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(`${settings.KAFKA_PREFIX}people.events`);
  await admin.disconnect();
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

/** Tries again while a server is away. */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await delay(100);
    }
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20);
}
