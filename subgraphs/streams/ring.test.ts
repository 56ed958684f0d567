import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, type LoggedMessage } from '../../platform/messageLog.ts';
import { Ring } from './ring.ts';

const message = (partition: number, offset: number, size = 0): LoggedMessage => ({
  partition,
  offset,
  at: 0,
  key: null,
  headers: {},
  value: 'x'.repeat(size),
});

const batch = fc.record({
  partition: fc.nat(2),
  /** How far before or after the end of what was read the batch begins: read again, or with a hole. */
  shift: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: -3, max: 3 })),
  /** Size of each message, and by how many offsets it follows the one before. */
  messages: fc.array(fc.record({ size: fc.nat(400), step: fc.constantFrom(1, 1, 1, 2, 5) }), { maxLength: 8 }),
});

test('holds the newest messages of all partitions, in bounded bytes and without a hole (S11, S13, S14, S20)', () => {
  fc.assert(
    fc.property(fc.array(batch, { size: '+1' }), fc.integer({ min: 200, max: 5_000 }), (batches, limit) => {
      const ring = new Ring(limit);
      const all: LoggedMessage[][] = [[], [], []];
      const arrived: LoggedMessage[] = [];
      const held = () => arrived.filter(({ partition, offset }) => offset >= ring.start(partition));
      for (const { partition, shift, messages } of batches) {
        const start = ring.start(partition);
        const end = ring.end(partition);
        const first = Math.max(0, end + shift);
        const again = all[partition]!.filter(({ offset }) => offset >= first && offset < end);
        let next = Math.max(first, end);
        const fresh = messages.map(({ size, step }) => {
          next += step;
          return message(partition, next - step, size);
        });
        all[partition]!.push(...fresh);
        arrived.push(...fresh);
        ring.append(partition, [...again, ...fresh], next);

        expect(ring.bytes).toBeLessThanOrEqual(limit);
        expect(ring.bytes).toBe(held().reduce((sum, each) => sum + bytesOf(each), 0));
        expect(ring.end(partition)).toBe(next);
        expect(ring.start(partition)).toBeGreaterThanOrEqual(first > end ? first : start);
      }
      for (const partition of all.keys()) {
        for (let offset = ring.start(partition); offset < ring.end(partition); offset++)
          expect(ring.at(partition, offset)?.message).toBe(all[partition]!.find((each) => each.offset >= offset));
        expect(ring.at(partition, ring.end(partition))).toBeUndefined();
      }
      // The oldest go first, of whichever partition, so what is held is the end of what arrived.
      if (batches.every(({ shift }) => shift <= 0))
        expect(held()).toEqual(arrived.slice(arrived.length - held().length));
    }),
    { numRuns: 500 },
  );
});

test('evicts the oldest first, and a message that is too large at once', () => {
  const ring = new Ring(3 * bytesOf(message(0, 0)));
  ring.begin([10, 20]);
  for (const [partition, offset] of [
    [0, 10],
    [1, 20],
    [0, 11],
    [0, 12],
  ] as const)
    ring.append(partition, [message(partition, offset)], offset + 1);
  expect([ring.start(0), ring.start(1)]).toEqual([11, 20]);
  ring.append(1, [message(1, 21)], 22);
  expect([ring.start(0), ring.start(1)]).toEqual([11, 21]);
  ring.append(0, [message(0, 13, 10_000)], 14);
  expect([ring.start(0), ring.end(0), ring.bytes]).toEqual([14, 14, 0]);
});

test('wakes each watcher once, and keeps none that was called off', () => {
  const ring = new Ring(1_000);
  let woken = 0;
  ring.watch(() => woken++);
  ring.watch(() => (woken += 100))();
  ring.append(0, [message(0, 0)], 1);
  ring.append(0, [message(0, 1)], 2);
  expect(woken).toBe(1);
});
