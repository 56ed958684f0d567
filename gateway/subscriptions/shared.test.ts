import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Finished, Shared, type Start, type Subscriber } from './shared.ts';

interface Result extends Finished {
  number: number;
}

const cursorOf = (number: number) => `c${number}`;
const cursor = (number: number): Result => ({ number, cursor: cursorOf(number), bytes: 1 });

/** A stream of numbered events, and subscriptions to it that give one after the other as fast as they are asked. */
class Log {
  end = 0;
  open = 0;
  opened = 0;
  failing = false;
  /** Events in whose place an error comes, which has no cursor. */
  readonly broken = new Set<number>();
  closed = false;
  readonly #sleepers = new Set<() => void>();

  subscribe = async (start: Start): Promise<AsyncIterator<Result>> => {
    const { after, since } = start as { after?: string; since?: string };
    this.opened++;
    await null;
    let next = after !== undefined ? Number(after.slice(1)) + 1 : since !== undefined ? Number(since) : this.end;
    let returned = false;
    let wake = () => {};
    this.open++;
    const end = () => {
      if (!returned) this.open--;
      returned = true;
      wake();
    };
    return {
      next: async () => {
        while (!returned && next >= this.end && !this.closed && !this.failing) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            this.#sleepers.add(resolve);
          });
        }
        if (returned || (next >= this.end && this.closed)) {
          end();
          return { done: true, value: undefined };
        }
        if (this.failing) {
          end();
          throw new Error('the stream is gone');
        }
        const number = next++;
        return {
          done: false,
          value: this.broken.has(number) ? { number, cursor: undefined, bytes: 1 } : cursor(number),
        };
      },
      return: async () => {
        end();
        return { done: true, value: undefined };
      },
    };
  };

  append(count: number): void {
    this.end += count;
    this.wake();
  }

  wake(): void {
    for (const wake of this.#sleepers) wake();
    this.#sleepers.clear();
  }
}

/** A client that reads when it is told to, or all the time. */
class Reader {
  readonly got: number[] = [];
  reading = false;
  error: unknown;
  constructor(
    readonly subscriber: Subscriber<Result>,
    /** Where it may begin. */
    readonly from: { least: number; most: number },
  ) {}

  read(most: number): void {
    try {
      for (let count = 0; count < most; count++) {
        const result = this.subscriber.take();
        if (!result) return;
        this.got.push(result.number);
      }
    } catch (error) {
      this.error = error;
    }
  }

  follow(): void {
    if (this.reading) return;
    this.reading = true;
    const pump = () => {
      if (!this.reading) return;
      this.read(Number.POSITIVE_INFINITY);
      if (!this.subscriber.ended) this.subscriber.wait(pump);
    };
    pump();
  }
}

/** Lets everything happen that can. */
const settle = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

/** @param settled everything before this event has been told to whoever reads */
async function open(
  shared: Shared<Result>,
  log: Log,
  start: { after?: string; since?: string },
  settled: number,
): Promise<Reader> {
  const { after, since } = start;
  const exact = after !== undefined ? Number(after.slice(1)) + 1 : since !== undefined ? Number(since) : undefined;
  const subscriber = shared.subscribe(start);
  await subscriber.opened;
  return new Reader(subscriber, { least: exact ?? settled, most: exact ?? log.end });
}

const pick = fc.nat({ max: 1_000 });
type Step =
  | { kind: 'append'; count: number }
  | { kind: 'join'; start: 'now' | 'after' | 'since'; at: number }
  | { kind: 'read' | 'follow' | 'stall' | 'leave'; who: number; count: number }
  | { kind: 'settle' };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      start: fc.constantFrom('now' as const, 'now' as const, 'after' as const, 'since' as const),
      at: pick,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('read' as const, 'follow' as const, 'stall' as const, 'leave' as const),
      who: pick,
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ kind: 'settle' as const }) },
);

test('whatever joins, stalls, reads and leaves, each subscriber gets exactly what follows its start (S40, S41, S42)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 100, size: 'max' }),
      fc.boolean(),
      async (steps, failing) => {
        const log = new Log();
        let emptied = 0;
        const shared = new Shared<Result>({
          open: log.subscribe,
          soon: setImmediate,
          onEmpty: () => emptied++,
          most: { results: 4, bytes: 6 },
        });
        const readers: Reader[] = [];
        const joining: Promise<unknown>[] = [];
        let settled = 0;
        for (const given of steps) {
          const reader = 'who' in given ? readers[given.who % Math.max(1, readers.length)] : undefined;
          if (given.kind === 'append') log.append(given.count);
          else if (given.kind === 'settle') {
            await settle();
            settled = log.end;
          } else if (given.kind === 'join') {
            const at = given.at % (log.end + 1);
            const start =
              given.start === 'now'
                ? {}
                : given.start === 'since'
                  ? { since: String(at) }
                  : { after: cursorOf(Math.max(0, at - 1)) };
            if (given.start === 'after' && log.end === 0) continue;
            joining.push(open(shared, log, start, settled).then((opened) => readers.push(opened)));
          } else if (reader?.subscriber.ended !== false) continue;
          else if (given.kind === 'leave') reader.subscriber.leave();
          else if (given.kind === 'stall') reader.reading = false;
          else if (given.kind === 'follow') reader.follow();
          else reader.read(given.count);
        }
        await Promise.all(joining);
        for (const reader of readers) if (!reader.subscriber.ended) reader.follow();
        await settle();
        log.append(1);
        await settle();
        const followers = readers.filter(({ subscriber }) => !subscriber.ended);
        // Everybody has come to the same cursor, so one run is left.
        expect(log.open).toBe(followers.length > 0 ? 1 : 0);
        if (failing) log.failing = true;
        else log.closed = true;
        log.wake();
        await settle();
        for (const reader of readers) {
          const { got, from } = reader;
          const [first = from.least] = got;
          expect(first).toBeGreaterThanOrEqual(from.least);
          expect(first).toBeLessThanOrEqual(from.most);
          expect(got).toEqual(Array.from({ length: got.length }, (_, at) => first + at));
          if (followers.includes(reader)) {
            expect(got.at(-1)).toBe(log.end - 1);
            expect(reader.subscriber.ended).toBe(true);
            expect(reader.error).toEqual(failing ? new Error('the stream is gone') : undefined);
          }
        }
        expect(log.open).toBe(0);
        expect(shared.places.size).toBe(0);
        if (readers.length > 0) expect(emptied).toBeGreaterThan(0);
      },
    ),
    { numRuns: 1_500 },
  );
});

test('who joins a running subscription and stalls before its first event goes on where it joined (S42)', async () => {
  const log = new Log();
  const shared = new Shared<Result>({ open: log.subscribe, soon: setImmediate, most: { results: 4, bytes: 6 } });
  const quick = await open(shared, log, {}, 0);
  quick.follow();
  log.append(3);
  await settle();
  const slow = await open(shared, log, {}, 3);
  log.append(9);
  await settle();
  expect(log.opened).toBe(1);
  slow.follow();
  await settle();
  expect(slow.got).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect([log.opened, log.open]).toEqual([2, 1]); // it went alone, and came back
});

test('a run keeps the window for those who share it, and nothing that was read for who is alone', async () => {
  const log = new Log();
  const shared = new Shared<Result>({ open: log.subscribe, soon: setImmediate, most: { results: 4, bytes: 6 } });
  const one = await open(shared, log, {}, 0);
  one.follow();
  log.append(9);
  await settle();
  expect([...shared.places.keys()]).toEqual(['c8']);
  const other = await open(shared, log, {}, 9);
  log.append(9);
  await settle();
  expect([...shared.places.keys()]).toEqual(['c14', 'c15', 'c16', 'c17']);
  one.subscriber.leave();
  other.follow();
  log.append(1);
  await settle();
  expect(other.got).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
  expect([...shared.places.keys()]).toEqual(['c18']);
});

test('who was told errors alone and then falls behind is told so, and misses nothing unknowingly (S44)', async () => {
  const log = new Log();
  log.broken.add(0);
  const shared = new Shared<Result>({ open: log.subscribe, soon: setImmediate, most: { results: 4, bytes: 6 } });
  const quick = await open(shared, log, {}, 0);
  const slow = await open(shared, log, {}, 0);
  quick.follow();
  log.append(1);
  await settle();
  slow.read(1);
  log.append(9);
  await settle();
  slow.read(9);
  expect(quick.got).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([slow.got, slow.subscriber.ended]).toEqual([[0], true]);
  expect(slow.error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
});
