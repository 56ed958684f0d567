import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rebuildTables } from '../ingest/rebuild.ts';
import { setUp } from '../ingest/setup.ts';
import { wikiTables } from '../ingest/wiki/sink.ts';
import { createLogger } from '../platform/log.ts';
import { logTable } from '../schema/log.ts';
import { client } from './client.ts';
import { matchesExpected, matchesHeld, menuChanges } from './menuMessages.ts';
import { Shards } from './shards.ts';
import { publishEvents, wikiEvent } from './wikiEvents.ts';
import { openWorld, type World } from './world.ts';

let shards: Shards;
let world: World;
const database = `t${randomBytes(4).toString('hex')}`;

beforeAll(async () => {
  shards = await Shards.start(database);
  world = await openWorld({ CLICKHOUSE_URL: shards.url, CLICKHOUSE_DATABASE: database });
  await world.ingest();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await shards[Symbol.asyncDispose]();
});

/** How many rows a table has on each shard, those counted once that replace each other there. */
async function rows(table: string): Promise<number[]> {
  const query = `SELECT count() FROM ${database}.${table}_local FINAL`;
  return Promise.all(shards.addresses.map(async (_, at) => Number(await shards.ask(at, query))));
}

test('over two shards an edit that comes twice counts once, and history tells all in order', async () => {
  const gateway = client((await world.gateway()).url);
  const since = new Date().toISOString();
  const events = Array.from({ length: 200 }, (_, at) =>
    wikiEvent(`edit-${at}`, Date.UTC(2026, 0, 1, 0, 0, at), { title: `Page ${at % 7}` }),
  );
  await publishEvents(world, events);
  const read = await publishEvents(world, events);
  type Answer = { wikiEdits: { totalCount: number; edges: { node: { id: string } }[] } };
  const { wikiEdits } = await gateway.query<Answer>(
    '{ wikiEdits(first: 200) { totalCount edges { node { id } } } }',
    {},
    read,
  );
  expect(wikiEdits.totalCount).toBe(200);
  expect(wikiEdits.edges.map(({ node }) => node.id)).toEqual(events.map((_, at) => `edit-${199 - at}`));
  const [first, second] = await rows('wiki_edits');
  expect(first! + second!).toBe(200);
  expect(Math.min(first!, second!)).toBeGreaterThan(50);

  const told = new Set<string>();
  const history = gateway.subscribe<{ wikiEdits: { edit: { id: string }; cursor: string } }>(
    `subscription { wikiEdits(since: "${since}", until: "${new Date().toISOString()}") { edit { id } cursor } }`,
  );
  let count = 0;
  for await (const event of history) {
    told.add(event.wikiEdits.edit.id);
    count++;
  }
  expect([told.size, count]).toEqual([200, 400]);
});

test('what is joined is found, on whichever shards its parts are', async () => {
  for (const topic of ['menu.terms', 'menu.items'] as const) {
    const changes = menuChanges(7, 1_500).filter((change) => change.topic === topic);
    await world.publisher.publish(
      topic,
      changes.map(({ message }) => message),
    );
  }
  const expected = await matchesExpected(world);
  while ((await matchesHeld(world)).join() !== expected.join()) await delay(100);
  expect(expected.length).toBeGreaterThan(100);
  for (const table of ['menu_items', 'menu_matches', 'log'])
    expect(Math.min(...(await rows(table)))).toBeGreaterThan(20);
});

test('tables of one server are not taken for those of a cluster, and none is rebuilt beside what serves', async () => {
  const clustered = { ...world.settings, CLICKHOUSE_CLUSTER: 'river' };
  await shards.ask(0, 'CREATE DATABASE alone ENGINE = Atomic');
  await shards.ask(0, logTable('alone.log'));
  await expect(setUp({ ...clustered, CLICKHOUSE_DATABASE: 'alone' }, world.kafka, world.graph)).rejects.toThrow(
    'CLICKHOUSE_CLUSTER is set, but these are tables of one server: log.',
  );
  const session = { ...world, settings: clustered, log: createLogger('test', 'silent') };
  await expect(rebuildTables(wikiTables, session, AbortSignal.timeout(60_000), () => {})).rejects.toThrow(
    'The servers of a cluster cannot all exchange a table at once, so the edits of wikis cannot be rebuilt',
  );
});
