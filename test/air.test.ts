import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawResponses } from '../ingest/air/store.ts';
import { generator } from '../ingest/random.ts';
import { publishPoints, type TestPoint } from './airMessages.ts';
import { type Client, client } from './client.ts';
import { fieldsNotAsked } from './fields.ts';
import { publishTopology } from './occupancyMessages.ts';
import { allTaken } from './progress.ts';
import { messagesOf } from './topic.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let gateway: Client;
const asked: string[] = [];
const query: Client['query'] = (text, variables, headers) => {
  asked.push(text);
  return gateway.query(text, variables, headers);
};

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 60_000 });
  await world.ingest();
  gateway = client((await world.gateway()).url);
});
afterAll(() => world[Symbol.asyncDispose]());

const hour = 3_600_000;
const noon = Date.UTC(2026, 0, 31, 12);
const iso = (time: number) => new Date(time).toISOString();
const idOf = (city: string) => `Austria/Styria/${city}`;

const input = {
  ...{ adapter: 'IQAIR_DAILY', endpoint: 'http://api.airvisual.com/v2/nearest_city', secretKey: 'hunter2' },
  ...{ interval: 300_000, timeout: 180_000, bucketName: 'results' },
};
const start = 'mutation ($input: FeedInput!) { startFeed(input: $input) { success message feed { id state worker } } }';
const stop = 'mutation ($id: ID!) { stopFeed(id: $id) { success message feed { id state } } }';

test('a feed is started and stopped with the same answer however often, and its secret is never told', async () => {
  const started = await query<{ startFeed: { feed: { id: string } } }>(start, { input });
  const { id } = started.startFeed.feed;
  expect(started.startFeed).toEqual({
    ...{ success: true, message: 'Started fetching from adapter IQAIR_DAILY.' },
    feed: { id: expect.stringMatching(/^iqair_daily-[0-9a-f]{12}$/), state: 'WAITING', worker: null },
  });
  expect(await query(start, { input })).toEqual(started);
  const stopped = await query(stop, { id });
  expect(stopped).toEqual({
    stopFeed: { success: true, message: 'Stopped fetching from adapter IQAIR_DAILY.', feed: { id, state: 'STOPPED' } },
  });
  expect(await query(stop, { id })).toEqual(stopped);
  await allTaken(world);
  const told = await query(
    '{ feeds { id adapter endpoint query intervalMs timeoutMs bucket state worker lastRun { id } } }',
  );
  expect(told).toEqual({
    feeds: [
      {
        ...{ id, adapter: 'IQAIR_DAILY', endpoint: input.endpoint, query: {}, bucket: 'results', state: 'STOPPED' },
        ...{ intervalMs: 300_000, timeoutMs: 180_000, worker: null, lastRun: null },
      },
    ],
  });
  const values = (await messagesOf(world, 'air.feeds')).map(({ value }) => JSON.parse(String(value)).data);
  expect(JSON.stringify(values)).not.toContain('hunter2');
  expect(values.map(({ state, secret }) => [state, /^v1\./.test(secret ?? '')])).toEqual([
    ['STARTED', true],
    ['STARTED', true],
    ['STOPPED', false],
    ['STOPPED', false],
  ]);
});

test('a configuration that does not fit is refused with the reason, and nothing is written', async () => {
  const before = (await messagesOf(world, 'air.feeds')).length;
  const refused = async (properties: object) =>
    (await gateway.ask(start, { input: { ...input, ...properties } })).errors!.map(({ message, extensions }) => [
      extensions.code,
      message,
    ]);
  for (const [properties, reason] of [
    [{ adapter: 'NONE' }, 'there is no adapter NONE; there are IQAIR_DAILY, OPEN_METEO.'],
    [{ endpoint: 'ftp://api.example/' }, /^endpoint must be an address that begins with http/],
    [{ endpoint: 'http://api.example/?key=hunter2' }, /must have no query and no fragment/],
    [{ endpoint: 'http://127.0.0.1/v2/nearest_city' }, /^endpoint is not at a public address/],
    [{ endpoint: 'http://[::ffff:10.0.0.1]/v2/nearest_city' }, /^endpoint is not at a public address/],
    [{ endpoint: 'http://2130706433/v2/nearest_city' }, /^endpoint is not at a public address/],
    [{ endpoint: 'http://localhost:8080/v2/nearest_city' }, /^endpoint is not at a public address/],
    [{ query: { city: 'Graz' } }, /^query has an unknown property/],
    [{ query: { key: 'hunter2' } }, /^query has an unknown property/],
    [{ timeout: 300_001 }, 'timeout 300001 is longer than interval 300000.'],
    [{ interval: 10 }, /^interval must be >= 1000/],
    [{ bucketName: '../x' }, /^bucketName must be/],
    [{ id: 'a/b' }, /^id must be/],
  ] as const) {
    const [[code, message]] = (await refused(properties)) as [[string, string]];
    expect([code, message]).toEqual(['BAD_USER_INPUT', expect.stringMatching(reason)]);
    expect(message).not.toContain('hunter2');
  }
  const { errors } = await gateway.ask(stop, { id: 'nobody' });
  expect(errors![0]).toMatchObject({ message: 'There is no feed "nobody". Start it first.' });
  expect(await messagesOf(world, 'air.feeds')).toHaveLength(before);
});

test('stations are found by name and place, with what they measured last and at a time', async () => {
  const read = await publishPoints(world, [
    { city: 'Graz', time: noon + 2 * hour, aqiUs: 60 },
    // It comes later than the newest.
    { city: 'Graz', time: noon, aqiUs: 40 },
    { city: 'Leoben', time: noon, aqiUs: 30, latitude: 47.38, longitude: 15.09 },
  ]);
  const reading = `time aqiUs mainUs aqiCn mainCn temperature pressure humidity windSpeed windDirection
    station { id latitude longitude }`;
  const { station } = await query<Record<string, unknown>>(
    `query ($id: ID!, $time: DateTime!) { station(id: $id) { id city state country latitude longitude
      latest { ${reading} } at(time: $time) { time aqiUs } } }`,
    { id: idOf('Graz'), time: iso(noon + hour) },
    read,
  );
  const place = { latitude: 47.0707, longitude: 15.4395 };
  expect(station).toEqual({
    ...{ id: idOf('Graz'), city: 'Graz', state: 'Styria', country: 'Austria', ...place },
    latest: {
      ...{ time: iso(noon + 2 * hour), aqiUs: 60, mainUs: 'p2', aqiCn: 22, mainCn: 'p1' },
      ...{ temperature: -3, pressure: 1021, humidity: 64, windSpeed: 4.12, windDirection: 350 },
      station: { id: idOf('Graz'), ...place },
    },
    at: { time: iso(noon), aqiUs: 40 },
  });
  const list = async (given: object) => {
    const { stations } = await query<{
      stations: { totalCount: number; edges: { node: { city: string }; cursor: string }[] };
    }>(
      `query ($country: String, $city: String, $near: GeoPoint, $first: Int, $after: String) {
        stations(country: $country, city: $city, near: $near, first: $first, after: $after) {
          totalCount edges { cursor node { city } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      given,
    );
    return { ...stations, cities: stations.edges.map(({ node }) => node.city) };
  };
  expect(await list({})).toMatchObject({ totalCount: 2, cities: ['Graz', 'Leoben'] });
  expect(await list({ city: 'Leoben' })).toMatchObject({ totalCount: 1, cities: ['Leoben'] });
  expect(await list({ country: 'Australia' })).toMatchObject({ totalCount: 0, cities: [] });
  const near = { latitude: 47.3, longitude: 15.1 };
  const nearest = await list({ near, first: 1 });
  expect(nearest.cities).toEqual(['Leoben']);
  expect((await list({ near, after: nearest.edges[0]!.cursor })).cities).toEqual(['Graz']);
  expect((await gateway.ask('{ stations(near: {latitude: 91, longitude: 0}) { totalCount } }')).errors).toHaveLength(1);
});

test('a series has the mean, least and greatest index of every bucket, and that of 24 hours, as a reference counts', async () => {
  const random = generator(6);
  const draw = (below: number) => Math.floor(random() * below);
  const times = [...new Set(Array.from({ length: 150 }, () => noon + draw(72 * 60) * 60_000))];
  const points: Required<Pick<TestPoint, 'city' | 'time' | 'aqiUs'>>[] = times.map((time) => ({
    ...{ city: 'Series', time, aqiUs: draw(300) },
  }));
  const read = await publishPoints(world, points);
  const [from, every] = [noon + 30 * hour + 7, 35 * 60_000];
  const to = from + 20 * hour;
  const among = (begin: number, end: number) =>
    points.filter(({ time }) => time >= begin && time < end).map(({ aqiUs }) => aqiUs);
  const mean = (values: number[]) =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  const buckets = Array.from({ length: Math.ceil((to - from) / every) }, (_, at) => {
    const [begin, end] = [from + at * every, Math.min(from + (at + 1) * every, to)];
    const values = among(begin, end);
    const ends = values.length === 0 ? [null, null] : [Math.min(...values), Math.max(...values)];
    const moving = mean(among(end - 24 * hour, end));
    return { start: iso(begin), samples: values.length, mean: mean(values), least: ends[0], greatest: ends[1], moving };
  });
  expect(buckets.filter(({ samples }) => samples === 0).length).toBeGreaterThan(5);
  const series = async (fill: string | null) => {
    const { station } = await query<{ station: { series: Record<string, number | string | null>[] } }>(
      `query ($id: ID!, $from: DateTime!, $to: DateTime!, $every: String!, $fill: FillMode) { station(id: $id) {
        series(from: $from, to: $to, every: $every, fill: $fill) {
          start samples aqiUsAvg aqiUsMin aqiUsMax aqiUsMoving24h } } }`,
      { id: idOf('Series'), from: iso(from), to: iso(to), every: 'PT35M', fill },
      read,
    );
    return station.series.map(({ start, samples, ...index }) => ({
      ...{ start, samples, mean: index.aqiUsAvg, least: index.aqiUsMin, greatest: index.aqiUsMax },
      moving: index.aqiUsMoving24h,
    }));
  };
  const close = (value: number | null | undefined) => (value == null ? null : expect.closeTo(value, 6));
  const expected = (wanted: typeof buckets) =>
    wanted.map((bucket) => ({ ...bucket, mean: close(bucket.mean), moving: close(bucket.moving) }));
  expect(await series('NULL')).toEqual(expected(buckets));
  const known = buckets.filter(({ samples }) => samples > 0);
  expect(await series(null)).toEqual(expected(known));
  const carried =
    among(0, from).length === 0
      ? null
      : points.toSorted((one, other) => other.time - one.time).find(({ time }) => time < from)!.aqiUs;
  let last: Pick<(typeof buckets)[number], 'mean' | 'least' | 'greatest'> = {
    mean: carried,
    least: carried,
    greatest: carried,
  };
  const previous = buckets.map((bucket) => {
    const { mean, least, greatest } = bucket.samples > 0 ? bucket : last;
    last = { mean, least, greatest };
    return { ...bucket, ...last };
  });
  expect(await series('PREVIOUS')).toEqual(expected(previous));
  const linear = await series('LINEAR');
  for (const [at, bucket] of linear.entries()) {
    const left = buckets.slice(0, at + 1).findLast(({ samples }) => samples > 0);
    const right = buckets.slice(at).find(({ samples }) => samples > 0);
    if (!left || !right) expect(bucket.mean).toBeNull();
    else {
      const [begin, end] = [buckets.indexOf(left), buckets.indexOf(right)];
      const share = begin === end ? 0 : (at - begin) / (end - begin);
      expect(bucket.mean).toBeCloseTo(left.mean! + share * (right.mean! - left.mean!), 6);
    }
  }
});

test('runs of a feed are listed newest first, with why there is no point', async () => {
  await query(start, { input: { ...input, id: 'runs' } });
  const none = { outcome: 'REFUSED', message: 'city_not_found', station: null, time: null } as const;
  const read = await publishPoints(world, [
    { feed: 'runs', city: 'Runs', time: noon },
    {
      feed: 'runs',
      city: 'Runs',
      time: noon,
      result: { started: noon + hour, ended: noon + hour, outcome: 'UNCHANGED' },
    },
    { feed: 'runs', city: 'Runs', time: noon, result: { started: noon + 2 * hour, ended: noon + 2 * hour, ...none } },
  ]);
  await allTaken(world);
  const page =
    'totalCount edges { cursor node { id started ended outcome message payload parser } } pageInfo { hasNextPage }';
  const { feed } = await query<{
    feed: { lastRun: object; runs: { totalCount: number; edges: { cursor: string; node: Record<string, unknown> }[] } };
  }>(
    `query ($after: String) { feed(id: "runs") { state lastRun { id outcome } runs(first: 2, after: $after) { ${page} } } }`,
    {},
    read,
  );
  const nodes = feed.runs.edges.map(({ node }) => node);
  expect(feed.runs).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
  expect(nodes.map(({ outcome, message, parser }) => [outcome, message, parser])).toEqual([
    ['REFUSED', 'city_not_found', 1],
    ['UNCHANGED', null, 1],
  ]);
  expect(nodes[0]!.payload).toBe(`results/runs/${nodes[0]!.id}.json`);
  expect(feed.lastRun).toEqual({ id: nodes[0]!.id, outcome: 'REFUSED' });
});

test('readings are told live, resumed after a cursor and replayed, each once it can be asked for (S28, S49)', async () => {
  interface Told {
    airReadings: { reading: { aqiUs: number; time: string; station: { id: string } }; cursor: string; at: string };
  }
  const watch = (given: Record<string, unknown>) =>
    gateway.subscribe<Told>(
      `subscription ($station: ID, $country: String, $after: Cursor, $since: DateTime, $until: DateTime) {
        airReadings(station: $station, country: $country, after: $after, since: $since, until: $until) {
          reading { aqiUs time station { id } } cursor at } }`,
      given,
    );
  const points = [1, 2, 3, 4].map((aqiUs) => ({ city: 'Live', time: noon + aqiUs * hour, aqiUs }));
  const since = iso(Date.now() - 1);
  await publishPoints(world, [
    points[0]!,
    { ...points[0]!, result: { outcome: 'UNCHANGED' } },
    { city: 'Elsewhere', time: noon },
  ]);
  const live = watch({ station: idOf('Live'), since });
  const first = (await live.next()).value as Told;
  await publishPoints(world, points.slice(1));
  const told = [first];
  while (told.length < 4) told.push((await live.next()).value);
  await live.return!();
  expect(told.map(({ airReadings: { reading } }) => [reading.aqiUs, reading.station.id])).toEqual(
    points.map(({ aqiUs }) => [aqiUs, idOf('Live')]),
  );
  const resumed = watch({ station: idOf('Live'), after: told[1]!.airReadings.cursor });
  expect([(await resumed.next()).value, (await resumed.next()).value]).toEqual(told.slice(2));
  await resumed.return!();
  const all: string[] = [];
  for await (const { airReadings } of watch({ country: 'Austria', since, until: iso(Date.now()) }))
    all.push(airReadings.reading.station.id);
  expect(all.sort()).toEqual([idOf('Elsewhere'), ...points.map(() => idOf('Live'))].sort());
  for await (const _ of watch({ country: 'Aus', since, until: iso(Date.now()) })) expect.unreachable();
});

test('stored responses are parsed again into the same identities', async () => {
  await query(start, { input: { ...input, id: 'again' } });
  const unread = { outcome: 'CORRUPT', message: 'no', station: null, time: null } as const;
  const read = await publishPoints(world, [
    { feed: 'again', city: 'Again', time: noon, aqiUs: 10 },
    { feed: 'again', city: 'Again', time: noon + hour, aqiUs: 20 },
    // As an older parser would have left it, which could not read it.
    { feed: 'again', city: 'Again', time: noon + 2 * hour, aqiUs: 30, result: unread },
  ]);
  const series = `{ station(id: "${idOf('Again')}") { series(from: "${iso(noon)}", to: "${iso(noon + 3 * hour)}", every: "PT1H") { aqiUsAvg } } }`;
  const before = await query<{ station: { series: { aqiUsAvg: number }[] } }>(series, {}, read);
  expect(before.station.series.map(({ aqiUsAvg }) => aqiUsAvg)).toEqual([10, 20]);
  const again = 'mutation ($from: DateTime) { reparseFeed(id: "again", from: $from) { accepted position } }';
  const { reparseFeed } = await query<{ reparseFeed: { accepted: number; position: string } }>(again);
  expect(reparseFeed.accepted).toBe(3);
  const after = { 'Read-After': reparseFeed.position };
  expect(await query(series, {}, after)).toEqual({
    station: { series: [{ aqiUsAvg: 10 }, { aqiUsAvg: 20 }, { aqiUsAvg: 30 }] },
  });
  const runs = '{ feed(id: "again") { runs { totalCount edges { node { outcome message } } } } }';
  expect(await query(runs, {}, after)).toEqual({
    feed: { runs: { totalCount: 3, edges: Array(3).fill({ node: { outcome: 'STORED', message: null } }) } },
  });
  expect(await query(again, { from: iso(noon + 2 * hour) })).toMatchObject({ reparseFeed: { accepted: 1 } });
});

test('a space has the air of the nearest station at any moment, a station the spaces around it, a company its own', async () => {
  const points = await publishPoints(world, [
    { city: 'Near', time: noon, aqiUs: 11, latitude: -10, longitude: 20 },
    { city: 'Near', time: noon + hour, aqiUs: 12, latitude: -10, longitude: 20 },
    { city: 'Far', time: noon + hour, aqiUs: 99, latitude: -11, longitude: 20 },
  ]);
  const spaces = await publishTopology(world, [
    { type: 'Space', data: { id: 'placed', name: 'Placed', latitude: -10.2, longitude: 20.1, company: 1 } },
    { type: 'Space', data: { id: 'nowhere', name: 'Nowhere', company: 1 } },
    { type: 'Space', data: { id: 'nearer', name: 'Nearer', latitude: -10, longitude: 20.05, company: 1 } },
    { type: 'Space', data: { id: 'farther', name: 'Farther', latitude: -10.9, longitude: 20 } },
  ]);
  await query('{ stations { totalCount } }', {}, points);
  const air = (at: number | null) =>
    query(
      `query ($at: DateTime) { placed: space(id: "placed") { id airQuality(at: $at) { aqiUs station { city } } }
        nowhere: space(id: "nowhere") { airQuality { aqiUs } } }`,
      { at: at === null ? null : iso(at) },
      spaces,
    );
  const of = (aqiUs: number | null) => ({
    placed: { id: 'placed', airQuality: aqiUs === null ? null : { aqiUs, station: { city: 'Near' } } },
    nowhere: { airQuality: null },
  });
  expect(await air(null)).toEqual(of(12));
  expect(await air(noon + hour - 1)).toEqual(of(11));
  expect(await air(noon - 1)).toEqual(of(null));

  // A degree of latitude is 111 km.
  const around = `
    query ($within: Float, $first: Int) {
      stations { edges { node { city spaces(within: $within, first: $first) { id } } } }
      space(id: "placed") { company { spaces { id } two: spaces(first: 2) { name } } }
    }`;
  const { stations, space } = await query<{
    stations: { edges: { node: { city: string; spaces: object[] } }[] };
    space: object;
  }>(around, { within: 30 });
  const ids = (...ids: string[]) => ids.map((id) => ({ id }));
  expect(stations.edges.map(({ node }) => node).filter(({ city }) => city === 'Near' || city === 'Far')).toEqual([
    { city: 'Far', spaces: ids('farther') },
    { city: 'Near', spaces: ids('nearer', 'placed') },
  ]);
  const two = [{ name: 'Nearer' }, { name: 'Nowhere' }];
  expect(space).toEqual({ company: { spaces: ids('nearer', 'nowhere', 'placed'), two } });
  const near = async (variables: object) =>
    (await query<{ stations: typeof stations }>(around, variables)).stations.edges.find(
      ({ node }) => node.city === 'Near',
    )!.node.spaces;
  expect(await near({ within: 300, first: 2 })).toEqual(ids('nearer', 'placed'));
  expect(await near({})).toEqual(ids('nearer')); // ten kilometres
  await expect(query(around, { within: -1 })).rejects.toThrow('within must be');
});

test('a result whose response is gone, or is that of another tenant, gives no point', async () => {
  const responses = await RawResponses.open(world.settings);
  expect(await responses.get('acme', 'results/f/x.json')).toBeUndefined();
  const payload = { id: 'x', filename: 'results/f/x.json' };
  await publishPoints(world, [{ city: 'Gone', time: noon, result: { payload } }]);
  await allTaken(world);
  const letters = (await messagesOf(world, 'dead.letters')).map(({ headers }) => String(headers['dead-letter-reason']));
  expect(letters).toEqual(['the response results/f/x.json is not in the object store']);
  expect(await query('{ station(id: "Austria/Styria/Gone") { id } }')).toEqual({ station: null });
});

test('every field of the subgraph that is not about watching or spaces is asked for above', () => {
  const elsewhere = /^(Subscription|AirReadingEvent|Space)\./;
  expect(fieldsNotAsked('air', asked).filter((field) => !elsewhere.test(field))).toEqual([]);
});
