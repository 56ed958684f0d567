/** A message by where it stands, and when it was appended, in milliseconds since 1970. */
export interface Place {
  partition: number;
  offset: number;
  time: number;
}

/**
 * The first of what stands in several partitions: each in its own order, and merged by time of append; at the same
 * millisecond the lower partition first.
 */
export function mergedByTime(partitions: Place[][], count: number): Place[] {
  const next = partitions.map(() => 0);
  const merged: Place[] = [];
  while (merged.length < count) {
    let first: Place | undefined;
    for (const [at, places] of partitions.entries()) {
      const place = places[next[at]!];
      if (place && (first === undefined || place.time < first.time)) first = place;
    }
    if (!first) break;
    next[partitions.findIndex((places, at) => places[next[at]!] === first)]!++;
    merged.push(first);
  }
  return merged;
}
