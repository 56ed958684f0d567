import type { Calibration } from '../../schema/occupancy/topology.ts';
import type { Buckets } from '../span.ts';

/**
 * What the readings of one bucket do between two calibrations, or between one and an edge of the bucket. Changes are
 * counted from the begin of the stretch; readings at the very time of a calibration are part of it, and change nothing.
 */
export interface Stretch {
  /** Number of the bucket, from 0. */
  bucket: number;
  /** How many of the span's calibrations are not after it. */
  calibration: number;
  /** Time of the first reading. */
  first: number;
  entered: number;
  left: number;
  /** The change that all of them make, and the least and the greatest after any moment of them. */
  change: number;
  lowest: number;
  highest: number;
}

export interface Bucket {
  start: number;
  entered: number;
  left: number;
  /** The count at the end of the bucket. */
  value: number;
  /** The least and the greatest count at any moment of the bucket. */
  min: number;
  max: number;
}

/**
 * The counts of every bucket.
 * @param before the count at the last millisecond before the span
 * @param calibrations those of the span, by time
 * @param stretches those with readings, in any order
 */
export function countedBuckets(
  { from, to, every }: Buckets,
  before: number,
  calibrations: Pick<Calibration, 'at' | 'count'>[],
  stretches: Stretch[],
): Bucket[] {
  const byPlace = new Map(stretches.map((stretch) => [`${stretch.bucket}/${stretch.calibration}`, stretch]));
  let value = before;
  let passed = 0;
  return Array.from({ length: Math.ceil((to - from) / every) }, (_, number) => {
    const start = from + number * every;
    const end = Math.min(start + every, to);
    const bucket = { start, entered: 0, left: 0, value, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
    const see = (count: number) => {
      bucket.min = Math.min(bucket.min, count);
      bucket.max = Math.max(bucket.max, count);
    };
    const readings = () => byPlace.get(`${number}/${passed}`);
    const goOn = (stretch: Stretch | undefined) => {
      if (!stretch) return;
      see(value + stretch.lowest);
      see(value + stretch.highest);
      value += stretch.change;
      bucket.entered += stretch.entered;
      bucket.left += stretch.left;
    };
    // What was carried over lasts for a moment at least, unless something happens at the very start.
    const next = Math.min(readings()?.first ?? end, calibrations[passed]?.at ?? end);
    if (next > start) see(value);
    goOn(readings());
    for (; passed < calibrations.length && calibrations[passed]!.at < end; goOn(readings())) {
      value = calibrations[passed++]!.count;
      see(value);
    }
    return { ...bucket, value };
  });
}
