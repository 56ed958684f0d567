import { afterAll, beforeAll, expect, test } from 'vitest';
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
import { allTaken } from './progress.ts';
import { messagesOf } from './topic.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let ingest: { stop(): Promise<void> };

beforeAll(async () => {
  world = await openWorld();
  ingest = await world.ingest();
});
afterAll(() => world[Symbol.asyncDispose]());

const noon = Date.UTC(2018, 1, 24, 12);

async function rows(query: string): Promise<unknown[]> {
  const result = await world.clickhouse.query({
    query,
    format: 'JSONCompactEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json();
}

const readingsOf = (tenant: string) =>
  rows(`SELECT dpu, toUnixTimestamp64Milli(time) - ${noon}, direction, id FROM occupancy_readings FINAL
        WHERE tenant = '${tenant}' ORDER BY dpu, time, id`);

test('readings are known by their id, else by their place, and not by what they say', async () => {
  const nameless = reading(283, noon, 1);
  const named = reading(283, noon + 1, -1, 'r1');
  await publishReadings(world, [nameless, nameless, named, named]);
  // The same id at another time, and at another DPU, is another reading; with another direction it changes nothing.
  await publishReadings(world, [
    { ...named, direction: 1 },
    reading(283, noon + 2, 1, 'r1'),
    reading('283', noon + 3, 1),
    reading('other', noon + 1, 1, 'r1'),
  ]);
  await allTaken(world);
  const expected = [
    ['283', 0, 1, ''],
    ['283', 0, 1, ''],
    ['283', 1, -1, 'r1'],
    ['283', 2, 1, 'r1'],
    ['283', 3, 1, ''],
    ['other', 1, 1, 'r1'],
  ];
  expect(await readingsOf('public')).toEqual(expected);
  // Of those that are one the first stays.
  const places = await rows("SELECT offset FROM occupancy_readings FINAL WHERE dpu = '283' ORDER BY time, offset");
  expect(places).toEqual([[0], [1], [2], [5], [6]]);

  // All of it once more, as after a crash between the insert and the commit.
  await ingest.stop();
  const admin = world.kafka.admin();
  await admin.connect();
  await admin.deleteGroups([`${world.settings.KAFKA_PREFIX}tributary.occupancy`]);
  await admin.disconnect();
  ingest = await world.ingest();
  await allTaken(world);
  expect(await readingsOf('public')).toEqual(expected);
});

test('every message of the topology is kept, by its thing and place', async () => {
  await publishTopology(world, [
    space('a', 'Straße'),
    doorway('x', 'a', 'b'),
    dpu(283),
    mount(283, 'x', noon, noon + 5),
    calibration('a', noon, 7),
    space('a', 'Street'),
    { type: 'SpaceDeleted', data: { id: 'a' } },
  ]);
  await allTaken(world);
  const kept = `SELECT kind, id, toUnixTimestamp64Milli(moment), deleted, name, folded, ingress, egress, doorway,
                  toUnixTimestamp64Milli(until), people
                FROM occupancy_topology FINAL ORDER BY kind, id, moment, at, partition, offset`;
  expect(await rows(kept)).toEqual([
    ['CALIBRATION', 'a', noon, false, '', '', null, null, null, null, 7],
    ['DOORWAY', 'x', 0, false, 'Doorway x', 'doorway x', 'a', 'b', null, null, null],
    ['DPU', '283', 0, false, '', '', null, null, null, null, null],
    ['MOUNT', '283', noon, false, '', '', null, null, 'x', noon + 5, null],
    ['SPACE', 'a', 0, false, 'Straße', 'strasse', null, null, null, null, null],
    ['SPACE', 'a', 0, false, 'Street', 'street', null, null, null, null, null],
    ['SPACE', 'a', 0, true, '', '', null, null, null, null, null],
  ]);
});

test('a message of a tenant is kept apart, and one that breaks its contract goes to dead.letters', async () => {
  const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString();
  const good = JSON.stringify(reading('t', noon, 1));
  const bad: [topic: string, value: string | null, reason: string][] = [
    ['occupancy.readings', JSON.stringify(reading('t', noon, 0)), 'direction must be 1 or -1, not 0'],
    ['occupancy.readings', JSON.stringify(reading('t', noon, 2)), 'direction must be 1 or -1, not 2'],
    [
      'occupancy.readings',
      '{"dpu_id":1,"timestamp":"late","direction":1}',
      'timestamp must be a moment such as 2026-01-31T12:00:00Z, not "late"',
    ],
    [
      'occupancy.readings',
      `{"dpu_id":1,"timestamp":"${tomorrow}","direction":1}`,
      `timestamp "${tomorrow}" is more than a day after it came, which was at <time>`,
    ],
    ['occupancy.readings', null, 'the message has no value; occupancy.readings takes no deletions'],
    ['occupancy.topology', '{"type":"Room","data":{}}', 'unknown type "Room"; it must be one of <types>'],
    ['occupancy.topology', JSON.stringify(doorway('x', 'a', 'a')), 'doorway x leads from a to itself'],
  ];
  for (const [topic, value] of bad)
    await world.publisher.publish(topic, [
      { key: 't', value },
      { key: 't', value: topic.endsWith('readings') ? good : JSON.stringify(space('t')), headers: { tenant: 'acme' } },
    ]);
  await world.publisher.publish('occupancy.readings', [{ key: 't', value: good, headers: { tenant: 'a b' } }]);
  await allTaken(world);
  const letters = (await messagesOf(world, 'dead.letters')).map(({ value, headers }) => [
    String(headers['dead-letter-topic']),
    value?.toString() ?? null,
    String(headers['dead-letter-reason'])
      .replace(/(?<=which was at )\S+/, '<time>')
      .replace(/(?<=one of )Space.*/, '<types>'),
  ]);
  const header = 'the header tenant must be 1 to 100 letters, digits, dots, dashes or underscores';
  expect(letters.sort()).toEqual([...bad, ['occupancy.readings', good, header]].sort());
  expect(await readingsOf('acme')).toEqual(Array.from({ length: 5 }, () => ['t', 0, 1, '']));
  expect(await rows("SELECT id FROM occupancy_topology FINAL WHERE tenant = 'acme'")).toEqual([['t'], ['t']]);
});
