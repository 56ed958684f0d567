/**
 * A place in a stream: for each partition, indexed by its number, the offset of the next message. A partition that
 * is not listed stands at 0, because everything in it was appended after the position was taken.
 *
 * Offsets are JavaScript numbers: they are exact up to 2^53, which a partition that takes a million messages a
 * second reaches after 285 years.
 */
export type Position = readonly number[];
