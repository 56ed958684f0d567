import type { ClickHouseClient } from '@clickhouse/client';
import { generator } from '../ingest/random.ts';
import type { Calibration, Doorway, Mount } from '../schema/occupancy/topology.ts';
import type { Known } from './occupancyReference.ts';
import type { TopicMessage } from './topic.ts';

/** What must stand in occupancy_topology about a message, without what says where it stood. */
interface ExpectedTopology {
  tenant: string;
  kind: 'SPACE' | 'DOORWAY' | 'DPU' | 'MOUNT' | 'CALIBRATION';
  id: string;
  moment: number;
  deleted: boolean;
  name: string;
  folded: string;
  latitude: number | null;
  longitude: number | null;
  company: string | null;
  ingress: string | null;
  egress: string | null;
  doorway: string | null;
  until: number | null;
  people: number | null;
}

/** What must stand in occupancy_readings about a message; without an id, its place is its identity. */
interface ExpectedReading {
  tenant: string;
  dpu: string;
  time: number;
  direction: 1 | -1;
  id: string;
}

/** A message as it is published, and what must come of it; nothing when it breaks the contract. */
interface LoadMessage<Expected> {
  key: string;
  value: Buffer | string | null;
  /** Its number in the load, so that it is known again wherever it stands. */
  headers: { number: string; tenant?: string };
  expected?: Expected;
}

export interface OccupancyLoad {
  topology: LoadMessage<ExpectedTopology>[];
  readings: LoadMessage<ExpectedReading>[];
}

const begin = Date.UTC(2024, 0, 1);
/** Readings come so often, in milliseconds. */
const everyMs = 700;
const iso = (time: number) => new Date(time).toISOString();

const names = [
  ['Lobby', 'lobby'],
  ['  Straße  4 ', 'strasse 4'],
  ['東京', '東京'],
  ['ROOM "7"', 'room "7"'],
] as const;

/**
 * A building that is rebuilt all the time, and who passes its doors: spaces, doorways and DPUs that change, go and come
 * back, moves that are recorded late, calibrations; readings that come late, that come again, with their id as they
 * were, changed, or in another partition, equal ones without an id that are two, some of DPUs that nobody knows and some
 * of another tenant; and messages that break the contract. The same every time.
 */
export function occupancyLoad(count: { topology: number; readings: number }): OccupancyLoad {
  const random = generator(13);
  const below = (limit: number) => Math.floor(random() * limit);
  const span = count.readings * everyMs;
  return {
    topology: Array.from({ length: count.topology }, (_, number) => topologyMessage(number, below, span)),
    readings: readingMessages(count.readings, below),
  };
}

const spaces = 10;
const doorways = 16;
const dpus = 30;
/** The first ones make the building, whatever chance does to it later. */
const kinds = [
  ...Array<'SPACE'>(spaces).fill('SPACE'),
  ...Array<'DOORWAY'>(doorways).fill('DOORWAY'),
  ...Array<'DPU'>(dpus).fill('DPU'),
  ...Array<'MOUNT'>(dpus).fill('MOUNT'),
];
const badTopology = [null, '', '{"type":"Space"', '{"type":"Room","data":{}}', '{"type":"Space","data":{"id":"s1"}}'];

function topologyMessage(
  number: number,
  below: (limit: number) => number,
  span: number,
): LoadMessage<ExpectedTopology> {
  const headers = { number: String(number), ...(below(25) === 0 ? { tenant: 'acme' } : {}) };
  const isFirst = number < kinds.length;
  if (!isFirst && below(40) === 0)
    return { headers, key: `bad-${number}`, value: badTopology[below(badTopology.length)]! };
  const kind = kinds[number] ?? (['SPACE', 'DOORWAY', 'DPU', 'MOUNT', 'MOUNT', 'CALIBRATION'] as const)[below(6)]!;
  const deleted = !isFirst && kind !== 'SPACE' && below(6) === 0;
  const time = begin + (isFirst ? 0 : below(20)) * Math.floor(span / 20); // few, so that they are meant again
  const expected: ExpectedTopology = {
    ...{ tenant: headers.tenant ?? 'public', kind, id: '', moment: 0, deleted, name: '', folded: '', latitude: null },
    ...{ longitude: null, company: null, ingress: null, egress: null, doorway: null, until: null, people: null },
  };
  const say = (type: string, about: object, saved: object, columns: Partial<ExpectedTopology>) => {
    const data = { ...about, ...(deleted ? {} : saved) };
    Object.assign(expected, deleted ? {} : columns);
    return {
      headers,
      key: expected.id,
      value: JSON.stringify({ type: type + (deleted ? 'Deleted' : ''), data }),
      expected,
    };
  };
  switch (kind) {
    case 'SPACE': {
      expected.id = `s${number % spaces}`;
      const [name, folded] = names[below(names.length)]!;
      const latitude = below(2) ? below(180) - 90 : null;
      const company = below(2) ? below(50) : undefined;
      const place = { latitude, longitude: latitude === null ? null : 8.5 };
      const saved = { name, ...place, company };
      const columns = { name: name.trim().replace('  ', ' '), folded, ...place };
      return say('Space', { id: expected.id }, saved, {
        ...columns,
        company: company === undefined ? null : String(company),
      });
    }
    case 'DOORWAY': {
      expected.id = `d${isFirst ? number - spaces : below(doorways)}`;
      const ingress = below(spaces - 2); // the last two are counted from their neighbours
      const egress = below(3) ? `s${(ingress + 1 + below(spaces - 1)) % spaces}` : null;
      const saved = { name: 'A door', ingress: `s${ingress}`, egress };
      return say('Doorway', { id: expected.id }, saved, { ...saved, folded: 'a door' });
    }
    case 'DPU':
      expected.id = String(isFirst ? number - spaces - doorways : below(dpus));
      return say('Dpu', { id: Number(expected.id) }, {}, {});
    case 'MOUNT': {
      expected.id = String(isFirst ? number - spaces - doorways - dpus : below(dpus));
      expected.moment = time;
      const doorway = `d${below(doorways + 1)}`; // there is one less
      const until = below(4) ? null : time + 1 + below(span);
      const about = { dpu: Number(expected.id), from: iso(time) };
      return say('Mount', about, { doorway, to: until && iso(until) }, { doorway, until });
    }
    case 'CALIBRATION': {
      expected.id = `s${below(spaces)}`;
      expected.moment = time;
      const people = below(300);
      return say('Calibration', { space: expected.id, at: iso(time) }, { count: people }, { people });
    }
  }
}

const badReadings = [
  null,
  '{"dpu_id":1',
  Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x80]),
  `{"dpu_id":1,"timestamp":"${iso(begin)}","direction":0}`,
  '{"dpu_id":1,"timestamp":"soon","direction":1}',
  '{"dpu_id":1,"timestamp":"2099-01-01T00:00:00Z","direction":1}',
];

function readingMessages(count: number, below: (limit: number) => number): LoadMessage<ExpectedReading>[] {
  const load: LoadMessage<ExpectedReading>[] = [];
  for (let number = 0; number < count; number++) {
    const headers = { number: String(number) };
    const kind = below(100);
    const earlier = load[number - 1 - below(2_000)];
    if (kind === 0) load.push({ headers, key: `bad-${number}`, value: badReadings[below(badReadings.length)]! });
    else if (kind < 12 && earlier?.expected) load.push(again(earlier, earlier.expected, below(3), number));
    else load.push(reading(number, below));
  }
  return load;
}

/** A reading that came before: as it was, with another direction, or where another key has put it. */
function again(
  { key, value, headers }: LoadMessage<ExpectedReading>,
  expected: ExpectedReading,
  way: number,
  number: number,
): LoadMessage<ExpectedReading> {
  const own = { ...headers, number: String(number) };
  if (way === 0) return { headers: own, key, value, expected };
  if (way === 1) return { headers: own, key: `elsewhere-${number}`, value, expected };
  const direction = expected.direction === 1 ? -1 : 1;
  const changed = JSON.stringify({ ...JSON.parse(String(value)), direction });
  return { headers: own, key, value: changed, expected: { ...expected, direction } };
}

function reading(number: number, below: (limit: number) => number): LoadMessage<ExpectedReading> {
  const dpu = below(30) ? below(dpus) : 'nobody knows';
  const late = below(10) ? 0 : below(Math.min(number, 20_000));
  const time = begin + (number - late) * everyMs;
  const direction = below(9) < 5 ? 1 : -1;
  const id = below(2) ? `r${number}` : '';
  const tenant = below(25) ? undefined : 'acme';
  return {
    key: String(dpu),
    value: JSON.stringify({ dpu_id: dpu, timestamp: iso(time), direction, ...(id ? { reading_id: id } : {}) }),
    headers: { number: String(number), ...(tenant ? { tenant } : {}) },
    expected: { tenant: tenant ?? 'public', dpu: String(dpu), time, direction, id },
  };
}

/** What must stand in a table, as rows of JSON, and in dead.letters, by place in Kafka. */
export interface Folded {
  rows: string[];
  letters: string[];
}

/** What must come of the topology in Kafka: written for plainness. */
export function foldTopology({ topology }: OccupancyLoad, topic: TopicMessage[]): Folded {
  const rows: string[] = [];
  const letters: string[] = [];
  for (const { partition, offset, at, headers, value } of topic) {
    const { expected } = topology[Number(headers.number)]!;
    if (expected) rows.push(JSON.stringify([...Object.values(expected), Number(at), partition, Number(offset)]));
    else letters.push(`${partition}/${offset} ${value?.toString('hex')}`);
  }
  return { rows: rows.sort(), letters: letters.sort() };
}

/** What must come of the readings in Kafka: of those that are one the first. */
export function foldReadings({ readings }: OccupancyLoad, topic: TopicMessage[]): Folded {
  const letters: string[] = [];
  for (const { partition, offset, headers, value } of topic)
    if (!readings[Number(headers.number)]!.expected) letters.push(`${partition}/${offset} ${value?.toString('hex')}`);
  const rows = firstReadings(readings, topic).map(({ reading, partition, offset }) =>
    JSON.stringify([...Object.values(reading), partition, offset]),
  );
  return { rows: rows.sort(), letters: letters.sort() };
}

function firstReadings(readings: OccupancyLoad['readings'], topic: TopicMessage[]) {
  const first = new Map<string, { reading: ExpectedReading; partition: number; offset: number }>();
  for (const { partition, offset: place, headers } of topic) {
    const { expected: reading } = readings[Number(headers.number)]!;
    if (!reading) continue;
    const offset = Number(place);
    const { tenant, dpu, time, id } = reading;
    const identity = JSON.stringify([tenant, dpu, time, id || [partition, offset]]);
    const present = first.get(identity);
    if (present && (present.offset < offset || (present.offset === offset && present.partition < partition))) continue;
    first.set(identity, { reading, partition, offset });
  }
  return [...first.values()];
}

/** What is known in the end to those who name no tenant. */
export function knownAtLast(load: OccupancyLoad, topology: TopicMessage[], readings: TopicMessage[]): Known {
  const latest = new Map<string, { message: TopicMessage; expected: ExpectedTopology }>();
  for (const message of topology) {
    const { expected } = load.topology[Number(message.headers.number)]!;
    if (expected?.tenant !== 'public') continue;
    const { kind, id, moment } = expected;
    // What is about one thing is in one partition, and comes in its order.
    latest.set(`${kind} ${id} ${moment}`, { message, expected });
  }
  const present = [...latest.values()].map(({ expected }) => expected).filter(({ deleted }) => !deleted);
  const of = (kind: ExpectedTopology['kind']) => present.filter((one) => one.kind === kind);
  return {
    spaces: of('SPACE').map(({ id }) => id),
    dpus: new Set(of('DPU').map(({ id }) => id)),
    doorways: new Map(
      of('DOORWAY').map(({ id, name, ingress, egress }): [string, Doorway] => [
        id,
        { id, name, ingress: ingress!, egress },
      ]),
    ),
    mounts: of('MOUNT').map(
      ({ id, doorway, moment, until }): Mount => ({
        ...{ dpu: id, doorway: doorway!, from: moment, to: until },
      }),
    ),
    calibrations: of('CALIBRATION').map(
      ({ id, moment, people }): Calibration => ({
        ...{ space: id, at: moment, count: people! },
      }),
    ),
    readings: firstReadings(load.readings, readings)
      .map(({ reading }) => reading)
      .filter(({ tenant }) => tenant === 'public'),
  };
}

/** Every row of the table of topology, with all columns. */
export function topologyStored(clickhouse: ClickHouseClient): Promise<string[]> {
  return stored(
    clickhouse,
    `SELECT tenant, kind, id, toUnixTimestamp64Milli(moment), deleted, name, folded, latitude, longitude, company,
       ingress, egress, doorway, toUnixTimestamp64Milli(until), people, toUnixTimestamp64Milli(at), partition, offset
     FROM occupancy_topology FINAL`,
  );
}

/** Every row of the table of readings, with all columns. */
export function readingsStored(clickhouse: ClickHouseClient): Promise<string[]> {
  return stored(
    clickhouse,
    `SELECT tenant, dpu, toUnixTimestamp64Milli(time), direction, id, partition, offset
     FROM occupancy_readings FINAL`,
  );
}

async function stored(clickhouse: ClickHouseClient, query: string): Promise<string[]> {
  const result = await clickhouse.query({
    query,
    format: 'JSONCompactEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return (await result.json<unknown[]>()).map((row) => JSON.stringify(row)).sort();
}
