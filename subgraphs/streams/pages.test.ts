import { expect, test } from 'vitest';
import { bytesOf, type LoggedMessage, type LogRange } from '../../platform/messageLog.ts';
import { PagePool, Pages } from './pages.ts';

const message = (partition: number, offset: number): LoggedMessage => ({
  partition,
  offset,
  at: 0,
  key: null,
  headers: {},
  value: 'x'.repeat(1_000),
});
const never = new AbortController().signal;
const nothingToExplain = async () => {
  throw new Error('there is no hole');
};

test('all readers together hold a bounded number of bytes, however many stall, and load a few at a time (S20)', async () => {
  const limit = 1 << 23;
  const pool = new PagePool(limit);
  let reading = 0;
  let most = 0;
  const log = {
    async read({ partition, from, to, rows, bytes }: LogRange) {
      most = Math.max(most, ++reading);
      await null;
      reading--;
      const count = Math.min(to - from, rows, Math.max(1, Math.floor(bytes / bytesOf(message(0, 0)))));
      return Array.from({ length: count }, (_, i) => message(partition, from + i));
    },
    earliest: async () => 0,
    firstAt: async () => 0,
  };
  const readers = Array.from({ length: 200 }, () => new Pages(log, 'topic', pool));
  const wanted = [0, 1].map((partition) => ({ partition, from: 0, to: 1_000_000 }));
  await Promise.all(
    readers.map(async (pages) => {
      await pages.load(wanted, nothingToExplain, never);
      expect(pages.at(1, 0)).toEqual(message(1, 0)); // whoever has just loaded can go on
      expect(pool.bytes).toBeLessThanOrEqual(limit);
    }),
  );
  expect(most).toBeLessThanOrEqual(2 * 4);
  expect(readers.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(pool.bytes);
  expect(pool.bytes).toBeGreaterThan(limit / 2);
  expect(readers[0]!.at(1, 0)).toBeUndefined(); // stalled longest: dropped
  expect(readers[199]!.at(1, 0)).toEqual(message(1, 0));
  for (const each of readers) each.drop();
  expect(pool.bytes).toBe(0);
});

test('reading ahead keeps what is not used yet, and asks for as many rows as there is room for', async () => {
  const rows: number[] = [];
  const log = {
    read: async ({ partition, from, to, rows: asked, bytes }: LogRange) => {
      rows.push(Math.round((asked * bytesOf(message(0, 0))) / bytes));
      return Array.from({ length: Math.min(4, to - from) }, (_, i) => message(partition, from + i));
    },
    earliest: async () => 0,
    firstAt: async () => 0,
  };
  const pages = new Pages(log, 'topic', new PagePool(1 << 23));
  await pages.load([{ partition: 0, from: 0, to: 6 }], nothingToExplain, never);
  expect([pages.at(0, 1)?.offset, pages.isLow(0)]).toEqual([1, false]);
  expect([pages.at(0, 2)?.offset, pages.isLow(0), pages.next(0)]).toEqual([2, true, 4]);
  await pages.load([{ partition: 0, from: 4, to: 6 }], nothingToExplain, never);
  expect(pages.bytes).toBe(4 * bytesOf(message(0, 0)));
  expect([2, 3, 4, 5, 6].map((offset) => pages.at(0, offset)?.offset)).toEqual([2, 3, 4, 5, undefined]);
  expect(pages.next(0)).toBe(6);
  expect(rows.at(-1)).toBe(1);
});

test('the reader that has loaded last is dropped last', async () => {
  const log = { read: async () => [message(0, 0)], earliest: async () => 0, firstAt: async () => 0 };
  const pool = new PagePool(2 * bytesOf(message(0, 0)));
  const load = (pages: Pages) => pages.load([{ partition: 0, from: 0, to: 1 }], nothingToExplain, never);
  const [a, b, c] = [0, 1, 2].map(() => new Pages(log, 'topic', pool)) as [Pages, Pages, Pages];
  for (const each of [a, b]) await load(each);
  a.drop();
  for (const each of [a, c]) await load(each);
  expect([a, b, c].map((each) => each.at(0, 0)?.offset)).toEqual([0, undefined, 0]);
});

test('a load that ends after its reader has let go is discarded', async () => {
  const gate = Promise.withResolvers<LoggedMessage[]>();
  const log = { read: () => gate.promise, earliest: async () => 0, firstAt: async () => 0 };
  const pool = new PagePool(1 << 23);
  const pages = new Pages(log, 'topic', pool);
  const load = pages.load([{ partition: 0, from: 0, to: 1 }], nothingToExplain, never);
  pages.drop();
  gate.resolve([message(0, 0)]);
  await load;
  expect([pages.at(0, 0), pool.bytes]).toEqual([undefined, 0]);
});
