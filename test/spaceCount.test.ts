import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, client } from './client.ts';
import { knownWorlds } from './occupancyArbitrary.ts';
import {
  calibration,
  doorway,
  dpu,
  mount,
  publishReadings,
  publishTopology,
  reading,
  space,
} from './occupancyMessages.ts';
import { countAt } from './occupancyReference.ts';
import { allTaken } from './progress.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let gateway: Client;

beforeAll(async () => {
  world = await openWorld();
  await world.ingest();
  gateway = client((await world.gateway()).url);
});
afterAll(() => world[Symbol.asyncDispose]());

const noon = Date.UTC(2018, 1, 24, 12);

interface Told {
  spaceCount: {
    count: { value: number; at: string; inferred: boolean; drift: boolean };
    late: boolean;
    cursor: string;
    at: string;
  };
}
const watch = (variables: { space: string; after?: string; since?: string; until?: string }) =>
  gateway.subscribe<Told>(
    `subscription ($space: ID!, $after: Cursor, $since: DateTime, $until: DateTime) {
      spaceCount(space: $space, after: $after, since: $since, until: $until) {
        count { value at inferred drift } late cursor at } }`,
    variables,
  );
const brief = ({ spaceCount: { count, late } }: Told) => [count.value, late];

async function take(events: AsyncIterator<Told>, count: number): Promise<Told[]> {
  const taken: Told[] = [];
  while (taken.length < count) {
    const { done, value } = await events.next();
    if (done) throw new Error(`ended after ${taken.length} of ${count} events`);
    taken.push(value);
  }
  return taken;
}

async function all(events: AsyncIterable<Told>): Promise<Told[]> {
  const taken: Told[] = [];
  for await (const event of events) taken.push(event);
  return taken;
}

/** A time after everything that has been published, and before everything that will be. */
async function now(): Promise<string> {
  await delay(2);
  const time = new Date().toISOString();
  await delay(2);
  return time;
}

const countNow = async (id: string) =>
  (await gateway.query<{ space: { count: { value: number } } }>(`{ space(id: "${id}") { count { value } } }`)).space
    .count.value;

test('a space tells each change as it comes, says what was late, and goes on after any event (S1, S45, S46, S48)', async () => {
  await publishTopology(world, [space('A'), space('B'), doorway('X', 'A'), doorway('Z', 'A', 'B'), dpu(1), dpu(2)]);
  await publishTopology(world, [mount(1, 'X', noon)]);
  const since = await now();
  const events = watch({ space: 'A' });
  const told = await take(events, 1);
  const steps: [() => Promise<unknown>, ...expected: [number, boolean][]][] = [
    [() => publishReadings(world, [reading(1, noon + 10, 1)]), [1, false]],
    [() => publishReadings(world, [reading(2, noon + 15, 1), reading(1, noon + 20, 1)]), [2, false]],
    [() => publishReadings(world, [reading(1, noon + 5, 1, 'late')]), [3, true]],
    [() => publishReadings(world, [reading(1, noon + 5, 1, 'late')])],
    // Before it was mounted, and of one that nobody knows.
    [() => publishReadings(world, [reading(1, noon - 5, 1), reading('nobody', noon + 30, 1)])],
    [() => publishReadings(world, [reading(1, noon + 20, -1)]), [2, false]],
    // It had counted before it was known where it hung.
    [() => publishTopology(world, [space('A', 'Another name'), mount(2, 'Z', noon)]), [3, true]],
    [() => publishTopology(world, [calibration('A', noon + 15, 10)]), [10, true]],
    [() => publishReadings(world, [reading(1, noon + 14, 1)]), [10, true]],
    [() => publishReadings(world, [reading(2, noon + 40, -1)]), [9, false]],
    [() => publishTopology(world, [doorway('Z', 'B', 'A')]), [11, true]],
    [() => world.publisher.publish('occupancy.readings', [{ key: '1', value: 'nothing of the kind' }])],
  ];
  for (const [act, ...expected] of steps) {
    await act();
    const found = await take(events, expected.length);
    expect(found.map(brief)).toEqual(expected);
    told.push(...found);
    if (found.length > 0) expect(await countNow('A')).toBe(found.at(-1)!.spaceCount.count.value);
  }
  await events.return!();
  expect(told[0]!.spaceCount).toMatchObject({ late: false, count: { value: 0, inferred: false, drift: false } });

  const until = await now();
  const shown = (events: Told[]) => events.map(({ spaceCount: { cursor: _, ...event } }) => event);
  for (const cut of told.keys()) {
    const rest = await all(watch({ space: 'A', after: told[cut]!.spaceCount.cursor, until }));
    expect(shown(rest)).toEqual(shown(told.slice(cut + 1)));
  }
  const again = await all(watch({ space: 'A', since, until }));
  expect(shown(again.slice(1))).toEqual(shown(told.slice(1)));
  expect(brief(again[0]!)).toEqual([0, false]);
  await expect(all(watch({ space: 'B', after: told[0]!.spaceCount.cursor }))).rejects.toThrow('CURSOR_FOREIGN');
});

test('a reading that comes again in another partition is not told again either (S48)', async () => {
  await publishTopology(world, [space('P'), doorway('P', 'P'), dpu('p'), mount('p', 'P', noon)]);
  const admin = world.kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(`${world.settings.KAFKA_PREFIX}occupancy.readings`);
  await admin.disconnect();
  const partitions = ends.sort((a, b) => Number(b.offset) - Number(a.offset)).map(({ partition }) => partition);
  const events = watch({ space: 'P' });
  await take(events, 1);
  const value = JSON.stringify(reading('p', noon, 1, 'once'));
  // In the second one its offset is lower, and so is its place.
  await world.publisher.publish('occupancy.readings', [{ partition: partitions[0]!, value: 'moves the end' }]);
  for (const partition of [partitions[0]!, partitions.at(-1)!])
    await world.publisher.publish('occupancy.readings', [{ partition, key: 'p', value }]);
  await publishReadings(world, [reading('p', noon, -1)]);
  expect((await take(events, 2)).map(brief)).toEqual([
    [1, false],
    [0, false],
  ]);
  expect(await countNow('P')).toBe(0);
  await events.return!();
});

test('a reading of a clock that is fast counts when its time has come (S47)', async () => {
  await publishTopology(world, [space('F'), doorway('F', 'F'), dpu('f'), mount('f', 'F', noon)]);
  const events = watch({ space: 'F' });
  const [first] = await take(events, 1);
  const due = Date.now() + 1_500;
  await publishReadings(world, [reading('f', due, 1), reading('f', noon, 1)]);
  const [present] = await take(events, 1);
  expect(brief(present!)).toEqual([1, false]);
  const resumed = watch({ space: 'F', after: present!.spaceCount.cursor });
  for (const [then] of await Promise.all([take(events, 1), take(resumed, 1)])) {
    expect(brief(then!)).toEqual([2, false]);
    expect(Date.parse(then!.spaceCount.at)).toBe(due);
    expect(Date.now()).toBeGreaterThanOrEqual(due);
  }
  await events.return!();
  await resumed.return!();
  const until = await now();
  const rest = await all(watch({ space: 'F', after: first!.spaceCount.cursor, until }));
  expect(rest.map(brief)).toEqual([
    [1, false],
    [2, false],
  ]);
});

test('a reading of the future that comes twice hides nothing that comes after it (S46, S48)', async () => {
  await publishTopology(world, [space('T'), doorway('T', 'T'), dpu('t'), mount('t', 'T', noon)]);
  const events = watch({ space: 'T' });
  await take(events, 1);
  const ahead = reading('t', Date.now() + 3_600_000, 1, 'ahead');
  for (const one of [reading('t', Date.now(), 1), ahead, ahead, reading('t', noon, 1, 'late')])
    await publishReadings(world, [one]);
  expect((await take(events, 2)).map(brief)).toEqual([
    [1, false],
    [2, true],
  ]);
  await events.return!();
});

test('whoever comes later is told the count too, and then what everybody is told (S41, S45)', async () => {
  await publishTopology(world, [space('G'), doorway('G', 'G'), dpu('g'), mount('g', 'G', noon)]);
  const first = watch({ space: 'G' });
  await take(first, 1);
  await publishReadings(world, [reading('g', noon, 1)]);
  await take(first, 1);
  const second = watch({ space: 'G' });
  expect((await take(second, 1)).map(brief)).toEqual([[1, false]]);
  for (const value of [2, 3]) {
    await publishReadings(world, [reading('g', noon + value, 1)]);
    const [[one], [other]] = await Promise.all([take(first, 1), take(second, 1)]);
    expect(one).toEqual(other);
    expect(brief(one!)).toEqual([value, false]);
  }
  await first.return!();
  await second.return!();
});

test('of a cursor that has expired in both topics, earliest goes on with the count (S25, S45)', async () => {
  await publishTopology(world, [space('E'), doorway('E', 'E'), dpu('e'), mount('e', 'E', noon)]);
  const events = watch({ space: 'E' });
  const [first] = await take(events, 1);
  await events.return!();
  await publishReadings(world, [reading('e', noon, 1), reading('e', noon + 1, 1)]);
  for (const id of ['1', '2', '3', '4', '5', '6', '7', '8', '9'])
    await Promise.all([publishReadings(world, [reading(id, noon, 1)]), publishTopology(world, [space(id)])]);
  await allTaken(world);
  const admin = world.kafka.admin();
  await admin.connect();
  for (const topic of ['occupancy.topology', 'occupancy.readings']) {
    const name = world.settings.KAFKA_PREFIX + topic;
    const partitions = (await admin.fetchTopicOffsets(name)).map(({ partition, high }) => ({
      partition,
      offset: high,
    }));
    await admin.deleteTopicRecords({ topic: name, partitions });
  }
  await admin.disconnect();
  await world.clickhouse.command({ query: "DELETE FROM log WHERE startsWith(topic, 'occupancy.')" });
  const other = client((await world.gateway()).url); // the first still has the messages in its memory
  const ask = 'subscription ($after: Cursor) { spaceCount(space: "E", after: $after) { count { value } cursor } }';
  const expired = await other
    .subscribe(ask, { after: first!.spaceCount.cursor })
    .next()
    .catch((error: Error) => JSON.parse(error.message)[0].extensions);
  expect(expired.code).toBe('CURSOR_EXPIRED');
  const { value } = await other.subscribe<Told>(ask, { after: expired.earliest }).next();
  expect(value?.spaceCount.count.value).toBe(2);
});

test('the last event of any history is the count, and whoever resumes is told the same (S46)', async () => {
  const times = fc.integer({ min: 0, max: 20 }).map((n) => noon + n * 100);
  const seed = Date.now();
  const [known] = fc.sample(knownWorlds(times, { mounts: 14, readings: 60 }), { numRuns: 1, seed });
  const own = (id: string) => `last-${id}`;
  const since = await now();
  const topology = [
    ...known!.spaces.map((id) => space(own(id))),
    ...[...known!.dpus].map((id) => dpu(own(id))),
    ...[...known!.doorways.values()].map(({ id, ingress, egress }) =>
      doorway(own(id), own(ingress), egress === null ? null : own(egress)),
    ),
    ...known!.mounts.map((one) => mount(own(one.dpu), own(one.doorway), one.from, one.to)),
    ...known!.calibrations.map((one) => calibration(own(one.space), one.at, one.count)),
  ];
  const live = known!.spaces.map((id) => watch({ space: own(id) }));
  const readings = known!.readings.map((one, at) =>
    reading(own(one.dpu), one.time, one.direction, at % 2 === 0 ? undefined : `${at}`),
  );
  for (let part = 0; part < 4; part++) {
    const of = <T>(messages: T[]) => messages.filter((_, at) => at % 4 === part);
    await publishReadings(world, of(readings));
    await publishReadings(
      world,
      of(readings).filter(({ reading_id }) => reading_id),
    ); // come again
    await publishTopology(world, of(topology));
  }
  const until = await now();
  for (const [n, id] of known!.spaces.entries()) {
    const expected = countAt(known!, id, Number.POSITIVE_INFINITY);
    const told = await all(watch({ space: own(id), since, until }));
    expect(told.at(-1)!.spaceCount.count.value, `seed ${seed}`).toBe(expected);
    for (let cut = 0; cut < told.length; cut += 7) {
      const rest = await all(watch({ space: own(id), after: told[cut]!.spaceCount.cursor, until }));
      expect(rest.map(brief), `seed ${seed}`).toEqual(told.slice(cut + 1).map(brief));
    }
    const seen = await take(live[n]!, 1);
    while (seen.at(-1)!.spaceCount.count.value !== expected) seen.push(...(await take(live[n]!, 1)));
    await live[n]!.return!();
  }
});
