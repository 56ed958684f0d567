import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Clock } from '../ingest/air/clock.ts';
import { startWorker } from '../ingest/air/worker.ts';
import { generator } from '../ingest/random.ts';
import { createLogger } from '../platform/log.ts';
import type { FeedOutcome } from '../schema/air/messages.ts';
import { answerOf } from './airMessages.ts';
import { AirServer } from './airServer.ts';
import { allTaken } from './progress.ts';
import { openWorld } from './world.ts';

const minute = 60_000;
const interval = 5 * minute;
const intervals = 48;
const cities = Array.from({ length: 100 }, (_, at) => `City${String(at).padStart(2, '0')}`);

/** A clock that stands still until it is put forward. */
class TestClock implements Clock {
  time = 0;
  readonly #waiting = new Set<{ at: number; call: () => void }>();

  now = () => this.time;

  wake(at: number, call: () => void): () => void {
    const waiting = { at, call };
    this.#waiting.add(waiting);
    return () => void this.#waiting.delete(waiting);
  }

  forward(ms: number): void {
    this.time += ms;
    for (const waiting of this.#waiting) if (waiting.at <= this.time && this.#waiting.delete(waiting)) waiting.call();
  }
}

/** How the API answers: with the text of a point, whole or spoiled, or without any. POINT: as its time says. */
type Deed = [outcome: FeedOutcome | 'POINT', does: (response: ServerResponse, text: string) => void];

const good: Deed = ['POINT', (response, text) => response.end(text)];
const bad: Deed[] = [
  ['POINT', (response, text) => response.setHeader('content-encoding', 'gzip').end(gzipSync(text))],
  [
    'POINT',
    (response, text) => {
      response.write(text.slice(0, 100));
      setTimeout(() => response.end(text.slice(100)), 20);
    },
  ],
  ['CORRUPT', (response, text) => response.end(text.slice(0, -9))],
  ['CORRUPT', (response, text) => response.end(`<html>${text}</html>`)],
  ['CORRUPT', (response) => response.end()],
  ['CORRUPT', (response) => response.end(Buffer.from([0x22, 0xff, 0xfe, 0x22]))],
  ['CORRUPT', (response, text) => response.end(text.replace('aqius', 'aqi'))],
  ['CORRUPT', (response, text) => response.end(text.replace('"coordinates":[', '"coordinates":[200,'))],
  ['CORRUPT', (response, text) => response.end(text.replace(/"ts":"2/g, '"ts":"3'))],
  ['CORRUPT', (response, text) => response.setHeader('content-encoding', 'gzip').end(text)],
  [
    'CORRUPT',
    (response, text) => {
      response.writeHead(200, { 'content-length': text.length }).write(text.slice(0, 50));
      setTimeout(() => response.destroy(), 10);
    },
  ],
  ['REFUSED', (response) => response.end('{"status":"fail","data":{"message":"call_limit_reached"}}')],
  ['HTTP_ERROR', (response) => response.writeHead(429).end('{"status":"fail","data":{"message":"too_many_requests"}}')],
  ['HTTP_ERROR', (response, text) => response.writeHead(500).end(text)],
  ['HTTP_ERROR', (response) => response.writeHead(302, { location: '/v2/nearest_city' }).end()],
];
const reset: Deed = ['HTTP_ERROR', (response) => response.destroy()];
/** They take their time, or much space, and happen once in a while only. */
const heavy: Deed[] = [
  ['CORRUPT', (response) => response.end(Buffer.alloc(5 << 20, ' '))],
  [
    'TIMEOUT',
    (response, text) => {
      let sent = 0;
      const drip = setInterval(() => response.write(text.charAt(sent++)), 50);
      response.once('close', () => clearInterval(drip));
    },
  ],
];

/** What the API does in an interval of a feed: its deed, and the point that it would answer with. */
interface Plan {
  deed: Deed;
  /** Minutes after the first interval began. */
  time: number;
  aqiUs: number;
}

/** The API has a new point every quarter of an hour, says another index of it now and then, or an older point again. */
function planned(seed: number): Plan[][] {
  const random = generator(seed);
  const oneOf = <T>(list: T[]) => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: intervals }, (_, at) =>
    cities.map(() => {
      const deeds = [good, good, good, ...bad.slice(0, 2), ...bad, reset];
      const deed = at % 20 === 11 && random() < 0.2 ? oneOf(heavy) : random() < 0.4 ? good : oneOf(deeds);
      const isOld = random() < 0.1;
      return { deed, time: 15 * (Math.floor(at / 3) - (isOld ? 2 : 0)), aqiUs: 20 + Math.floor(random() * 200) };
    }),
  );
}

/** The outcomes of a feed, interval by interval, and the index of each of its points: the first that was told counts. */
function reference(plans: Plan[]): { outcomes: FeedOutcome[]; points: Map<number, number> } {
  const points = new Map<number, number>();
  let last: number | undefined;
  const outcomes = plans.map(({ deed: [outcome], time, aqiUs }) => {
    if (outcome !== 'POINT') return outcome;
    const isSame = time === last;
    last = time;
    if (!points.has(time)) points.set(time, aqiUs);
    return isSame ? 'UNCHANGED' : 'STORED';
  });
  return { outcomes, points };
}

test('in hours of an API that fails in every way, each interval has its one run, and the series are those of the reference', async () => {
  // No member dies here, and on a busy machine none is to be taken for dead.
  await using world = await openWorld({
    TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS: true,
    KAFKA_PARTITIONS: 4,
    KAFKA_SESSION_TIMEOUT_MS: 30_000,
  });
  await world.ingest();
  await using api = await AirServer.start();
  const clock = new TestClock();
  const plan = planned(2026);
  let present = 0;
  const requests = plan.map(() => new Map<string, number>());
  let begun = 0;
  api.behave = (_, response, { searchParams }) => {
    const city = searchParams.get('city')!;
    requests[present]!.set(city, (requests[present]!.get(city) ?? 0) + 1);
    const { deed, time, aqiUs } = plan[present]![cities.indexOf(city)]!;
    deed[1](response, JSON.stringify(answerOf({ city, time: begun + time * minute, aqiUs })));
  };
  const feeds = cities.map((id) => {
    const query = { city: id, state: 'Styria', country: 'Austria' };
    const data = { id, adapter: 'IQAIR_DAILY', endpoint: api.endpoint, query, bucket: 'results', state: 'STARTED' };
    return { key: id, value: JSON.stringify({ type: 'Feed', data: { ...data, interval, timeout: 3_000 } }) };
  });
  await world.publisher.publish('air.feeds', feeds);
  // All feeds are in their first interval then, whenever Kafka took them.
  begun = clock.time = Date.now() + minute;

  let announced = 0;
  const crashes: Error[] = [];
  const start = async () => {
    const worker = await startWorker(world.settings, createLogger('test', 'silent'), { clock });
    announced++;
    worker.crashed.then((error) => crashes.push(error));
    world.onDispose(() => worker.stop());
    return worker;
  };
  const admin = world.kafka.admin();
  await admin.connect();
  world.onDispose(() => admin.disconnect());
  const told = async () => {
    const ends = await admin.fetchTopicOffsets(`${world.settings.KAFKA_PREFIX}air.results`);
    return ends.reduce((sum, { high }) => sum + Number(high), -announced);
  };
  const first = await start();
  await start();
  // Another takes over in the midst of an interval what the first gives up.
  const handover = intervals / 3;
  for (present = 0; present < intervals; present++) {
    if (present > 0) clock.forward(interval);
    if (present === handover) {
      while (requests[present]!.size < cities.length / 3) await delay(1);
      await Promise.all([first.stop(), start()]);
    }
    while ((await told()) < (present + 1) * cities.length) await delay(10);
  }
  present--;

  await allTaken(world);
  const rows = async (query: string) =>
    (
      await world.clickhouse.query({
        query,
        format: 'JSONCompactEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      })
    ).json<unknown[]>();
  const references = cities.map((_, at) => reference(plan.map((plans) => plans[at]!)));
  expect(
    await rows(`SELECT feed, toUnixTimestamp64Milli(started), outcome, filename IS NOT NULL
                FROM air_runs FINAL ORDER BY feed, started`),
  ).toEqual(
    references.flatMap(({ outcomes }, city) =>
      outcomes.map((outcome, at) => [
        ...[cities[city], begun + at * interval, outcome],
        Number(plan[at]![city]!.deed !== reset),
      ]),
    ),
  );
  expect(
    await rows('SELECT city, toUnixTimestamp64Milli(time), aqi_us FROM air_readings FINAL ORDER BY city, time'),
  ).toEqual(
    references.flatMap(({ points }, city) =>
      [...points].sort(([one], [other]) => one - other).map(([at, aqi]) => [cities[city], begun + at * minute, aqi]),
    ),
  );
  // Only what was given up, or reset on a connection that had served before, is asked a second time.
  for (const [at, ofCities] of requests.entries())
    for (const [place, city] of cities.entries()) {
      const most = (at === handover ? 2 : 1) * (plan[at]![place]!.deed === reset ? 2 : 1);
      expect(ofCities.get(city), `requests of ${city} in interval ${at}`).toBeLessThanOrEqual(most);
    }
  expect(crashes).toEqual([]);
});
