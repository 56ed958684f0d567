/**
 * A place in a stream: for each partition, indexed by its number, the offset of the next message. A partition that
 * is not listed stands at 0, because everything in it was appended after the position was taken.
 *
 * Offsets are JavaScript numbers: they are exact up to 2^53, which a partition that takes a million messages a
 * second reaches after 285 years.
 */
export type Position = readonly number[];

/** A message as Kafka and the log hold it. */
export interface LoggedMessage {
  partition: number;
  offset: number;
  /** When the broker appended it, in milliseconds since 1970. */
  at: number;
  key: string | null;
  headers: Record<string, string>;
  value: string | null;
}

/** About how much memory a message takes, in bytes; never less, since a JavaScript character takes at most two. */
export function bytesOf({ key, headers, value }: LoggedMessage): number {
  let characters = (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) characters += 32 + name.length + headers[name]!.length;
  return 256 + 2 * characters;
}
