import fc from 'fast-check';
import { expect, test } from 'vitest';
import { knownWorlds } from '../../test/occupancyArbitrary.ts';
import { bucketsOf, countAt, type Known } from '../../test/occupancyReference.ts';
import type { Buckets } from '../span.ts';
import { intervalsOf, within } from './attribution.ts';
import { countedBuckets, type Stretch } from './buckets.ts';

const inOrder = (known: Known, space: string, { from, to }: Buckets) =>
  known.calibrations
    .filter((calibration) => calibration.space === space && calibration.at >= from && calibration.at < to)
    .sort((a, b) => a.at - b.at);

/** What the statement of a series answers with. */
function stretchesOf(known: Known, space: string, span: Buckets): Stretch[] {
  const intervals = within(intervalsOf(space, known), span.from, span.to);
  const calibrations = inOrder(known, space, span);
  const effects = known.readings.flatMap(({ dpu, time, direction }) => {
    const found = intervals.find((one) => one.dpu === dpu && one.from <= time && time < one.to);
    if (!found) return [];
    const bucket = Math.floor((time - span.from) / span.every);
    return [
      { bucket, calibration: calibrations.filter(({ at }) => at <= time).length, time, effect: found.sign * direction },
    ];
  });
  return [...Map.groupBy(effects, ({ bucket, calibration }) => `${bucket}/${calibration}`).values()].map((inside) => {
    const times = [...new Set(inside.map(({ time }) => time))].sort((a, b) => a - b);
    let change = 0;
    const after = times.map((time) => {
      if (calibrations.some(({ at }) => at === time)) return change;
      for (const one of inside) if (one.time === time) change += one.effect;
      return change;
    });
    const { bucket, calibration } = inside[0]!;
    return {
      ...{ bucket, calibration, first: times[0]!, change, lowest: Math.min(...after), highest: Math.max(...after) },
      entered: inside.filter(({ effect }) => effect === 1).length,
      left: inside.filter(({ effect }) => effect === -1).length,
    };
  });
}

test('every bucket is what a recount from scratch says, at its edges and within', () => {
  const times = fc.integer({ min: 0, max: 60 });
  const spans = fc.record({
    from: times,
    length: fc.integer({ min: 0, max: 50 }),
    every: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(knownWorlds(times, { mounts: 10, readings: 40 }), spans, (known, { from, length, every }) => {
      const span = { from, to: from + length, every };
      for (const space of known.spaces) {
        const before = countAt(known, space, from - 1);
        const found = countedBuckets(span, before, inOrder(known, space, span), stretchesOf(known, space, span));
        expect(found).toEqual(bucketsOf(known, space, from, from + length, every));
      }
    }),
    { numRuns: 1_000 },
  );
});
