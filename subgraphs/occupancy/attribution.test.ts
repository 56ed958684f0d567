import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Doorway, Mount } from '../../schema/occupancy/topology.ts';
import { knownWorlds } from '../../test/occupancyArbitrary.ts';
import { countAt } from '../../test/occupancyReference.ts';
import { holding, type Interval, intervalsOf, isInferred, type Topology, within } from './attribution.ts';

const doorway = (id: string, ingress: string, egress: string | null = null): Doorway => ({
  id,
  name: id,
  ingress,
  egress,
});
const mount = (dpu: string, over: string, from: number, to: number | null = null): Mount => ({
  ...{ dpu, doorway: over, from, to },
});
const topology = (doorways: Doorway[], mounts: Mount[]): Topology => ({
  dpus: new Set(['1', '2']),
  doorways: new Map(doorways.map((one) => [one.id, one])),
  mounts,
});

describe('a DPU', () => {
  test('hangs over one doorway at a time, in whichever order the moves were recorded', () => {
    const moved = [mount('1', 'x', 10), mount('1', 'y', 20), mount('1', 'x', 30, 35), mount('2', 'x', 5)];
    const expected = [mount('1', 'x', 10, 20), mount('1', 'y', 20, 30), mount('1', 'x', 30, 35), mount('2', 'x', 5)];
    const doorways = [doorway('x', 'A'), doorway('y', 'B')];
    expect(holding(topology(doorways, moved))).toEqual(expected);
    expect(holding(topology(doorways, moved.toReversed()))).toEqual(expected);
  });

  test('that moves to a doorway that is not there, or is itself not there, counts for nobody', () => {
    const mounts = [mount('1', 'x', 10), mount('1', 'gone', 20), mount('3', 'x', 10)];
    expect(holding(topology([doorway('x', 'A')], mounts))).toEqual([mount('1', 'x', 10, 20)]);
  });
});

test('a space without a doorway that counts into it is inferred', () => {
  const doorways = [doorway('x', 'A'), doorway('z', 'A', 'B')];
  expect(['A', 'B', 'C'].map((space) => isInferred(space, doorways))).toEqual([false, true, true]);
});

test('intervals count what a recount from scratch does', () => {
  const times = fc.integer({ min: 0, max: 60 });
  fc.assert(
    fc.property(knownWorlds(times, { mounts: 12, readings: 40 }), times, (known, at) => {
      for (const space of known.spaces) {
        const base = known.calibrations
          .filter((calibration) => calibration.space === space && calibration.at <= at)
          .sort((a, b) => b.at - a.at)[0];
        const intervals = within(intervalsOf(space, known), (base?.at ?? -1) + 1, at + 1);
        const effect = (dpu: string, time: number) =>
          intervals.filter((one: Interval) => one.dpu === dpu && one.from <= time && time < one.to);
        const counted = known.readings.flatMap(({ dpu, time, direction }) => {
          const found = effect(dpu, time);
          expect(found.length).toBeLessThan(2);
          return found.map(({ sign }) => sign * direction);
        });
        expect(counted.reduce((sum, change) => sum + change, base?.count ?? 0)).toBe(countAt(known, space, at));
      }
    }),
    { numRuns: 1_000 },
  );
});
