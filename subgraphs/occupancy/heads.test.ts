import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { StreamEvent } from '../streams/seam.ts';
import { first, Head, type Source } from './heads.ts';

let clock = 0;

/** A source of one partition that gives these events, each appended at its time, and then has nothing to read. */
function head(times: number[], historyEnd: number) {
  let offset = 0;
  const source: Source<number> = {
    startPosition: [0],
    get position() {
      return [offset];
    },
    get quietSince() {
      return offset === times.length ? 0 : undefined;
    },
    next: async () => {
      if (offset === times.length) return new Promise(() => {});
      const time = times[offset++]!;
      const value: StreamEvent<number> = { value: time, position: [offset], cursor: '', at: new Date(time) };
      return { done: false, value };
    },
  };
  const made = new Head(
    source,
    [historyEnd],
    () => {},
    () => clock,
  );
  made.ask();
  return made;
}

test('history is merged by time of append', async () => {
  const heads = [head([2], 1), head([1], 1)];
  await setImmediate();
  expect(first(heads)).toBe(heads[1]);
});

test('history that this process has not got yet is waited for, though there is nothing to read (S45)', async () => {
  clock = 0;
  const heads = [head([], 1), head([7], 1)];
  await setImmediate();
  expect(first(heads)).toBeUndefined();
  clock = 2_001;
  expect(first(heads)).toBe(heads[1]);
});

test('nothing is waited for where the history has been read', async () => {
  clock = 0;
  const heads = [head([], 0), head([7], 1)];
  await setImmediate();
  expect(first(heads)).toBe(heads[1]);
});
