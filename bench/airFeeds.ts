import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { demoAnswer } from '../ingest/air/demo.ts';
import type { Settings } from '../platform/config.ts';
import { rangeOf } from '../platform/offsets.ts';
import { readRange } from '../platform/readRange.ts';
import type { FeedMessage } from '../schema/air/messages.ts';
import type { Apart } from './apart.ts';
import { quantile, row } from './figures.ts';

/** How long the API takes for an answer, in milliseconds. */
const answerMs = 20;
/** Intervals that are measured. */
const rounds = 2;
/** Bare fetches at the same time, as many as a worker has at one endpoint. */
export const bareAtOnce = 64;
/** Feeds are started in so many portions a second. */
const portions = 20;
/** Where the API says that everybody is. */
const place = new URLSearchParams({ city: 'Graz', state: 'Styria', country: 'Austria' });

/** What the API is asked for a feed: a place of its own. */
export const queryOf = (feed: number) => ({ lat: feed / 10_000, lon: 0 });

/** What a fetching process is to do. */
export interface Fetches {
  settings: Settings;
  endpoint: string;
  feeds: number;
  intervalMs: number;
}

/** What a fetching process says about itself: CPU in microseconds since it began, memory in bytes, and the most it was. */
export interface Usage {
  cpu: number;
  memory: number;
  peak: number;
}

/**
 * A worker with many feeds, whose intervals begin evenly one after the other, and then all at once, as after a downtime.
 * The reference is what anybody would write first: a timer and a `fetch` for each feed; nothing is claimed, kept or told.
 */
export async function benchFeeds(
  { settings, kafka, publisher }: Apart,
  feeds: number,
  intervalMs: number,
): Promise<void> {
  await using api = await Api.start();
  const fetches = { settings, endpoint: api.endpoint, feeds, intervalMs };

  /** @param begins when the first interval of each feed began */
  const measure = async (name: string, fetcher: Fetcher, begins: number[]) => {
    api.forget();
    const before = await fetcher.ask<Usage>('usage');
    await delay(rounds * intervalMs);
    const after = await fetcher.ask<Usage>('usage');
    const late = api.arrivals.map(({ feed, at }) => (at - begins[feed]!) % intervalMs);
    const perSecond = (late.length * 1000) / (rounds * intervalMs);
    const cpu = (after.cpu - before.cpu) / late.length;
    row(name, quantile(late, 0.5), quantile(late, 0.99), perSecond, cpu, after.memory / 2 ** 20);
  };
  const tellBurst = async (name: string, fetcher: Fetcher) => {
    await api.asked(feeds);
    const { peak } = await fetcher.ask<Usage>('usage');
    const seconds = (api.arrivals.at(-1)!.at - api.arrivals[0]!.at) / 1000;
    row(name, seconds, String(api.mostConnections), peak / 2 ** 20);
  };

  console.log(
    `\n${feeds} feeds, every ${intervalMs / 1000} s, an API that answers in ${answerMs} ms, ${rounds} intervals`,
  );
  row('', 'late p50 ms', 'p99 ms', 'fetches/s', 'CPU µs each', 'MB');
  const bare = await Fetcher.start('bare', fetches);
  const begun = Date.now();
  await bare.ask('begin');
  await delay(intervalMs);
  await measure(
    'a timer and a fetch for each',
    bare,
    Array.from({ length: feeds }, (_, feed) => begun + (feed * intervalMs) / feeds),
  );
  await bare.stop();
  const worker = await Fetcher.start('worker', fetches);
  const portion = Math.ceil((feeds * 1000) / intervalMs / portions);
  for (let feed = 0; feed < feeds; feed += portion) {
    await publisher.publish('air.feeds', feedMessages(fetches, feed, Math.min(feed + portion, feeds)));
    await delay(1000 / portions);
  }
  await measure('the worker', worker, await begins());
  await worker.stop();

  console.log(`\nAll ${feeds} at once`);
  row('', 'seconds', 'connections', 'peak MB');
  api.forget();
  const pool = await Fetcher.start('bare', fetches);
  await pool.ask('burst');
  await tellBurst(`bare fetches, ${bareAtOnce} at a time`, pool);
  await pool.stop();
  await delay(intervalMs);
  api.forget();
  const again = await Fetcher.start('worker', fetches);
  await tellBurst('the worker, after a downtime', again);
  await again.stop();

  /** When Kafka took what each feed is, which is when its first interval begins. */
  async function begins(): Promise<number[]> {
    const topic = `${settings.KAFKA_PREFIX}air.feeds`;
    const { oldest, end } = await rangeOf(kafka, topic);
    const found: number[] = [];
    await readRange(kafka, settings.KAFKA_PREFIX, topic, oldest, end, ({ key, timestamp }) => {
      const feed = Number(key);
      if (Number.isInteger(feed)) found[feed] = Number(timestamp);
    });
    return found;
  }
}

function feedMessages({ endpoint, intervalMs: interval }: Fetches, from: number, to: number) {
  return Array.from({ length: to - from }, (_, at) => {
    const id = String(from + at);
    const message: FeedMessage = {
      type: 'Feed',
      data: {
        ...{ id, adapter: 'IQAIR_DAILY', endpoint, query: queryOf(from + at), interval, bucket: 'results' },
        state: 'STARTED',
      },
    };
    return { key: id, value: JSON.stringify(message) };
  });
}

/** An API on loopback that knows who has asked when. */
class Api implements AsyncDisposable {
  arrivals: { feed: number; at: number }[] = [];
  mostConnections = 0;
  readonly #server: Server;
  readonly #asked = new Set<number>();
  #enough: { feeds: number; resolve(): void } | undefined;

  private constructor() {
    let connections = 0;
    this.#server = createServer(({ url = '' }, response) => {
      const feed = Math.round(Number(new URL(url, 'http://api').searchParams.get('lat')) * 10_000);
      this.arrivals.push({ feed, at: Date.now() });
      this.#asked.add(feed);
      if (this.#enough && this.#asked.size >= this.#enough.feeds) this.#enough.resolve();
      const answer = JSON.stringify(demoAnswer(place, Date.now()));
      setTimeout(() => response.setHeader('content-type', 'application/json').end(answer), answerMs);
    });
    this.#server.on('connection', (socket) => {
      this.mostConnections = Math.max(this.mostConnections, ++connections);
      socket.once('close', () => connections--);
    });
  }

  static async start(): Promise<Api> {
    const api = new Api();
    await once(api.#server.listen(0, '127.0.0.1'), 'listening');
    return api;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v2/nearest_city`;
  }

  forget(): void {
    this.arrivals = [];
    this.mostConnections = 0;
    this.#asked.clear();
  }

  /** Resolves when so many feeds have been asked for. */
  async asked(feeds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#enough = { feeds, resolve };
    if (this.#asked.size >= feeds) resolve();
    await promise;
    this.#enough = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A process that fetches. */
class Fetcher {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(what: 'worker' | 'bare', fetches: Fetches): Promise<Fetcher> {
    const child = fork(join(import.meta.dirname, 'airFetcher.js'), [what], {
      execArgv: ['--disable-warning=TimeoutNegativeWarning'],
    });
    child.send(fetches);
    await once(child, 'message');
    return new Fetcher(child);
  }

  async ask<T>(message: 'usage' | 'begin' | 'burst'): Promise<T> {
    const answer = once(this.#child, 'message');
    this.#child.send(message);
    return ((await answer) as [T])[0];
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.send('stop');
    await exited;
  }
}
