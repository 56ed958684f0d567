import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../platform/errors.ts';
import type { LoggedMessage } from '../../platform/messageLog.ts';
import { Cursors } from './cursor.ts';
import { parseKeyRing } from './keys.ts';
import type { Position } from './position.ts';
import type { StreamEvent, Subscription } from './seam.ts';
import { Streams, type StreamsOptions, type SubscribeOptions } from './stream.ts';
import { World } from './world.ts';

const keys = parseKeyRing('test:a secret of sixteen');
const topic = 'wiki.edits';
const scope = { field: 'wikiEdits' };
const cursors = new Cursors(keys);
const cursorAt = (position: Position) => cursors.encoder(topic, scope)(position);
const placeOf = ({ partition, offset }: { partition: number; offset: number }) => `${partition}/${offset}`;

function open(world: World, options: StreamsOptions = {}) {
  const streams = new Streams(world, world, keys, { now: () => world.clock, timer: world.timer, ...options });
  const subscribe = (more: Partial<SubscribeOptions<LoggedMessage>> = {}) =>
    streams.subscribe({ topic, scope, select: (message) => message, ...more });
  return { streams, subscribe };
}

/** All events up to the end of the subscription, by their places. */
async function places(subscription: Subscription<LoggedMessage>): Promise<string[]> {
  const found: string[] = [];
  for await (const { value } of subscription) found.push(placeOf(value));
  return found;
}

async function take(subscription: Subscription<LoggedMessage>, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) found.push(placeOf((await subscription.next()).value!.value));
  return found;
}

/** A client: it takes events when it is let, and goes on from its last cursor after whatever went wrong. */
class Client {
  readonly received: LoggedMessage[] = [];
  /** Parts that the server said are lost: from the first position up to the second. */
  readonly lost: { from: Position; to: Position }[] = [];
  start: Position | undefined;
  failure: unknown;
  #cursor: string | undefined;
  #subscription: Subscription<LoggedMessage> | undefined;
  #wanted = 0;
  #busy = false;

  constructor(
    readonly subscribe: (more: Partial<SubscribeOptions<LoggedMessage>>) => Promise<Subscription<LoggedMessage>>,
    readonly begin: Partial<SubscribeOptions<LoggedMessage>>,
    readonly keeps: (message: LoggedMessage) => boolean,
  ) {
    if (begin.after) [this.#cursor, this.start] = [begin.after, this.#decode(begin.after)];
  }

  take(count: number): void {
    this.#wanted += count;
    if (!this.#busy) this.#run().catch((error) => (this.failure = error));
  }

  async reconnect(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    await subscription?.return();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#wanted > 0) {
      try {
        this.#subscription ??= await this.#connect();
        const subscription = this.#subscription;
        const { value: event, done } = await subscription.next();
        if (done && this.#subscription === subscription) throw new Error('completed, which nobody asked for');
        if (!event) continue;
        this.#cursor = event.cursor;
        this.received.push(event.value);
        this.#wanted--;
      } catch (error) {
        this.#subscription = undefined;
        if (!(error instanceof TributaryError)) throw error;
        if (error.code === 'CURSOR_EXPIRED') {
          const earliest = error.details.earliest as string;
          this.lost.push({ from: this.#decode(this.#cursor!), to: this.#decode(earliest) });
          this.#cursor = earliest;
        } else if (error.code !== 'STORE_UNAVAILABLE') throw error;
        await setImmediate();
      }
    }
    this.#busy = false;
  }

  async #connect(): Promise<Subscription<LoggedMessage>> {
    const select = (message: LoggedMessage) => (this.keeps(message) ? message : undefined);
    const begin = this.#cursor === undefined ? this.begin : { after: this.#cursor };
    const subscription = await this.subscribe({ ...begin, select });
    this.#cursor ??= subscription.startCursor;
    this.start ??= this.#decode(this.#cursor);
    return subscription;
  }

  #decode(cursor: string): Position {
    return cursors.decode(cursor, topic, scope);
  }
}

const partition = fc.nat({ max: 3 });
const some = fc.integer({ min: 1, max: 6 });
const client = fc.nat({ max: 2 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), partition, some }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('archive' as const), partition, some }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), partition, some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deliverAgain' as const), partition, some }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), some }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('take' as const), client, some }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reconnect' as const), client }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tick' as const), some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('failRead' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), partition, some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), partition, some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('grow' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const script = fc.record({
  seed: fc.array(fc.record({ partition, some }), { maxLength: 12, size: 'max' }),
  ringBytes: fc.integer({ min: 300, max: 6_000 }),
  pageBytes: fc.integer({ min: 500, max: 6_000 }),
  pageRows: fc.integer({ min: 1, max: 5 }),
  clients: fc.tuple(
    ...[0, 1, 2].map(() =>
      fc.record({
        begins: fc.constantFrom('now', 'since', 'earliest'),
        since: fc.nat(60),
        keeps: fc.constantFrom('', 'a'),
      }),
    ),
  ),
  steps: fc.array(step, { maxLength: 120, size: 'max' }),
});

async function perform(world: World, clients: Client[], action: Step): Promise<void> {
  const place = 'partition' in action ? action.partition % world.partitions : 0;
  switch (action.do) {
    case 'append':
      for (let i = 0; i < action.some; i++) world.append(place, { later: i % 2, hole: action.some === 5 ? 1 : 0 });
      if (action.some === 4) world.mark(place);
      break;
    case 'archive':
      world.archive(place, action.some);
      break;
    case 'commit':
      world.commit();
      break;
    case 'deliver':
      world.deliver(place, action.some);
      break;
    case 'deliverAgain':
      world.deliverAgain(place, action.some);
      break;
    case 'answer':
      world.answer(action.some);
      break;
    case 'take':
      clients[action.client]!.take(action.some);
      break;
    case 'reconnect':
      await clients[action.client]!.reconnect();
      break;
    case 'tick':
      world.tick(action.some * 400);
      break;
    case 'failRead':
      world.failReads++;
      break;
    case 'forget':
      world.forget(place, action.some);
      break;
    case 'expire':
      world.expire(place, action.some);
      break;
    case 'grow':
      if (world.partitions < 4) world.grow();
      break;
  }
  await setImmediate();
}

describe('any interleaving gives exactly the log (S1, S8, S9, S11 to S15, S18, S23, S25, S26, S27)', () => {
  test('of appends, archive lag, eviction, loss of the tail, growth, expiry, stalls, faults, reconnects and filters', async () => {
    await fc.assert(
      fc.asyncProperty(script, async ({ seed, ringBytes, pageBytes, pageRows, clients: kinds, steps }) => {
        const world = new World(2, pageRows);
        for (const { partition: place, some: count } of seed)
          for (let i = 0; i < count; i++) world.append(place % 2, { later: i % 2 });
        const { subscribe } = open(world, { ringBytes, pageBytes, lingerMs: 100 });
        const clients = kinds.map(({ begins, since, keeps }) => {
          const begin = { now: {}, since: { since: new Date(1_000 + since) }, earliest: { after: cursorAt([0, 0]) } };
          return new Client(subscribe, begin[begins as 'now'], (message) => message.key!.startsWith(keeps));
        });
        for (const action of steps) await perform(world, clients, action);
        for (const each of clients) each.take(1_000_000);
        for (let place = 0; place < world.partitions; place++) world.append(place); // what is lost shows with what comes
        const progress = () => [world.asked.read, ...clients.map(({ received }) => received.length)].join();
        for (let quiet = 0, before = ''; quiet < 8; quiet++) {
          world.settle();
          await setImmediate();
          if (progress() !== before) [quiet, before] = [0, progress()];
        }
        for (const each of clients) await each.reconnect();
        for (const [index, { received, lost, start, keeps, failure }] of clients.entries()) {
          expect(failure).toBeUndefined();
          const expected = world.messages
            .filter(({ partition, offset }) => offset >= (start![partition] ?? 0))
            .filter(keeps)
            .filter(
              ({ partition, offset }) =>
                !lost.some(({ from, to }) => offset >= (from[partition] ?? 0) && offset < (to[partition] ?? 0)),
            );
          for (let place = 0; place < world.partitions; place++) {
            const of = (messages: LoggedMessage[]) => messages.filter((m) => m.partition === place).map(placeOf);
            expect(of(received)).toEqual(of(expected));
          }
          const { begins, since } = kinds[index]!;
          if (begins === 'since' && lost.length === 0)
            // what is not kept is the one thing that may be missing
            for (const { partition, offset, at } of world.messages)
              if (offset < (start![partition] ?? 0))
                expect(at < 1_000 + since || world.wasExpired(partition, offset)).toBe(true);
        }
      }),
      { numRuns: 1_500 },
    );
  }, 120_000);
});

const history = fc.array(fc.record({ partition: fc.nat(2), later: fc.nat(2), hole: fc.constantFrom(0, 0, 0, 2) }), {
  maxLength: 40,
  size: 'max',
});

/** A world whose messages are all in the log, and none in a ring that starts now. */
function archivedWorld(appends: { partition: number; later?: number; hole?: number }[], pageRows?: number): World {
  const world = new World(3, pageRows);
  world.prompt = true;
  for (const { partition: place, later, hole } of appends) world.append(place, { later, hole });
  for (let place = 0; place < 3; place++) world.archive(place, Number.POSITIVE_INFINITY);
  world.commit();
  return world;
}

describe('history', () => {
  test('comes merged by time of append, in [since, until), and resumes alike after each of its events (S1, S8, S10, S16)', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(20), fc.nat(60), fc.nat(8), async (appends, since, length, forgotten) => {
        const world = archivedWorld(appends, 3);
        for (let place = 0; place < 3; place++) world.forget(place, forgotten);
        const [from, to] = [1_000 + since, 1_000 + since + length];
        world.clock = Math.max(world.clock, to);
        const { subscribe } = open(world);
        const merged = world.messages
          .filter(({ at }) => at >= from && at < to)
          .sort((a, b) => a.at - b.at || a.partition - b.partition || a.offset - b.offset)
          .map(placeOf);
        const events: StreamEvent<LoggedMessage>[] = [];
        for await (const event of await subscribe({ since: new Date(from), until: new Date(to) })) events.push(event);
        expect(events.map(({ value }) => placeOf(value))).toEqual(merged);
        for (const [index, { value, cursor, at }] of events.entries()) {
          expect(at.getTime()).toBe(value.at);
          const rest = await places(await subscribe({ after: cursor, until: new Date(to) }));
          expect(rest).toEqual(merged.slice(index + 1));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('is merged with what is in the ring already, and read no further than the ring begins (S11, S16)', async () => {
    const world = archivedWorld([{ partition: 0 }, { partition: 0, later: 2 }]);
    const { subscribe } = open(world);
    const events = await subscribe({ after: cursorAt([0, 0, 0]) });
    world.clock--;
    world.append(1);
    world.append(0, { later: 5 });
    for (const place of [1, 0]) world.deliver(place, 1);
    for (const place of [1, 0]) world.archive(place, 1);
    world.commit();
    expect(await take(events, 4)).toEqual(['0/0', '1/0', '0/1', '0/2']);
    expect(world.ranges).toEqual(['0/0-2']);
  });

  test('is read ahead, and no part of it twice', async () => {
    const world = archivedWorld(
      Array.from({ length: 2_000 }, () => ({ partition: 0 })),
      800,
    );
    const { subscribe } = open(world);
    const events = await subscribe({ after: cursorAt([0, 0, 0]) });
    // A page is as long as the size of messages lets it be, which the first page has taught.
    const first = (await take(events, 1)) && world.ranges.length;
    expect(first).toBe(1);
    world.prompt = false;
    await take(events, 700);
    expect(world.ranges).toEqual(['0/0-2000', '0/800-2000']);
    const rest = take(events, 1_299);
    for (let i = 0; i < 20; i++) {
      world.answer();
      await setImmediate();
    }
    expect((await rest).at(-1)).toBe('0/1999');
    expect(world.ranges).toEqual(['0/0-2000', '0/800-2000', '0/1600-2000']);
  });

  test('of any length lets others run, and so does what does not match (S18)', async () => {
    const world = archivedWorld([]);
    const { subscribe } = open(world, { ringBytes: 1 << 24 });
    const none = await subscribe({ select: (message) => (message.offset === 9_999 ? message : undefined) });
    const all = await subscribe();
    for (let i = 0; i < 10_000; i++) world.append(0);
    world.deliver(0, 10_000);
    let turns = 0;
    let ended = false;
    const others = (async () => {
      for (; !ended; turns++) await setImmediate();
    })();
    expect(await take(none, 1)).toEqual(['0/9999']);
    const skipping = turns;
    await take(all, 10_000);
    ended = true;
    await others;
    expect(skipping).toBeGreaterThan(10);
    expect(turns - skipping).toBeGreaterThan(10);
  });

  test('waits where the archive is not so far as the ring, and asks ever more seldom (S12)', async () => {
    const world = archivedWorld([{ partition: 0 }]);
    for (let i = 0; i < 3; i++) world.append(0);
    const { subscribe } = open(world);
    const events = await subscribe({ after: cursorAt([0, 0, 0]) });
    expect(await take(events, 1)).toEqual(['0/0']);
    const next = take(events, 3);
    const before = world.asked.archivedEnd;
    for (let second = 0; second < 60; second++) {
      for (let i = 0; i < 10; i++) {
        world.tick(100);
        await setImmediate();
      }
    }
    expect(world.asked.archivedEnd - before).toBeLessThan(70);
    world.archive(0, 2);
    world.commit();
    world.tick(1_000);
    await setImmediate();
    world.archive(0, 1);
    world.commit();
    world.tick(1_000);
    expect(await next).toEqual(['0/1', '0/2', '0/3']);
  });
});

describe('subscriptions of one stream that have caught up', () => {
  const append = fc.record({ partition: fc.nat(2), hole: fc.constantFrom(0, 0, 0, 2), mark: fc.boolean(), some });
  const script = fc.record({
    history: fc.array(append, { maxLength: 20, size: 'max' }),
    skewed: fc.array(append, { maxLength: 10, size: 'max' }),
    live: fc.array(append, { minLength: 1, maxLength: 20, size: 'max' }),
    keeps: fc.constantFrom('', 'a'),
    from: fc.nat(),
  });

  test('give each event the same cursor, wherever they started (S1, S42)', async () => {
    await fc.assert(
      fc.asyncProperty(script, async ({ history, skewed, live, keeps, from }) => {
        const world = new World(3, 3);
        world.prompt = true;
        const { subscribe } = open(world, { ringBytes: 1_500 });
        const told: Record<string, string>[] = [];
        const follow = async (more: Partial<SubscribeOptions<LoggedMessage>>) => {
          const mine: Record<string, string> = {};
          told.push(mine);
          const select = (message: LoggedMessage) => (!keeps || message.key === keeps ? message : undefined);
          for await (const { value, cursor } of await subscribe({ ...more, select })) mine[placeOf(value)] = cursor;
        };
        const perform = async (steps: typeof history, isLate: boolean) => {
          for (const { partition: place, hole, mark, some: count } of steps) {
            for (let i = 0; i < count; i++) world.append(place, { later: i % 2, hole });
            if (mark) world.mark(place);
            if (!isLate) world.deliver(place, count);
            await settled();
          }
        };
        const settled = async () => {
          for (let turn = 0; turn < 12; turn++) await setImmediate();
        };
        const seed = [0, 1, 2].map((place) => ({ partition: place, hole: 0 as const, mark: false, some: 1 }));
        void follow({});
        await settled();
        await perform([...seed, ...history], false);
        world.settle();
        await settled();
        const ends = world.kafkaEnds.map((end) => from % (end + 1));
        void follow({ after: cursorAt(ends) });
        void follow({ since: new Date(1_000 + (from % 20)) });
        await settled();
        await perform(skewed, true); // they come in another order than they were appended in
        world.settle();
        await settled();
        for (const mine of told) for (const place of Object.keys(mine)) delete mine[place];
        await perform(live, false);
        world.settle();
        await settled();
        const [first, ...others] = told;
        for (const other of others) expect(other).toEqual(first);
        if (!keeps) expect(Object.keys(first!)).toHaveLength(live.reduce((sum, { some: count }) => sum + count, 0));
      }),
      { numRuns: 100 },
    );
  });
});

describe('live events', () => {
  test('come in the order of arrival, and from now on only (S9, S17)', async () => {
    const world = archivedWorld([{ partition: 0 }, { partition: 1 }]);
    const { subscribe } = open(world);
    const events = await subscribe();
    for (const place of [0, 1, 2, 0]) world.append(place, { later: 1 });
    for (const place of [2, 0, 1, 0]) world.deliver(place, 1);
    expect(await take(events, 4)).toEqual(['2/0', '0/1', '1/1', '0/2']);
    expect(world.asked.read).toBe(0);
  });

  test('need one reader of Kafka, from the first subscriber until a while after the last (S21)', async () => {
    const world = archivedWorld([]);
    const { subscribe } = open(world, { lingerMs: 500 });
    const many = await Promise.all(Array.from({ length: 100 }, () => subscribe()));
    const next = many.map((each) => take(each, 1));
    world.append(0);
    world.deliver(0, 1);
    expect((await Promise.all(next)).flat()).toEqual(Array(100).fill('0/0'));
    for (const each of many) await each.return();
    world.tick(499);
    const late = await subscribe();
    world.tick(10_000);
    expect(world.asked).toMatchObject({ follow: 1, closed: 0 });
    await late.return();
    await late.return();
    world.tick(500);
    await setImmediate();
    expect(world.asked).toMatchObject({ follow: 1, closed: 1 });
    await subscribe();
    expect(world.asked.follow).toBe(2);
  });

  test('are held back until they are ready (S28)', async () => {
    const world = archivedWorld([{ partition: 1 }]);
    const gate = Promise.withResolvers<void>();
    const asked: number[] = [];
    let signal: AbortSignal | undefined;
    const ready = async (value: LoggedMessage, { offset }: LoggedMessage, ended: AbortSignal) => {
      asked.push(offset);
      signal = ended;
      if (offset === 1) throw new TributaryError('READ_AFTER_TIMEOUT', 'not yet');
      await gate.promise;
      return { ...value, key: 'settled' };
    };
    const { subscribe } = open(world);
    const events = await subscribe({ ready });
    let delivered = false;
    const next = events.next().then(({ value }) => {
      delivered = true;
      return value?.value;
    });
    for (let i = 0; i < 2; i++) world.append(0);
    world.deliver(0, 2);
    await setImmediate();
    expect([asked, delivered]).toEqual([[0], false]);
    gate.resolve();
    expect(await next).toMatchObject({ offset: 0, key: 'settled' });
    expect(signal?.aborted).toBe(false);
    await expect(events.next()).rejects.toMatchObject({ code: 'READ_AFTER_TIMEOUT' });
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(signal?.aborted).toBe(true);
  });
});

describe('until (S10)', () => {
  test('a time to come completes when it has passed and what came before it is delivered', async () => {
    const world = archivedWorld([{ partition: 0 }]);
    const { subscribe } = open(world);
    const events = places(await subscribe({ until: new Date(world.clock + 100) }));
    world.append(0, { later: 50 });
    world.append(1, { later: 49 });
    world.deliver(0, 1);
    await setImmediate();
    world.tick(1);
    world.append(1, { later: 0 });
    world.append(2, { later: 10 });
    world.deliver(2, 1);
    let completed = false;
    void events.then(() => (completed = true));
    await setImmediate();
    expect(completed).toBe(false);
    world.grow();
    world.append(3);
    world.deliver(3, 1);
    world.deliver(1, 2);
    expect(await events).toEqual(['0/1', '1/0']);
  });

  test('completes by the clock alone, when nothing comes', async () => {
    const world = archivedWorld([{ partition: 0 }]);
    const { subscribe } = open(world);
    const events = places(await subscribe({ until: new Date(world.clock + 100) }));
    await setImmediate();
    expect(world.timers).toBe(1);
    world.tick(100);
    expect(await events).toEqual([]);
  });

  test("goes by the broker's clock where it is ahead", async () => {
    const world = archivedWorld([]);
    const { subscribe } = open(world);
    const events = places(await subscribe({ until: new Date(world.clock + 100) }));
    world.append(0, { later: 99 });
    world.append(0, { later: 1, hole: 2 });
    world.clock -= 50;
    world.deliver(0, 2);
    expect(await events).toEqual(['0/0']);
  });

  test('completes where the last offset is no message (S14)', async () => {
    const world = archivedWorld([]);
    const { subscribe } = open(world);
    const events = places(await subscribe({ until: new Date(world.clock + 100) }));
    world.append(0);
    world.mark(0);
    world.deliver(0, 1);
    await setImmediate();
    world.tick(100);
    expect(await events).toEqual(['0/0']);
  });
});

describe('a subscription that is ended (S22)', () => {
  type Subscribe = ReturnType<typeof open>['subscribe'];
  const waits: Record<string, (world: World, subscribe: Subscribe) => Promise<Subscription<LoggedMessage>>> = {
    'before the first event': (_, subscribe) => subscribe(),
    'after an event': async (world, subscribe) => {
      const events = await subscribe();
      world.append(2);
      world.deliver(2, 1);
      expect(await take(events, 1)).toEqual(['2/0']);
      return events;
    },
    'before its time': (world, subscribe) => subscribe({ until: new Date(world.clock + 10_000) }),
    'while the log is read': (world, subscribe) => {
      world.prompt = false;
      return subscribe({ after: cursorAt([0, 0, 0]) });
    },
    'while the log is read, after an event': async (world, subscribe) => {
      const events = await subscribe({ after: cursorAt([0, 0, 0]) });
      expect(await take(events, 1)).toEqual(['0/0']);
      world.prompt = false;
      return events;
    },
    'while the archive is behind': (world, subscribe) => {
      world.append(1);
      return subscribe({ after: cursorAt([2, 0, 0]) });
    },
    'while a view is behind': (_, subscribe) =>
      subscribe({ after: cursorAt([0, 0, 0]), ready: () => new Promise(() => {}) }),
  };
  const cases = Object.keys(waits).flatMap((wait) => [
    { wait, turns: 0 },
    { wait, turns: 2 },
  ]);
  test.each(cases)('$wait, ends at once and leaves nothing ($turns turns later)', async ({ wait, turns }) => {
    const world = archivedWorld([{ partition: 0 }, { partition: 0 }], 1);
    const { subscribe } = open(world, { lingerMs: 500 });
    const events = await waits[wait]!(world, subscribe);
    const pending = [events.next(), events.next()];
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    expect(await events.return()).toEqual({ done: true, value: undefined });
    for (const each of pending) expect(await each).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: true, value: undefined });
    await setImmediate();
    expect(world.timers).toBe(1); // the one that stops the tail
    world.tick(500);
    world.answer();
    await setImmediate();
    expect([world.timers, world.asked.closed]).toEqual([0, 1]);
  });
});

describe('what cannot be served has its own code', () => {
  const code = (code: string) => ({ code });

  test('after and since together (S7)', async () => {
    const { subscribe } = open(archivedWorld([]));
    const both = { after: cursorAt([0, 0, 0]), since: new Date(0) };
    await expect(subscribe(both)).rejects.toMatchObject(code('BAD_USER_INPUT'));
  });

  test('a cursor that was edited, or moved (S2, S4)', async () => {
    const { subscribe } = open(archivedWorld([]));
    await expect(subscribe({ after: 'x' })).rejects.toMatchObject(code('CURSOR_INVALID'));
    const after = cursorAt([0, 0, 0]);
    const moved = { after, scope: { ...scope, tenant: 'other' } };
    await expect(subscribe(moved)).rejects.toMatchObject(code('CURSOR_FOREIGN'));
  });

  test('a position past the end, or in a partition that is gone (S24)', async () => {
    const world = archivedWorld([{ partition: 0 }]);
    const { subscribe } = open(world, { lingerMs: 500 });
    for (const position of [
      [2, 0, 0],
      [1, 0, 0, 0],
    ])
      await expect(subscribe({ after: cursorAt(position) })).rejects.toMatchObject(code('CURSOR_AHEAD'));
    world.tick(500);
    await setImmediate();
    expect(world.asked.closed).toBe(1); // what is refused holds nothing
    await subscribe();
    world.append(0); // not in the ring yet, but in Kafka: another replica may have handed out the cursor
    await expect(subscribe({ after: cursorAt([2, 0, 0]) })).resolves.toBeDefined();
  });

  test('a stream that falls back behind what was read (S24)', async () => {
    const world = archivedWorld([]);
    const { subscribe } = open(world);
    const next = (await subscribe()).next();
    await setImmediate();
    world.fail(new TributaryError('CURSOR_AHEAD', 'made anew'));
    await expect(next).rejects.toMatchObject(code('CURSOR_AHEAD'));
    await subscribe();
    expect(world.asked.follow).toBe(2);
  });

  test('a position that has expired; `earliest` works, and moves no other partition (S25)', async () => {
    const world = archivedWorld(Array.from({ length: 8 }, (_, i) => ({ partition: i % 2 })));
    for (const place of [0, 1]) world.forget(place, 4);
    world.expire(0, 2);
    const { subscribe } = open(world);
    const until = new Date(world.clock + 1);
    world.clock += 1;
    const refused = await subscribe({ after: cursorAt([1, 1, 0]), until }).catch((error) => error);
    expect(refused).toMatchObject(code('CURSOR_EXPIRED'));
    const after = refused.details.earliest;
    expect(cursors.decode(after, topic, scope)).toEqual([2, 1, 0]);
    expect((await places(await subscribe({ after, until }))).sort()).toEqual(['0/2', '0/3', '1/1', '1/2', '1/3']);
    expect((await places(await subscribe({ since: new Date(0), until }))).length).toBe(6);
  });

  test('a partition that is newer than the cursor, and has lost messages (S23, S25)', async () => {
    const world = archivedWorld(Array.from({ length: 8 }, (_, i) => ({ partition: i % 2 })));
    world.forget(1, 4);
    world.expire(1, 3);
    const refused = await open(world)
      .subscribe({ after: cursorAt([2]) })
      .catch((error) => error);
    expect(refused).toMatchObject(code('CURSOR_EXPIRED'));
    expect(cursors.decode(refused.details.earliest, topic, scope)).toEqual([2, 3, 0]);
  });

  test('but not a position that is only not archived yet (S12)', async () => {
    const world = archivedWorld([]);
    world.append(0);
    world.earliest = async () => {
      world.archive(0, 1); // just after the log has answered
      world.commit();
      return undefined;
    };
    const { subscribe } = open(world);
    expect(await take(await subscribe({ after: cursorAt([0, 0, 0]) }), 1)).toEqual(['0/0']);
  });

  test('messages that expire in front of a slow reader (S14, S25)', async () => {
    const world = archivedWorld(
      Array.from({ length: 6 }, (_, i) => ({ partition: 0, hole: i % 2 })),
      2,
    );
    const { subscribe } = open(world);
    const events = await subscribe({ after: cursorAt([0, 0, 0]) });
    expect(await take(events, 4)).toEqual(['0/0', '0/2', '0/3', '0/5']); // holes are no loss
    world.forget(0, 8);
    world.expire(0, 8);
    const thrown = await events.next().catch((error) => error);
    expect(thrown).toMatchObject(code('CURSOR_EXPIRED'));
    expect(cursors.decode(thrown.details.earliest, topic, scope)).toEqual([8, 0, 0]);
  });

  test('a broker that does not answer, until it does', async () => {
    const world = archivedWorld([]);
    const { follow } = world;
    world.follow = () => Promise.reject(new TributaryError('BROKER_UNAVAILABLE', 'away'));
    const { subscribe } = open(world);
    await expect(subscribe()).rejects.toMatchObject(code('BROKER_UNAVAILABLE'));
    world.follow = follow;
    await expect(subscribe()).resolves.toBeDefined();
  });

  test('a log that does not answer; who is in the ring does not need it (S27)', async () => {
    const world = archivedWorld([{ partition: 0 }]);
    const { subscribe } = open(world);
    const { earliest } = world;
    world.earliest = () => Promise.reject(new TributaryError('STORE_UNAVAILABLE', 'away'));
    const live = await subscribe();
    await expect(subscribe({ after: cursorAt([0, 0, 0]) })).rejects.toMatchObject(code('STORE_UNAVAILABLE'));
    world.earliest = earliest;
    world.failReads = 1;
    const behind = await subscribe({ after: cursorAt([0, 0, 0]) });
    await expect(behind.next()).rejects.toMatchObject(code('STORE_UNAVAILABLE'));
    world.append(0);
    world.deliver(0, 1);
    expect(await take(live, 1)).toEqual(['0/1']);
  });
});
