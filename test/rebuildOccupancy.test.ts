import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { occupancyTables } from '../ingest/occupancy/sink.ts';
import { command, environmentOf, killAll } from './command.ts';
import { difference, lettersOf, same } from './compare.ts';
import { foldReadings, foldTopology, occupancyLoad, readingsStored, topologyStored } from './occupancyLoad.ts';
import { allTaken } from './progress.ts';
import { ended, ingestApart, killMidway, leftBehind, nowhere, watchCount, watchReadAfter } from './rebuilding.ts';
import { messagesOf } from './topic.ts';
import { openWorld, type World } from './world.ts';

// Ingest and rebuilds are processes of their own, because that is how they meet.
const load = occupancyLoad({ topology: 3_000, readings: 40_000 });
/** Sent before the rebuild; the rest is sent side by side while it goes on. */
const first = { topology: 2_000, readings: 30_000 };
let world: World;

beforeAll(async () => {
  world = await openWorld();
  await ingestApart(world);
  await publish({ topology: 0, readings: 0 }, first);
  await allTaken(world);
});
afterAll(async () => {
  killAll();
  await world[Symbol.asyncDispose]();
});

test('what went wrong in both tables is mended while ingest goes on, and no reader ever misses what was there', async () => {
  await spoil();
  const readers = new AbortController();
  const { signal } = readers;
  const since = Math.max(...load.readings.slice(0, first.readings).map(({ expected }) => expected?.time ?? 0)) + 1;
  const [{ last }] = (await rows('SELECT toUnixTimestamp64Milli(max(at)) AS last FROM occupancy_topology')) as [
    { last: string },
  ];
  const watching = [
    watchCount(world, 'occupancy_readings', `time >= fromUnixTimestamp64Milli(${since})`, signal),
    watchCount(world, 'occupancy_topology', `at > fromUnixTimestamp64Milli(${last})`, signal),
    watchReadAfter(world, occupancyTables, signal),
  ];
  const publishing = publishSlowly();
  // The next one has to clear up after it.
  await killMidway(world, occupancyTables, startRebuild());
  for (let turn = 0; turn < 3; turn++) {
    expect(await ended(startRebuild())).toEqual({
      code: 0,
      said: expect.stringMatching(
        /Rebuilt topology and readings of occupancy from \d+ messages; \d+ of them break the contract, 0 of which/,
      ),
    });
    expect(await leftBehind(world, occupancyTables)).toEqual([]);
  }
  await publishing;
  await allTaken(world);
  readers.abort();
  for (const { reads, gaps } of await Promise.all(watching)) {
    expect(gaps).toEqual([]);
    expect(reads).toBeGreaterThan(10);
  }
  await expectExact();
  expect(await rows("SHOW TABLES LIKE 'occupancy%'")).toEqual([
    { name: 'occupancy_readings' },
    { name: 'occupancy_topology' },
  ]);
});

test('rows whose messages the log has lost are kept', async () => {
  await world.clickhouse.command({
    query: `DELETE FROM log WHERE topic = 'occupancy.readings' AND (partition = 1 AND offset < 500 OR partition = 2 AND offset % 97 = 0)
            OR startsWith(topic, 'occupancy.') AND partition = 3`,
  });
  const { said } = await ended(startRebuild());
  expect(said).toMatch(/\d+ rows were kept as they were, because the log no longer has their messages\./);
  await expectExact();
});

/** What an earlier parser and a clumsy hand may have left behind. */
async function spoil(): Promise<void> {
  const { clickhouse } = world;
  const change = (table: string, columns: string, where: string) =>
    clickhouse.command({ query: `ALTER TABLE ${table} UPDATE ${columns} WHERE ${where} SETTINGS mutations_sync = 1` });
  await change('occupancy_readings', 'direction = -direction', 'cityHash64(dpu, time) % 7 = 0');
  await change('occupancy_topology', "name = 'wrong', people = 7, until = NULL", 'offset % 7 = 0');
  await clickhouse.command({ query: 'DELETE FROM occupancy_readings WHERE cityHash64(time) % 11 = 0' });
  await clickhouse.command({ query: 'DELETE FROM occupancy_topology WHERE offset % 11 = 0' });
  const insert = (table: string, values: object[]) => clickhouse.insert({ table, values, format: 'JSONEachRow' });
  // At a time before those rows that come meanwhile, of which no one may go.
  const passing = { tenant: 'public', dpu: 'nobody', time: 1_704_070_000_000, direction: 1 };
  const earliness = (offset: number, partition: number) => String(2n ** 63n - 1n - BigInt(offset * 4096 + partition));
  await insert('occupancy_readings', [
    { ...passing, id: 'invented', earliness: earliness(3, 0) },
    { ...passing, id: 'from nowhere', earliness: earliness(nowhere, 2) },
  ]);
  const thing = { tenant: 'public', kind: 'SPACE', id: 'nobody', name: 'Nowhere' };
  await insert('occupancy_topology', [
    { ...thing, partition: 0, offset: 3 },
    { ...thing, partition: 2, offset: nowhere },
  ]);
}

/** Everything is in its table, as it was said, and everything that is broken in dead.letters once. */
async function expectExact(): Promise<void> {
  const topology = foldTopology(load, await messagesOf(world, 'occupancy.topology'));
  expect(difference(await topologyStored(world.clickhouse), topology.rows)).toEqual(same);
  const readings = foldReadings(load, await messagesOf(world, 'occupancy.readings'));
  expect(difference(await readingsStored(world.clickhouse), readings.rows)).toEqual(same);
  const letters = await messagesOf(world, 'dead.letters');
  expect(difference(lettersOf(letters, 'occupancy.topology'), topology.letters)).toEqual(same);
  expect(difference(lettersOf(letters, 'occupancy.readings'), readings.letters)).toEqual(same);
}

const startRebuild = () => command(['rebuild', 'occupancy'], environmentOf(world.settings));

async function publish(from: typeof first, to: typeof first): Promise<void> {
  await world.publisher.publish('occupancy.topology', load.topology.slice(from.topology, to.topology));
  await world.publisher.publish('occupancy.readings', load.readings.slice(from.readings, to.readings));
}

/** Small batches, so that ingest is writing all the time. */
async function publishSlowly(): Promise<void> {
  const steps = 250;
  const at = (step: number) => ({
    topology: first.topology + ((load.topology.length - first.topology) / steps) * step,
    readings: first.readings + ((load.readings.length - first.readings) / steps) * step,
  });
  for (let step = 0; step < steps; step++) {
    await publish(at(step), at(step + 1));
    await delay(20);
  }
}

async function rows(query: string): Promise<unknown[]> {
  return (await world.clickhouse.query({ query, format: 'JSONEachRow' })).json();
}
