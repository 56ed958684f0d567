import type { Calibration, Doorway, Mount } from '../schema/occupancy/topology.ts';

/** Everything that is known, in no order: what counts are held against, written for plainness. */
export interface Known {
  spaces: string[];
  dpus: Set<string>;
  doorways: Map<string, Doorway>;
  mounts: Mount[];
  calibrations: Calibration[];
  /** Each once. */
  readings: { dpu: string; time: number; direction: 1 | -1 }[];
}

/** What a reading changes in a space. */
export function effect({ dpus, doorways, mounts }: Known, space: string, reading: Known['readings'][number]): number {
  if (!dpus.has(reading.dpu)) return 0;
  let last: Mount | undefined;
  for (const mount of mounts)
    if (mount.dpu === reading.dpu && mount.from <= reading.time && (!last || mount.from > last.from)) last = mount;
  if (!last || (last.to !== null && last.to <= reading.time)) return 0;
  const doorway = doorways.get(last.doorway);
  if (doorway?.ingress === space) return reading.direction;
  return doorway?.egress === space ? -reading.direction : 0;
}

/** The count of a space at a time, recounted from scratch. */
export function countAt(known: Known, space: string, at: number): number {
  const calibrated = known.calibrations.filter((calibration) => calibration.space === space && calibration.at <= at);
  const base = calibrated.sort((a, b) => b.at - a.at)[0];
  let count = base?.count ?? 0;
  for (const reading of known.readings)
    if (reading.time <= at && reading.time > (base?.at ?? -1)) count += effect(known, space, reading);
  return count;
}

/** The buckets of a space, each of them from the counts at every moment at which something happens. */
export function bucketsOf(known: Known, space: string, from: number, to: number, every: number) {
  const buckets = [];
  for (let start = from; start < to; start += every) {
    const end = Math.min(start + every, to);
    const inside = known.readings.filter(({ time }) => time >= start && time < end);
    const moments = [...inside.map(({ time }) => time), ...known.calibrations.map(({ at }) => at)];
    const counts = [start, ...moments.filter((time) => time >= start && time < end)].map((time) =>
      countAt(known, space, time),
    );
    buckets.push({
      start,
      entered: inside.filter((reading) => effect(known, space, reading) === 1).length,
      left: inside.filter((reading) => effect(known, space, reading) === -1).length,
      value: countAt(known, space, end - 1),
      min: Math.min(...counts),
      max: Math.max(...counts),
    });
  }
  return buckets;
}
