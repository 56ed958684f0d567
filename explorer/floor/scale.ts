/** One scale of colour for all rooms, so that they can be compared. */
export interface Scale {
  /** The most people that any room has. */
  most: number;
  /** How much of the colour a room has, from 0 to 1. */
  share(people: number): number;
}

/** @param counts of all rooms at all times */
export function scaleOf(counts: Iterable<number>): Scale {
  let most = 1;
  for (const count of counts) most = Math.max(most, count);
  return { most, share: (people) => Math.min(Math.max(people / most, 0), 1) };
}
