import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayMs, inventedDay } from '../ingest/occupancy/demo.ts';
import { DemoBuilding } from '../ingest/occupancy/play.ts';
import { rangeOf } from '../platform/offsets.ts';
import { type Client, client } from './client.ts';
import { publishTopology, space } from './occupancyMessages.ts';
import { allTaken } from './progress.ts';
import { openWorld, type World } from './world.ts';

// The building that ships with `npm start`, on a clock of its own.
let world: World;
let gateway: Client;

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 30_000 });
  await world.ingest();
  gateway = client((await world.gateway()).url);
});
afterAll(() => world[Symbol.asyncDispose]());

const midnight = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
const going = new AbortController().signal;

/** Readings of the building that are sent before a time. */
const sentBefore = (time: number) =>
  [midnight - dayMs, midnight]
    .flatMap(inventedDay)
    .flatMap(({ at, message }) => ('dpu_id' in message && at < time ? [message] : []))
    .map(({ dpu_id, timestamp, reading_id }) => `${dpu_id}${timestamp.slice(0, -1).replace('T', ' ')}${reading_id}`)
    .sort();

function building(): DemoBuilding {
  const opened = new DemoBuilding(world.settings);
  world.onDispose(() => opened.close());
  return opened;
}

/** How many readings there are in Kafka, each as often as it was sent. */
async function ends({ kafka, settings }: World): Promise<number> {
  const { end } = await rangeOf(kafka, `${settings.KAFKA_PREFIX}occupancy.readings`);
  return end.reduce((sum, offset) => sum + offset, 0);
}

/** The ids of the readings that are kept, once everything is taken, each as often as it counts. */
async function kept(): Promise<string[]> {
  await allTaken(world);
  const query = 'SELECT concat(dpu, toString(time), id) AS reading FROM occupancy_readings FINAL ORDER BY reading';
  const result = await world.clickhouse.query({ query, format: 'JSONEachRow' });
  return (await result.json<{ reading: string }>()).map(({ reading }) => reading);
}

test('a day is there at once, and a restart goes on without a hole or a double', async () => {
  // Stopped in the middle of what there is to catch up, then in the middle of an hour, then half a day later.
  const stopped = new AbortController();
  const first = await building();
  const begun = first.catchUp(stopped.signal, midnight + dayMs / 3);
  while ((await ends(world)) < 5_000) await delay(1);
  stopped.abort();
  await begun;
  expect(await ends(world)).toBeLessThan(sentBefore(midnight + dayMs / 3).length);
  await building().catchUp(going, midnight + dayMs / 3 + 1_234_567);
  expect(await kept()).toEqual(sentBefore(midnight + dayMs / 3 + 1_234_567));
  const third = building();
  const evening = midnight + 0.9 * dayMs;
  await third.catchUp(going, evening);
  await third.catchUp(going, evening + 1_000);
  expect(await kept()).toEqual(sentBefore(evening + 1_000));

  const at = new Date(evening).toISOString();
  const { spaces } = await gateway.query<{ spaces: { edges: { node: { name: string; count: Count } }[] } }>(
    'query ($at: DateTime!) { spaces { edges { node { name count(at: $at) { value inferred drift } } } } }',
    { at },
  );
  const counted = Object.fromEntries(spaces.edges.map(({ node: { name, count } }) => [name, count]));
  expect(Object.keys(counted)).toHaveLength(9);
  expect(counted['Roof terrace']!.inferred).toBe(false);
  expect(counted.Stairs).toMatchObject({ drift: false, inferred: true });
  for (const [name, { value }] of Object.entries(counted))
    if (name !== 'Roof terrace') expect(value).toBeGreaterThanOrEqual(0);
});

interface Count {
  value: number;
  inferred: boolean;
  drift: boolean;
}

test('where somebody else has a building nothing is published', async () => {
  await using other = await openWorld();
  await other.ingest();
  await publishTopology(other, [space('theirs')]);
  await allTaken(other);
  const uninvited = new DemoBuilding(other.settings);
  await uninvited.catchUp(going);
  await uninvited.close();
  expect(await ends(other)).toBe(0);
});
