import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../platform/errors.ts';
import { Cursors } from './cursor.ts';
import { parseKeyRing } from './keys.ts';
import type { LoggedMessage, Position } from './position.ts';
import type { Subscription } from './seam.ts';
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
    readonly kafkaEnds: () => Position,
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
          const earliest = error.details['earliest'] as string;
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
    const ends = this.kafkaEnds();
    const subscription = await this.subscribe({ ...begin, select });
    this.#cursor ??= subscription.startCursor;
    this.start ??= this.#decode(this.#cursor);
    for (const [place, offset] of this.start.entries()) expect(offset).toBeLessThanOrEqual(ends[place]!);
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

describe('any interleaving gives exactly the log (S1, S2, S8, S9, S10, S12)', () => {
  test('of appends, archive lag, eviction, loss of the tail, growth, expiry, stalls, faults, reconnects and filters', async () => {
    await fc.assert(
      fc.asyncProperty(script, async ({ seed, ringBytes, pageBytes, pageRows, clients: kinds, steps }) => {
        const world = new World(2, pageRows);
        for (const { partition: place, some: count } of seed)
          for (let i = 0; i < count; i++) world.append(place % 2, { later: i % 2 });
        const { subscribe } = open(world, { ringBytes, pageBytes });
        const clients = kinds.map(({ begins, since, keeps }) => {
          const begin = { now: {}, since: { since: new Date(1_000 + since) }, earliest: { after: cursorAt([0, 0]) } };
          return new Client(
            subscribe,
            begin[begins as 'now'],
            (message) => message.key!.startsWith(keeps),
            () => world.kafkaEnds,
          );
        });
        for (const action of steps) await perform(world, clients, action);
        for (const each of clients) each.take(1_000_000);
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
      { numRuns: 400 },
    );
  }, 120_000);
});
