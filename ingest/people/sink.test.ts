import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PeopleChange } from '../../schema/people/change.ts';
import { Clock, type PlacedMessage, versioned } from './sink.ts';

const change: PeopleChange = { kind: 'PERSON', id: 1, name: 'Ada' };
const time = fc.nat({ max: Date.UTC(2039, 0) });
const twoPartitions = fc.uniqueArray(fc.nat(4095), { minLength: 2, maxLength: 2 });
const messages = fc
  .array(fc.record({ at: time, change: fc.option(fc.constant(change), { nil: undefined }) }))
  .map((list) => list.map((one, offset): PlacedMessage => ({ ...one, offset })));

test('versions never go back within a partition, whatever the clock of the broker does', () => {
  fc.assert(
    fc.property(fc.array(time), fc.nat(4095), (times, partition) => {
      const clock = new Clock(partition, 0);
      const versions = times.map((at) => clock.version(at));
      expect([...versions].sort((a, b) => a - b)).toEqual(versions);
      for (const version of versions) expect(Number.isSafeInteger(version)).toBe(true);
    }),
  );
});

test('versions of different partitions are in the order of time, and never equal', () => {
  fc.assert(
    fc.property(time, fc.integer({ min: -2, max: 2 }), twoPartitions, (a, later, [one, other]) => {
      const b = Math.max(0, a + later);
      const first = new Clock(one!, 0).version(a);
      const second = new Clock(other!, 0).version(b);
      expect(first).not.toBe(second);
      if (a !== b) expect(first < second).toBe(a < b);
    }),
  );
});

test('every message moves the clock of its partition, also a broken one, however the partition is cut into batches', () => {
  fc.assert(
    fc.property(messages, fc.array(fc.nat(20)), (all, cuts) => {
      const latest = all.map((_, at) => Math.max(...all.slice(0, at + 1).map((message) => message.at)));
      const expected = all.flatMap(({ change: told }, at) =>
        told ? [{ change, version: latest[at]! * 4096 + 3 }] : [],
      );
      let now = 0;
      let start = 0;
      const pieces = [...cuts, all.length].flatMap((length) => {
        const clock = new Clock(3, now);
        const piece = versioned(all.slice(start, start + length), clock);
        start += length;
        now = clock.now;
        return piece;
      });
      expect(pieces).toEqual(expected);
    }),
  );
});
