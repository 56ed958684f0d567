import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kafka, Message } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roleCommand } from '../cli/up.ts';
import { setUp } from '../ingest/setup.ts';
import { openClickHouse } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { Publisher } from '../platform/publish.ts';
import { type TopicName, topicNames } from '../schema/topics.ts';
import { Child } from '../servers/child.ts';
import { freePort } from '../servers/ports.ts';
import { startScratch } from '../servers/scratch.ts';
import type { RunningServers } from '../servers/servers.ts';
import { airLoad, airStored, foldAir } from './airLoad.ts';
import { client } from './client.ts';
import { difference, lettersOf, same } from './compare.ts';
import { matchesExpected, matchesHeld, menuChanges, menuLetters } from './menuMessages.ts';
import {
  foldReadings,
  foldTopology,
  knownAtLast,
  occupancyLoad,
  readingsStored,
  topologyStored,
} from './occupancyLoad.ts';
import { countAt } from './occupancyReference.ts';
import { foldPeople, graphContents, peopleLoad } from './peopleLoad.ts';
import { allMatched } from './progress.ts';
import { messagesOf, type TopicMessage } from './topic.ts';
import { editsStored, foldWiki, wikiLoad } from './wikiLoad.ts';

// Servers of its own, because it kills them.
const people = peopleLoad(50_000);
const edits = wikiLoad(200_000);
const occupancy = occupancyLoad({ topology: 3_000, readings: 60_000 });
const menu = menuChanges(1, 10_000);
const menuOf = (topic: string) => menu.filter((change) => change.topic === topic).map(({ message }) => message);
/** All are sent side by side, in so many steps, of which only so many are ahead: so kills meet all that is written. */
const steps = 100;
const stepsAhead = 4;
const ingestKills = 10;
const log = createLogger('crash', 'silent');

let folder: string;
let servers: RunningServers;
let settings: Settings;
let kafka: Kafka;
let graph: Graph;
let clickhouse: ClickHouseClient;
let gateway: Child;
let air: Awaited<ReturnType<typeof airLoad>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-crash-'));
  servers = await startScratch(folder, { say: () => {}, progress: () => {} });
  settings = { ...servers.settings, KAFKA_SESSION_TIMEOUT_MS: 1_500, LOG_LEVEL: 'warn', PORT: await freePort() };
  kafka = openKafka(settings, 'crash', log);
  graph = new Graph(settings);
  clickhouse = openClickHouse(settings);
  await mkdir(join(folder, 'logs'), { recursive: true });
  await setUp(settings, kafka, graph);
  air = await airLoad(settings);
  const ingest = new Child(roleCommand('ingest', settings), () => {});
  await ingest.start();
  const publishing = publishAll();
  for (const [at, victim] of killPlan()) {
    await until(async () => (await applied()) >= at);
    await kill(victim === 'ingest' ? ingest : servers.children.find(({ name }) => name === victim)!);
  }
  await publishing;
  await persistently(() => allMatched({ kafka, settings }));
  await ingest.stop();
  gateway = new Child(roleCommand('gateway', settings), () => {});
  await gateway.start();
}, 600_000);
afterAll(async () => {
  await gateway?.stop();
  await graph?.close();
  await clickhouse?.close();
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the graph equals a fold of the messages, however often ingest and the servers are killed', async () => {
  const contents = await graphContents(graph);
  const expected = foldPeople(people);
  expect(contents.nodes).toEqual(expected.nodes);
  expect(contents.relationships).toEqual(expected.relationships);
});

test('the table of edits equals a fold of the messages row by row, and dead.letters has exactly the broken ones', async () => {
  const { rows, letters } = foldWiki(edits, await messagesOf({ kafka, settings }, 'wiki.edits'));
  expect(difference(await editsStored(clickhouse), rows)).toEqual(same);
  // A crash may put one there twice.
  const found = lettersOf(await messagesOf({ kafka, settings }, 'dead.letters'), 'wiki.edits');
  expect(difference([...new Set(found)], letters)).toEqual(same);
});

test('the tables of occupancy equal folds of the messages row by row, and dead.letters has exactly the broken ones', async () => {
  const topology = foldTopology(occupancy, await messagesOf({ kafka, settings }, 'occupancy.topology'));
  expect(difference(await topologyStored(clickhouse), topology.rows)).toEqual(same);
  const readings = foldReadings(occupancy, await messagesOf({ kafka, settings }, 'occupancy.readings'));
  expect(difference(await readingsStored(clickhouse), readings.rows)).toEqual(same);
  const letters = await messagesOf({ kafka, settings }, 'dead.letters');
  const found = (topic: string) => [...new Set(lettersOf(letters, topic))];
  expect(difference(found('occupancy.topology'), topology.letters)).toEqual(same);
  expect(difference(found('occupancy.readings'), readings.letters)).toEqual(same);
});

test('the tables of air equal a fold of the messages, and dead.letters has exactly the broken ones', async () => {
  expect(difference(await airStored(clickhouse), foldAir())).toEqual(same);
  const found = new Set(lettersOf(await messagesOf({ kafka, settings }, 'dead.letters'), 'air.results'));
  expect([...found].map((letter) => letter.split(' ')[1]).sort()).toEqual(
    air.broken.map(({ value }) => Buffer.from(String(value)).toString('hex')).sort(),
  );
});

test('the matches that hold are those of the last items and terms, and dead.letters has exactly the broken ones', async () => {
  const expected = await matchesExpected({ kafka, settings });
  expect(expected.length).toBeGreaterThan(200);
  expect(difference(await matchesHeld({ clickhouse }), expected)).toEqual(same);
  const letters = await messagesOf({ kafka, settings }, 'dead.letters');
  for (const topic of ['menu.terms', 'menu.items'] as const) {
    const found = [...new Set(lettersOf(letters, topic))];
    expect(difference(found, await menuLetters({ kafka, settings }, topic))).toEqual(same);
  }
});

test('the gateway counts as a recount from scratch does', async () => {
  const [topology, readings] = await Promise.all(
    ['occupancy.topology', 'occupancy.readings'].map((topic) => messagesOf({ kafka, settings }, topic)),
  );
  const known = knownAtLast(occupancy, topology!, readings!);
  const times = known.readings.map(({ time }) => time).sort((a, b) => a - b);
  const moments = [0.3, 0.7, 1].map((share) => times[Math.floor((times.length - 1) * share)]!);
  const asked = moments.map((time, at) => `at${at}: count(at: "${new Date(time).toISOString()}") { value drift }`);
  const { query } = client(`http://127.0.0.1:${settings.PORT}`);
  expect(known.spaces.length).toBeGreaterThan(5);
  for (const id of known.spaces) {
    const { space } = await query<{ space: object }>(`query ($id: ID!) { space(id: $id) { ${asked.join(' ')} } }`, {
      id,
    });
    const values = moments.map((time) => countAt(known, id, time));
    expect(Object.values(space)).toEqual(values.map((value) => ({ value, drift: value < 0 })));
  }
});

test.each(topicNames)('the log holds every message of %s once, as it came', async (topic) => {
  const messages = await messagesOf({ kafka, settings }, topic);
  expect(messages.length).toBeGreaterThan(0);
  expect(difference(await logged(topic), messages.map(printOf))).toEqual(same);
});

/** At which number of applied messages what is killed: ingest at random, each server once. */
function killPlan(): [number, string][] {
  const random = Array.from({ length: ingestKills }, () => Math.floor(people.length * 0.9 * Math.random()));
  return [
    ...random.map((at): [number, string] => [at, 'ingest']),
    [Math.floor(people.length * 0.3), 'Neo4j'] as [number, string],
    [Math.floor(people.length * 0.5), 'ClickHouse'] as [number, string],
    [Math.floor(people.length * 0.7), 'Kafka'] as [number, string],
  ].sort(([a], [b]) => a - b);
}

/** Kills a child and what it has started (they are one process group) in a way that none can notice. */
async function kill(child: Child): Promise<void> {
  // A child that was killed a moment ago is not there yet.
  await persistently(async () => process.kill(-child.pid!, 'SIGKILL'));
}

async function publishAll(): Promise<void> {
  const publisher = new Publisher(openKafka(settings, 'load', log), settings.KAFKA_PREFIX);
  const part = <One>(load: One[], step: number) =>
    load.slice((load.length / steps) * step, (load.length / steps) * (step + 1));
  for (let step = 0; step < steps; step++) {
    await until(async () => (await applied()) >= (people.length / steps) * (step - stepsAhead));
    const parts: [TopicName, Message[]][] = [
      ['people.events', part(people, step)],
      ['wiki.edits', part(edits, step)],
      ['occupancy.topology', part(occupancy.topology, step)],
      ['occupancy.readings', part(occupancy.readings, step)],
      ['menu.terms', part(menuOf('menu.terms'), step)],
      ['menu.items', part(menuOf('menu.items'), step)],
      ['air.feeds', part(air.feeds, step)],
      ['air.results', part(air.results, step)],
    ];
    for (const [topic, messages] of parts) await persistently(() => publisher.publish(topic, messages));
  }
  await publisher.close();
}

async function applied(): Promise<number> {
  const [row] = await persistently(() =>
    graph.read<{ total: number }>("MATCH (o:Offset {topic: 'people.events'}) RETURN coalesce(sum(o.next), 0) AS total"),
  );
  return row!.total;
}

/** All of a message, with digests where it may be long. */
function printOf({ partition, offset, at, key, value, headers }: TopicMessage): string {
  const digest = (bytes: Buffer | null) => bytes && createHash('md5').update(bytes).digest('hex').toUpperCase();
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return JSON.stringify([partition, offset, at, digest(key), digest(value), Object.fromEntries(texts)]);
}

async function logged(topic: TopicName): Promise<string[]> {
  const result = await clickhouse.query({
    query: `SELECT partition, toString(offset), toString(toUnixTimestamp64Milli(at)), hex(MD5(key)), hex(MD5(value)), headers
            FROM log FINAL WHERE topic = {topic:String}`,
    query_params: { topic },
    format: 'JSONCompactEachRow',
  });
  const rows = await result.json<[number, string, string, string | null, string | null, string]>();
  return rows.map(([...row]) => JSON.stringify([...row.slice(0, 5), JSON.parse(row[5])]));
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
