import { endOfTime } from '../../schema/moment.ts';
import type { Doorway, Mount } from '../../schema/occupancy/topology.ts';

/*
 * To which spaces a reading belongs: where its DPU hung at the reading's own time, as it is known now. Nothing of it is
 * stored. A move that is recorded afterwards is one more mount, and the next question sees it; and what was known at an
 * earlier position of the topic gives the counts of then.
 */

/** What is there of the topology around the DPUs that are asked about: of each of them, every mount. */
export interface Topology {
  dpus: Set<string>;
  doorways: Map<string, Doorway>;
  mounts: Mount[];
}

/** Readings of a DPU in [from, to), ms since 1970, count for a space: as they are, or the other way round. */
export interface Interval {
  dpu: string;
  from: number;
  to: number;
  sign: 1 | -1;
}

/**
 * Where DPUs hang, by DPU and time: each mount ends where the next one of its DPU begins. Those of a DPU or over a
 * doorway that is not there do not hold, though they too end the one before.
 */
export function holding({ dpus, doorways, mounts }: Topology): Mount[] {
  const inOrder = mounts.toSorted((a, b) => (a.dpu === b.dpu ? a.from - b.from : a.dpu < b.dpu ? -1 : 1));
  return inOrder
    .map((mount, at) => {
      const next = inOrder[at + 1];
      if (next?.dpu !== mount.dpu) return mount;
      return { ...mount, to: Math.min(mount.to ?? endOfTime, next.from) };
    })
    .filter(({ dpu, doorway }) => dpus.has(dpu) && doorways.has(doorway));
}

/** Whoever enters a doorway is in its ingress space, and no longer in its egress space. */
export function intervalsOf(space: string, topology: Topology): Interval[] {
  return holding(topology).flatMap(({ dpu, doorway, from, to }): Interval[] => {
    const { ingress, egress } = topology.doorways.get(doorway)!;
    if (space !== ingress && space !== egress) return [];
    return [{ dpu, from, to: to ?? endOfTime, sign: space === ingress ? 1 : -1 }];
  });
}

/** What of the intervals lies in [from, to). */
export function within(intervals: Interval[], from: number, to: number): Interval[] {
  return intervals
    .map((interval) => ({ ...interval, from: Math.max(interval.from, from), to: Math.min(interval.to, to) }))
    .filter((interval) => interval.from < interval.to);
}

/** Whether a space has no doorway that counts into it, so that it is known from its neighbours alone. */
export function isInferred(space: string, doorways: Iterable<Doorway>): boolean {
  for (const { ingress } of doorways) if (ingress === space) return false;
  return true;
}
