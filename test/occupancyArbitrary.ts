import fc from 'fast-check';
import type { Calibration, Doorway, Mount } from '../schema/occupancy/topology.ts';
import type { Known } from './occupancyReference.ts';

/** Small numbers, so that everything meets everything: equal times, moves at the time of a reading, missing things. */
export function knownWorlds(
  times: fc.Arbitrary<number>,
  most: { mounts: number; readings: number },
): fc.Arbitrary<Known> {
  const spaces = ['A', 'B', 'C', 'D'];
  const doorwayIds = ['p', 'q', 'r', 's', 'missing'];
  const dpuIds = ['1', '2', '3', '4'];
  const doorways = fc.uniqueArray(
    fc.record<Doorway>({
      id: fc.constantFrom(...doorwayIds.slice(0, -1)),
      name: fc.constant('A doorway'),
      ingress: fc.constantFrom(...spaces),
      egress: fc.constantFrom(...spaces, null),
    }),
    { selector: ({ id }) => id, minLength: 2 },
  );
  const mounts = fc.uniqueArray(
    fc
      .record({
        dpu: fc.constantFrom(...dpuIds),
        doorway: fc.constantFrom(...doorwayIds),
        from: times,
        length: fc.option(
          times.map((time) => (time % 97) + 1),
          { freq: 3 },
        ),
      })
      .map(({ length, ...mount }): Mount => ({ ...mount, to: length === null ? null : mount.from + length })),
    { selector: ({ dpu, from }) => `${dpu}/${from}`, minLength: most.mounts >> 1, maxLength: most.mounts },
  );
  const calibrations = fc.uniqueArray(
    fc.record<Calibration>({ space: fc.constantFrom(...spaces), at: times, count: fc.nat(50) }),
    { selector: ({ space, at }) => `${space}/${at}`, minLength: 6, maxLength: 12 },
  );
  const readings = fc.array(
    fc.record({
      dpu: fc.constantFrom(...dpuIds, 'unknown'),
      time: times,
      direction: fc.constantFrom(1 as const, -1 as const),
    }),
    { minLength: most.readings >> 1, maxLength: most.readings },
  );
  return fc.record({
    spaces: fc.constant(spaces),
    dpus: fc.subarray(dpuIds, { minLength: 2 }).map((ids) => new Set(ids)),
    doorways: doorways.map(
      (found) =>
        new Map(found.filter(({ ingress, egress }) => ingress !== egress).map((doorway) => [doorway.id, doorway])),
    ),
    mounts,
    calibrations,
    readings,
  });
}
