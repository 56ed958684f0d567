import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RawResponses } from '../ingest/air/store.ts';
import { readSettings, type Settings } from '../platform/config.ts';
import { AirServer } from './airServer.ts';
import { command, environmentOf, killAll } from './command.ts';
import { ObjectStore } from './objectStore.ts';
import { allTaken } from './progress.ts';
import { openProxy } from './proxy.ts';
import { openWorld } from './world.ts';

let s3: ObjectStore;

beforeAll(async () => {
  s3 = await ObjectStore.start();
}, 600_000); // the first time its jars are fetched
afterEach(() => killAll());
afterAll(() => s3[Symbol.asyncDispose]());

const open = (overrides: Partial<Settings> = {}) =>
  RawResponses.open({ ...readSettings({}), ...s3.settings, ...overrides });
/** What goes wrong, with all that it says of why. */
const failure = async (work: Promise<unknown>): Promise<string> => {
  const told: string[] = [];
  for (
    let error = await work.then(
      () => undefined,
      (reason) => reason,
    );
    error;
    error = error.cause
  )
    told.push(`${error.message} ${error.stack}`);
  return told.join('\n');
};
const large = Buffer.alloc(4 << 20, 'x');

test('many that start at once make one bucket, and what each stores comes back to all untouched', async () => {
  const stores = await Promise.all(Array.from({ length: 8 }, () => open({ S3_BUCKET: 'made-at-once' })));
  const bodies = [Buffer.from('{"ü":1}'), Buffer.alloc(0), Buffer.from([0, 255, 13, 10, 26]), large];
  const tenants = ['public', '.', '..', 'a.'];
  for (const [at, body] of bodies.entries()) {
    const filename = `results/bangkok/r-${at}.json`;
    expect(await stores[at]!.put(tenants[at]!, 'results', 'bangkok', `r-${at}`, body)).toEqual({
      id: `r-${at}`,
      filename,
    });
    for (const store of stores) expect((await store.get(tenants[at]!, filename))?.equals(body)).toBe(true);
    expect(await stores[0]!.get('b', filename)).toBeUndefined();
  }
  await stores[0]!.put('public', 'results', 'bangkok', 'r-0', Buffer.from('new'));
  expect(String(await stores[1]!.get('public', 'results/bangkok/r-0.json'))).toBe('new');
});

test('a key that is refused, and a server that is not there, are told without the key', async () => {
  const wrong: [Partial<Settings>, reason: string][] = [
    [{ S3_SECRET_KEY: 'hunter3' }, '403'],
    [{ S3_ACCESS_KEY: 'nobody' }, '403'],
    [{ S3_ENDPOINT: 'http://127.0.0.1:1' }, 'connect ECONNREFUSED 127.0.0.1:1'],
    [{ S3_ENDPOINT: 'http://nowhere.invalid' }, 'getaddrinfo ENOTFOUND nowhere.invalid'],
  ];
  for (const [overrides, reason] of wrong) {
    const told = await failure(open(overrides));
    expect(told).toContain(`The bucket raw cannot be used (${reason}). See S3_ENDPOINT, `);
    expect(told).not.toMatch(/hunter[23]/);
  }
});

test('a bucket that is gone is told from a response that was never stored', async () => {
  const store = await open();
  await store.put('public', 'results', 'bangkok', 'r', Buffer.from('x'));
  expect(await store.get('public', 'results/bangkok/none.json')).toBeUndefined();
  await s3.dropBucket();
  for (const work of [
    () => store.get('public', 'results/bangkok/r.json'),
    () => store.put('public', 'results', 'bangkok', 'r', Buffer.from('x')),
  ])
    expect(await failure(work())).toContain('The object store has failed: The specified bucket does not exist');
});

test('a server that goes away in the middle leaves nothing half stored and nothing half read', async () => {
  const { hostname, port } = new URL(s3.settings.S3_ENDPOINT);
  await using proxy = await openProxy({ hostname, port });
  const store = await open({ S3_ENDPOINT: `http://127.0.0.1:${proxy.port}` });
  await store.put('public', 'results', 'bangkok', 'whole', large);
  const before = await s3.objects();
  for (const work of [
    () => store.put('public', 'results', 'bangkok', 'half', large),
    () => store.get('public', 'results/bangkok/whole.json'),
  ]) {
    proxy.cutAfter(large.length / 2);
    expect(await failure(work())).toMatch(/^The object store has failed: \S/);
    expect(await s3.objects()).toEqual(before);
    proxy.mend();
  }
  await store.put('public', 'results', 'bangkok', 'half', large);
  expect((await store.get('public', 'results/bangkok/half.json'))?.equals(large)).toBe(true);
});

test('a worker and ingest wait for a store that is killed, and lose nothing', async () => {
  await using world = await openWorld({ ...s3.settings, TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS: true });
  await using api = await AirServer.start();
  api.behave = (_, response, asked) => {
    api.time += 60_000;
    response.end(JSON.stringify(api.answer(asked)));
  };
  await world.ingest();
  const worker = command(['source', 'air'], environmentOf({ ...world.settings, LOG_LEVEL: 'info' }));
  await worker.says('the worker is up');
  const cities = ['Graz', 'Leoben', 'Bruck'];
  const say = (state: 'STARTED' | 'STOPPED') =>
    world.publisher.publish(
      'air.feeds',
      cities.map((id) => {
        const data = {
          ...{ id, adapter: 'IQAIR_DAILY', endpoint: api.endpoint, interval: 1_000, bucket: 'results', state },
          query: { city: id, state: 'Styria', country: 'Austria' },
        };
        return { key: id, value: JSON.stringify({ type: 'Feed', data }) };
      }),
    );
  const more = async (count: number) => {
    const until = api.requests.length + count;
    while (api.requests.length < until) await delay(20);
  };
  await say('STARTED');
  for (let kill = 0; kill < 2; kill++) {
    await more(2 * cities.length);
    s3.kill();
  }
  await worker.says('the object store is away; trying again');
  await more(cities.length);
  await say('STOPPED');
  const counts = async () => {
    await allTaken(world);
    const result = await world.clickhouse.query({
      query: `SELECT count() AS runs, countIf(outcome = 'STORED') AS stored, groupArray(filename) AS files,
                     (SELECT count() FROM air_readings FINAL) AS points,
                     (SELECT count() FROM log WHERE topic = 'dead.letters') AS dead
              FROM air_runs FINAL`,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
    const [counted] = await result.json<{ runs: number; files: string[] } & Record<string, unknown>>();
    return counted!;
  };
  let counted = await counts();
  while (counted.runs < api.requests.length) counted = await counts();
  const asked = api.requests.length;
  expect(counted).toMatchObject({ runs: asked, stored: asked, points: asked, dead: 0 });
  expect(await s3.objects()).toEqual(expect.arrayContaining(counted.files.map((file) => `/raw/public/${file}`)));
  expect(worker.output()).not.toContain('hunter2');
});
