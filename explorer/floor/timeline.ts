/** A stretch of time up to now, and the buckets it is seen in. */
export interface Stretch {
  name: string;
  lengthMs: number;
  /** ISO 8601 duration, and the same in milliseconds. */
  every: string;
  everyMs: number;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const stretches: readonly Stretch[] = [
  { name: 'Last hour', lengthMs: hour, every: 'PT1M', everyMs: minute },
  { name: 'Last 24 hours', lengthMs: day, every: 'PT15M', everyMs: 15 * minute },
  { name: 'Last 7 days', lengthMs: 7 * day, every: 'PT1H', everyMs: hour },
];

/** Buckets that are over, from a time on and before another, in milliseconds since 1970. */
export interface Timeline {
  from: number;
  to: number;
  everyMs: number;
  /** How many buckets it has; this is also the position of now, which comes after the last one. */
  count: number;
}

/** The buckets of a stretch of which the last one is just over. They begin at full minutes or hours, in UTC. */
export function timelineAt({ lengthMs, everyMs }: Stretch, now: number): Timeline {
  const to = Math.floor(now / everyMs) * everyMs;
  return { from: to - lengthMs, to, everyMs, count: lengthMs / everyMs };
}

/**
 * Where a time is on the slider: at the bucket that ends nearest to it.
 * @param time undefined: now
 */
export function positionOf({ from, everyMs, count }: Timeline, time: number | undefined): number {
  if (time === undefined) return count;
  return Math.min(Math.max(Math.round((time - from) / everyMs) - 1, 0), count - 1);
}

/** The end of the bucket at a position; undefined for now, which moves on by itself. */
export function timeAt({ from, everyMs, count }: Timeline, position: number): number | undefined {
  return position >= count ? undefined : from + (position + 1) * everyMs;
}

/** The bucket of a course at a position. What was answered may still be of another stretch. */
export function bucketAt<Bucket extends { start: string }>(
  { from, everyMs }: Timeline,
  position: number,
  course: readonly Bucket[] = [],
): Bucket | undefined {
  const time = from + position * everyMs;
  const first = course[0];
  const bucket = first && course[(time - Date.parse(first.start)) / everyMs];
  return bucket && Date.parse(bucket.start) === time ? bucket : undefined;
}

/** When the next bucket is over, in milliseconds since 1970. */
export function nextOf({ to, everyMs }: Timeline): number {
  return to + everyMs;
}

/** How long a frame stays when the stretch is played: all of it in a while, and at most ten in a second. */
export function frameMs({ count }: Timeline): number {
  return Math.max(100, 12_000 / count);
}

const format = new Intl.DateTimeFormat('en-GB', {
  ...{ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone: 'UTC' },
});

/** A time as a person reads it, such as "Sat 31 Jan, 11:45 UTC". */
export function readableTime(time: number): string {
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  return `${part.weekday} ${part.day} ${part.month}, ${part.hour}:${part.minute} UTC`;
}
