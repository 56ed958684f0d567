import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { Position } from '../streams/position.ts';
import type { EventSource, StreamEvent } from '../streams/seam.ts';
import { WikiActivity } from './types.ts';
import { patienceMs } from './watermark.ts';
import { LiveWindow, type Seen } from './window.ts';

const every = 1_000;
const begun = Date.UTC(2026, 0, 1);

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** One partition, the table of its edits, and a clock that a test moves. */
class World {
  clock = begun;
  quietSince: number | undefined;
  readonly edits: { time: number; at: number }[] = [];
  /** Called for every edit that is read. */
  onRead: (() => void) | undefined;
  /** The spans that were asked for, in seconds since the begin. */
  readonly questions: [from: number, to: number][] = [];

  /** @param seconds when it was made, since the begin */
  edit(seconds: number): void {
    this.quietSince = undefined;
    this.edits.push({ time: begun + seconds * 1_000, at: this.clock });
    for (const wake of this.#wake.splice(0)) wake();
  }

  window({ from = 0, mark = begun as number | undefined, end = Number.POSITIVE_INFINITY } = {}) {
    let offset = from;
    let ended = false;
    const source: EventSource<Seen> = {
      startPosition: [from],
      next: async () => {
        while (offset >= this.edits.length && offset < end && !ended)
          await new Promise<void>((wake) => this.#wake.push(wake));
        if (ended || offset >= end) return { done: true, value: undefined };
        const position = [offset + 1];
        const { time, at } = this.edits[offset++]!;
        this.onRead?.();
        const value: Seen = { time, partition: 0, counts: true };
        const event: StreamEvent<Seen> = { value, position, at: new Date(at), cursor: '' };
        return { done: false, value: event };
      },
      return: async () => {
        ended = true;
        for (const wake of this.#wake.splice(0)) wake();
        return { done: true, value: undefined };
      },
      get position() {
        return [offset];
      },
      get quietSince() {
        return world.quietSince;
      },
    };
    const world = this;
    return new LiveWindow(source, {
      every,
      mark,
      until: undefined,
      now: () => this.clock,
      encode: ([place], mark) => JSON.stringify({ from: place, mark }),
      count: async (position, from, to) => this.#count(position, from, to),
    });
  }

  readonly #wake: (() => void)[] = [];

  #count([place]: Position, from: number, to: number): WikiActivity[] {
    this.questions.push([(from - begun) / 1_000, (to - begun) / 1_000]);
    const counted = this.edits.slice(0, place);
    return Array.from({ length: (to - from) / every }, (_, bucket) => {
      const start = from + bucket * every;
      const edits = counted.filter(({ time }) => time >= start && time < start + every).length;
      return Object.assign(new WikiActivity(), { start: new Date(start), edits });
    });
  }
}

type Told = { bucket: number; edits: number; correction: boolean; cursor: { from: number; mark: number } };

async function take(window: LiveWindow, count = Number.POSITIVE_INFINITY): Promise<Told[]> {
  const told: Told[] = [];
  while (told.length < count) {
    const { done, value } = await window.next();
    if (done) break;
    const { activity, correction, cursor } = value;
    const bucket = (activity.start.getTime() - begun) / 1_000;
    told.push({ bucket, edits: activity.edits, correction, cursor: JSON.parse(cursor) });
  }
  return told;
}

const brief = ({ bucket, edits, correction }: Told) => [bucket, edits, correction];

test('late edits that are at hand are one question and one event a bucket, and lose nothing at any cursor (S31)', async () => {
  const world = new World();
  world.clock = begun + 110_000;
  for (const seconds of [3, 100]) world.edit(seconds); // closes bucket 0, then those up to 97
  for (let more = 0; more < 2_000; more++) world.edit([5, 4, 40, 6][more % 4]!);
  world.edit(103); // closes 98 to 100, which is told after what came before
  const whole = await take(world.window({ end: world.edits.length }));
  const closed = whole.slice(0, 98);
  expect(closed.map(({ bucket, correction }) => [bucket, correction])).toEqual(
    Array.from({ length: 98 }, (_, bucket) => [bucket, false]),
  );
  expect(whole.slice(98).map(brief)).toEqual([
    [5, 500, true],
    [4, 500, true],
    [40, 500, true],
    [6, 500, true],
    [98, 0, false],
    [99, 0, false],
    [100, 1, false],
  ]);
  expect(world.questions).toEqual([
    [0, 1],
    [1, 98],
    [4, 7],
    [40, 41],
    [98, 101],
  ]);

  const last = (told: Told[]) => Object.fromEntries(told.map(({ bucket, edits }) => [bucket, edits]));
  for (let index = 97; index < 101; index++) {
    const { cursor } = whole[index]!;
    const rest = await take(world.window({ ...cursor, end: world.edits.length }));
    expect(last([...whole.slice(0, index + 1), ...rest])).toEqual(last(whole));
  }
});

test('a late edit is told when nothing follows it, and while edits come without a pause (S31)', async () => {
  const world = new World();
  world.clock = begun + 10_000;
  world.edit(10);
  const window = world.window();
  await take(window, 8);
  const alone = take(window, 1);
  world.edit(1);
  expect((await alone).map(brief)).toEqual([[1, 1, true]]);
  const read = world.edits.length;
  world.onRead = () => {
    world.clock += 10;
    if (world.edits.length < read + 1_000) world.edit(10);
  };
  const busy = take(window, 1);
  world.edit(2);
  expect((await busy).map(brief)).toEqual([[2, 1, true]]);
  expect(world.edits.length - read).toBeLessThan(50);
  await window.return();
});

test('who waits for what it has to read does not take it for silence (S30)', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const world = new World();
  world.clock = begun + 3_600_000;
  const window = world.window({ mark: begun + 3_000_000 });
  const told: Told[] = [];
  const reading = take(window, 600).then((events) => told.push(...events));
  for (let waited = 0; waited < 10_000; waited += 500) {
    world.clock += 500;
    await vi.advanceTimersByTimeAsync(500);
  }
  await setImmediate();
  expect(world.questions).toEqual([]);
  world.quietSince = world.clock;
  for (let waited = 0; waited < 2 * patienceMs; waited += 500) {
    world.clock += 500;
    await vi.advanceTimersByTimeAsync(500);
  }
  await reading;
  expect(told).toHaveLength(600);
  await window.return();
});

test('edits that claim to be of a far future are not remembered without end, and closing goes on', async () => {
  const world = new World();
  for (let more = 0; more < 3; more++) world.edit(1_000_000 + more);
  world.edit(500);
  const window = world.window();
  const told = take(window, 2);
  // The clock leaps over everything: what lay within a leap of the present is told, what was claimed beyond is not.
  world.clock = begun + 2_000_000_000;
  world.quietSince = begun;
  const end = world.clock - patienceMs;
  expect((await told).map(({ bucket, edits, cursor }) => [bucket, edits, cursor.mark])).toEqual([
    [0, 0, begun + every],
    [500, 1, end],
  ]);
  expect((await window.return()).done).toBe(true);
});

test('an edit that is at hand costs no timer', async () => {
  const world = new World();
  for (let more = 0; more < 1_000; more++) world.edit(0);
  const timers = vi.spyOn(globalThis, 'setTimeout');
  await take(world.window({ end: world.edits.length }));
  expect(timers).not.toHaveBeenCalled();
});
