import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Secret } from '../platform/secret.ts';
import { SecretKeys } from '../platform/secretKeys.ts';
import { feedPlace, secretContext } from '../schema/air/feed.ts';
import { AirServer } from './airServer.ts';
import { command, environmentOf, killAll, type Run } from './command.ts';
import { allTaken } from './progress.ts';
import { messagesOf } from './topic.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let api: AirServer;
let keys: SecretKeys;

beforeAll(async () => {
  const secret = `k:${Buffer.alloc(32, 7).toString('base64')}`;
  world = await openWorld(
    { TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS: true, TRIBUTARY_SECRET_KEYS: secret, KAFKA_PARTITIONS: 4 },
    { keepGraph: true },
  );
  keys = new SecretKeys(secret);
  api = await AirServer.start();
  await world.ingest();
});
afterEach(() => killAll());
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const intervalMs = 1_000;

const startFeed = (id: string, { tenant = 'public', ...properties }: Record<string, unknown> = {}) => {
  const data = {
    ...{ id, adapter: 'IQAIR_DAILY', endpoint: api.endpoint, interval: intervalMs, bucket: 'results' },
    ...{ query: { city: id, state: 'Styria', country: 'Austria' }, state: 'STARTED' },
    secret: keys.seal(new Secret('hunter2'), secretContext(String(tenant), id)),
    ...properties,
  };
  return world.publisher.publish('air.feeds', [
    {
      key: feedPlace(String(tenant), id),
      value: JSON.stringify({ type: 'Feed', data }),
      headers: { tenant: String(tenant) },
    },
  ]);
};
const stopFeed = (id: string) => startFeed(id, { state: 'STOPPED', secret: null });
const startWorker = async (): Promise<Run> => {
  const worker = command(['source', 'air'], environmentOf({ ...world.settings, LOG_LEVEL: 'info' }));
  await worker.says('the worker is up');
  return worker;
};
const requestsFor = (city: string) => api.requests.filter((request) => request.city === city);
const until = async (met: () => boolean | Promise<boolean>) => {
  while (!(await met())) await delay(20);
};
const rows = async (query: string) => {
  const result = await world.clickhouse.query({
    query,
    format: 'JSONCompactEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json<unknown[]>();
};

test('a feed is fetched, its answer kept, and its point stored once however often it comes', async () => {
  const worker = await startWorker();
  await startFeed('Graz');
  await until(() => requestsFor('Graz').length === 3);
  api.time += 3_600_000;
  await until(() => requestsFor('Graz').length === 5);
  await stopFeed('Graz');
  const asked = requestsFor('Graz').length;
  await until(async () => {
    await allTaken(world);
    const [count] = await rows("SELECT count() FROM air_runs FINAL WHERE feed = 'Graz'");
    return Number(count![0]) >= asked;
  });
  expect(
    await rows('SELECT station, toUnixTimestamp64Milli(time), aqi_us FROM air_readings FINAL ORDER BY time'),
  ).toEqual([
    ['Austria/Styria/Graz', api.time - 3_600_000, 57],
    ['Austria/Styria/Graz', api.time, 57],
  ]);
  expect(
    await rows("SELECT outcome, count() FROM air_runs FINAL WHERE feed = 'Graz' GROUP BY outcome ORDER BY outcome"),
  ).toEqual([
    ['STORED', 2],
    ['UNCHANGED', asked - 2],
  ]);
  worker.process.kill('SIGTERM');
  expect(await worker.exitCode).toBe(0);
  const told = [...(await messagesOf(world, 'air.feeds')), ...(await messagesOf(world, 'air.results'))];
  expect(told.map(({ value }) => String(value)).join()).not.toContain('hunter2');
  expect(worker.output()).not.toContain('hunter2');
});

test('of two workers one is killed ten times, and no interval of a feed is fetched twice or left out for long', async () => {
  const cities = Array.from({ length: 12 }, (_, at) => `City${at}`);
  // Slow enough that many fetches are under way when a worker is killed.
  api.behave = (_, response, asked) => {
    setTimeout(() => response.end(JSON.stringify(api.answer(asked))), 300);
  };
  await startWorker();
  for (const city of cities) await startFeed(city);
  for (let kill = 0; kill < 10; kill++) {
    const victim = await startWorker();
    const seen = api.requests.length;
    await until(() => api.requests.length > seen + cities.length);
    victim.process.kill('SIGKILL');
    await victim.exitCode;
  }
  const end = api.requests.length;
  await until(() => api.requests.length > end + 2 * cities.length);
  for (const city of cities) await stopFeed(city);
  await allTaken(world);
  // Of each interval that ended there is one run that is done, whoever fetched it.
  const done = (await messagesOf(world, 'air.feeds'))
    .map(({ value }) => JSON.parse(String(value)))
    .filter(({ type, data }) => type === 'Run' && data.state === 'DONE');
  for (const city of cities) {
    const times = requestsFor(city).map(({ at }) => at);
    const gaps = times.slice(1).map((at, place) => at - times[place]!);
    expect(Math.max(...gaps)).toBeLessThan(intervalMs + 2 * world.settings.KAFKA_SESSION_TIMEOUT_MS);
    const dues = done.filter(({ data }) => data.feed === city).map(({ data }) => data.due);
    expect(new Set(dues).size).toBe(dues.length);
  }
});
