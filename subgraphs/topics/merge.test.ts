import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergedByTime, type Place } from './merge.ts';

const partitions = fc.array(fc.array(fc.nat(5), { maxLength: 8 }), { maxLength: 4 });
const placesOf = (times: number[][]): Place[][] =>
  times.map((column, partition) => column.map((time, offset) => ({ partition, offset, time })));

test('each partition stays in its order, also where the clock of the broker went back, and nothing is lost', () => {
  fc.assert(
    fc.property(partitions, (times) => {
      const merged = mergedByTime(placesOf(times), Number.POSITIVE_INFINITY);
      for (const [partition, places] of placesOf(times).entries())
        expect(merged.filter((place) => place.partition === partition)).toEqual(places);
      expect(merged).toHaveLength(times.flat().length);
    }),
  );
});

test('where clocks do not go back the order is that of time and partition, S16', () => {
  fc.assert(
    fc.property(partitions, (times) => {
      const places = placesOf(times.map((column) => column.toSorted()));
      const byTime = places.flat().sort((a, b) => a.time - b.time || a.partition - b.partition || a.offset - b.offset);
      expect(mergedByTime(places, Number.POSITIVE_INFINITY)).toEqual(byTime);
    }),
  );
});

test('a page goes on where the one before it ended', () => {
  fc.assert(
    fc.property(partitions, fc.integer({ min: 1, max: 5 }), (times, size) => {
      const places = placesOf(times);
      const left = places.map((column) => [...column]);
      const pages: Place[] = [];
      for (let page = mergedByTime(left, size); page.length > 0; page = mergedByTime(left, size)) {
        for (const { partition } of page) left[partition]!.shift();
        pages.push(...page);
      }
      expect(pages).toEqual(mergedByTime(places, Number.POSITIVE_INFINITY));
    }),
  );
});
