import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RawResponses } from '../ingest/air/store.ts';
import type { Settings } from '../platform/config.ts';
import { Secret } from '../platform/secret.ts';
import { SecretKeys } from '../platform/secretKeys.ts';
import { feedPlace, secretContext } from '../schema/air/feed.ts';
import { answerOf } from './airMessages.ts';
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
  world = await openWorld({
    TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS: true,
    TRIBUTARY_SECRET_KEYS: secret,
    KAFKA_PARTITIONS: 4,
  });
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
interface Work {
  feed: string;
  due: string;
  worker: string;
  state: 'CLAIMED' | 'DONE' | 'RELEASED';
  started: string;
}
/** What workers have said of a feed, in order, and when. */
const worksOf = async (feed: string): Promise<(Work & { at: number })[]> =>
  (await messagesOf(world, 'air.feeds'))
    .sort((one, other) => Number(one.offset) - Number(other.offset))
    .map(({ value, at }) => ({ message: JSON.parse(String(value)), at: Number(at) }))
    .filter(({ message: { type, data } }) => type === 'Run' && data.feed === feed)
    .map(({ message, at }) => ({ ...message.data, at }));
const doneOf = async (feed: string) => (await worksOf(feed)).filter(({ state }) => state === 'DONE');

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
  for (const city of cities) {
    const times = requestsFor(city).map(({ at }) => at);
    const gaps = times.slice(1).map((at, place) => at - times[place]!);
    expect(Math.max(...gaps)).toBeLessThan(intervalMs + 2 * world.settings.KAFKA_SESSION_TIMEOUT_MS);
    // Of each interval that ended there is one run that is done, whoever fetched it.
    const dues = (await doneOf(city)).map(({ due }) => due);
    expect(new Set(dues).size).toBe(dues.length);
  }
});

test('a worker that was frozen does not fetch what another has taken over, and goes on as a member', async () => {
  api.behave = (_, response, asked) => void setTimeout(() => response.end(JSON.stringify(api.answer(asked))), 300);
  const cities = Array.from({ length: 8 }, (_, at) => `Frozen${at}`);
  const [first, second] = [await startWorker(), await startWorker()];
  for (const city of cities) await startFeed(city);
  await until(() => cities.every((city) => requestsFor(city).length >= 3));
  const frozen: { from: number; to: number }[] = [];
  for (let freeze = 0; freeze < 2; freeze++) {
    first.process.kill('SIGSTOP');
    const from = Date.now();
    const before = new Map(cities.map((city) => [city, requestsFor(city).length]));
    await until(() => cities.every((city) => requestsFor(city).length > before.get(city)! + 3));
    first.process.kill('SIGCONT');
    const after = new Map(cities.map((city) => [city, requestsFor(city).length]));
    frozen.push({ from, to: Date.now() });
    await until(() => cities.every((city) => requestsFor(city).length > after.get(city)! + 4));
  }
  for (const city of cities) await stopFeed(city);
  for (const worker of [first, second]) worker.process.kill('SIGTERM');
  expect([await first.exitCode, await second.exitCode]).toEqual([0, 0]);
  for (const city of cities) {
    const works = await worksOf(city);
    const released = new Set(works.flatMap(({ state, started }) => (state === 'RELEASED' ? [started] : [])));
    const claims = works.filter(({ state }) => state === 'CLAIMED');
    // Nobody asks without a claim, and an interval is claimed twice only while who had claimed it was frozen.
    expect(requestsFor(city).length).toBeLessThanOrEqual(claims.length);
    const kept = claims.filter(({ started }) => !released.has(started));
    for (const again of kept.filter(({ due }, place) => kept.findIndex((one) => one.due === due) < place))
      expect(frozen.some(({ from, to }) => again.at >= from && again.at <= to)).toBe(true);
  }
});

test('whatever the API does, its outcome is told, what came is kept, and the series stays clean', async () => {
  const good = (city: string) => JSON.stringify(answerOf({ city, time: api.time }));
  const bodies: Record<string, [outcome: string, does: (response: ServerResponse) => void]> = {
    Cut: ['CORRUPT', (response) => response.end(good('Cut').slice(0, -20))],
    Html: ['CORRUPT', (response) => response.end('<html><body>Sign in</body></html>')],
    Shape: ['CORRUPT', (response) => response.end('{"status":"success","data":{"city":"Shape"}}')],
    Refused: ['REFUSED', (response) => response.end('{"status":"fail","data":{"message":"city_not_found"}}')],
    Broken: [
      'CORRUPT',
      (response) => {
        response.writeHead(200, { 'content-length': 10_000 }).write(good('Broken').slice(0, 50));
        setTimeout(() => response.destroy(), 20);
      },
    ],
    Drip: [
      'TIMEOUT',
      (response) => {
        const drip = setInterval(() => response.write(' '), 50);
        response.once('close', () => clearInterval(drip));
      },
    ],
    Huge: ['CORRUPT', (response) => response.end(Buffer.alloc(5 << 20, 'x'))],
    Moved: [
      'HTTP_ERROR',
      (response) => response.writeHead(302, { location: `${api.endpoint}?city=Graz&key=hunter2` }).end(),
    ],
    Down: ['HTTP_ERROR', (response) => response.writeHead(503).end('hunter2 is not welcome')],
    Reset: ['HTTP_ERROR', (response) => response.destroy()],
    Fine: ['STORED', (response) => response.end(good('Fine'))],
  };
  api.behave = (_, response, asked) => (bodies[asked.searchParams.get('city')!] ?? bodies.Fine!)[1](response);
  const worker = await startWorker();
  const cities = Object.keys(bodies);
  for (const city of cities) await startFeed(city, { interval: 10_000, timeout: 4_000 });
  await until(async () => (await Promise.all(cities.map(doneOf))).every((done) => done.length > 0));
  for (const city of cities) await stopFeed(city);
  worker.process.kill('SIGTERM');
  expect(await worker.exitCode).toBe(0);
  await allTaken(world);
  const first = await rows(
    `SELECT feed, argMin(outcome, started), argMin(filename, started) FROM air_runs FINAL
     WHERE feed IN (${cities.map((city) => `'${city}'`)}) GROUP BY feed ORDER BY feed`,
  );
  expect(first.map(([feed, outcome]) => [feed, outcome])).toEqual(
    cities.toSorted().map((city) => [city, bodies[city]![0]]),
  );
  const responses = await RawResponses.open(world.settings);
  for (const [feed, , filename] of first) {
    // A connection that is reset at once has answered nothing.
    if (feed === 'Reset') expect(filename).toBeNull();
    else expect(await responses.get('public', String(filename))).toBeInstanceOf(Buffer);
  }
  const stations = await rows(
    `SELECT DISTINCT city FROM air_readings WHERE city IN (${cities.map((city) => `'${city}'`)})`,
  );
  expect(stations).toEqual([['Fine']]);
  const told = (await messagesOf(world, 'air.results')).map(({ value }) => String(value)).join();
  expect(told + worker.output()).not.toContain('hunter2');
});

test('an API that hangs does not keep the feeds of others waiting', async () => {
  api.behave = (_, response, asked) => {
    if (!asked.pathname.startsWith('/hung')) response.end(JSON.stringify(api.answer(asked)));
  };
  const hung = Array.from({ length: 300 }, (_, at) => `Hung${at}`);
  const endpoint = new URL('/hung/city', api.endpoint).href;
  for (const city of hung) await startFeed(city, { endpoint, interval: 3_600_000 });
  const worker = await startWorker();
  const asked = () => hung.filter((city) => requestsFor(city).length > 0).length;
  await until(() => asked() === 64);
  await startFeed('Prompt');
  await until(async () => (await doneOf('Prompt')).length === 3);
  expect(asked()).toBe(64);
  for (const city of [...hung, 'Prompt']) await stopFeed(city);
  worker.process.kill('SIGTERM');
  expect(await worker.exitCode).toBe(0);
});

test('feeds are started, listed and stopped on the command line', async () => {
  const feed = async (args: string[], input = ''): Promise<[code: number | null, output: string]> => {
    const run = command(['feed', ...args], environmentOf({ ...world.settings, LOG_LEVEL: 'silent' }));
    run.process.stdin.end(input);
    return [await run.exitCode, run.output()];
  };
  const place = ['city=Typed', 'state=Styria', 'country=Austria'].flatMap((one) => ['--query', one]);
  const start = [
    'start',
    '--id',
    'typed',
    '--adapter',
    'IQAIR_DAILY',
    '--endpoint',
    api.endpoint,
    '--secret-file',
    '-',
  ];
  expect(await feed([...start, '--interval', '60000', ...place], 'hunter2\n')).toEqual([
    0,
    '{"success":true,"message":"Started fetching from adapter IQAIR_DAILY."}\nThe feed is typed.\n',
  ]);
  await allTaken(world);
  expect((await feed(['list']))[1]).toMatch(/^typed {2}WAITING {2}IQAIR_DAILY every 60 s {2}no run$/m);
  const stopped = [0, '{"success":true,"message":"Stopped fetching from adapter IQAIR_DAILY."}\n'];
  expect([await feed(['stop', 'typed']), await feed(['stop', 'typed'])]).toEqual([stopped, stopped]);
  const first = (await feed(['runs', 'Fine', '--first', '1']))[1].trim();
  expect(first).toMatch(/^\d{4}-\S+Z {2}(STORED|UNCHANGED) {2}results\/Fine\/[0-9a-f-]+\.json$/);
  expect(await feed(['stop', 'nobody'])).toEqual([1, 'There is no feed "nobody". Start it first.\n']);
  expect(await feed([...start, '--query', 'key=hunter2'])).toEqual([1, expect.not.stringContaining('hunter2')]);
});

test('whoever starts or asks for a feed wrongly is told in a sentence, and nothing is started', async () => {
  const start = ['start', '--adapter', 'IQAIR_DAILY', '--endpoint', 'https://api.airvisual.com/v2/nearest_city'];
  const sentence: [string, string[], Partial<Settings>?][] = [
    ["error: required option '--adapter <name>' not specified", ['start']],
    ['endpoint is not at a public address.', [...start, '--endpoint', 'http://127.0.0.1/v2/nearest_city']],
    ["'--interval <ms>' argument '0' is invalid. It must be a whole number from 1 to ", [...start, '--interval', '0']],
    ["'--interval <ms>' argument '3000000000' is invalid.", [...start, '--interval', '3000000000']],
    ["'--query <name=value>' argument 'city' is invalid. It must be name=value.", [...start, '--query', 'city']],
    [
      "The key of the API cannot be read: ENOENT: no such file or directory, open '/nowhere'",
      [...start, '--secret-file', '/nowhere'],
    ],
    ['The file of --secret-file holds no key. ', [...start, '--secret-file', '-']],
    ['There is no feed nobody. `tributary feed list` lists', ['runs', 'nobody']],
    ['The tables (ClickHouse) do not answer. Try again later.', start, { CLICKHOUSE_URL: 'http://127.0.0.1:1' }],
  ];
  const before = (await messagesOf(world, 'air.feeds')).length;
  const told = await Promise.all(
    sentence.map(async ([, args, overrides]) => {
      const settings = {
        ...world.settings,
        TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS: false,
        LOG_LEVEL: 'silent',
        ...overrides,
      };
      const run = command(['feed', ...args], environmentOf(settings as Settings));
      run.process.stdin.end('\n');
      return [await run.exitCode, run.output()];
    }),
  );
  expect(told).toEqual(sentence.map(([words]) => [1, expect.stringContaining(words)]));
  for (const [, output] of told) {
    expect(String(output).trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(output).not.toMatch(/hunter2|\n {4}at /);
  }
  expect(await messagesOf(world, 'air.feeds')).toHaveLength(before);
});

test('the demo brings the air of a few cities, without a key and without leave to ask private addresses', async () => {
  const forbidding = { ...world.settings, TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS: false };
  const worker = command(['source', 'air', '--demo'], environmentOf({ ...forbidding, LOG_LEVEL: 'info' }));
  await worker.says('the worker is up');
  const found = "SELECT DISTINCT city FROM air_readings WHERE feed LIKE 'demo-%' ORDER BY city";
  await until(async () => (await rows(found)).length === 4);
  expect(await rows(found)).toEqual([['Bangkok'], ['Bergen'], ['Lisbon'], ['Vienna']]);
  // What is not the demo's own stays forbidden.
  api.requests.length = 0;
  await startFeed('Private');
  await until(async () => (await doneOf('Private')).length > 0);
  expect(await doneOf('Private')).toMatchObject([{ outcome: 'HTTP_ERROR' }]);
  expect(api.requests).toEqual([]);
});
