import { TributaryError } from '../platform/errors.ts';
import { durationMs } from './duration.ts';

const mostBuckets = 10_000;

/** From a time on and before another, in milliseconds since 1970; null: unbounded. */
export interface Span {
  from: number | null;
  to: number | null;
}

/** @throws TributaryError BAD_USER_INPUT when it ends before it begins. */
export function span(from: Date | null | undefined, to: Date | null | undefined): Span {
  if (from && to && from > to)
    throw new TributaryError('BAD_USER_INPUT', `from ${from.toISOString()} is after to ${to.toISOString()}.`);
  return { from: from?.getTime() ?? null, to: to?.getTime() ?? null };
}

/** Buckets of one length from a time on and before another, in milliseconds since 1970; the last one may be shorter. */
export interface Buckets {
  from: number;
  to: number;
  every: number;
}

/** @throws TributaryError BAD_USER_INPUT when `every` is no duration, or there are more than 10000 buckets. */
export function buckets(from: Date, to: Date, every: string): Buckets {
  span(from, to);
  const length = durationMs('every', every);
  const count = Math.ceil((to.getTime() - from.getTime()) / length);
  if (count <= mostBuckets) return { from: from.getTime(), to: to.getTime(), every: length };
  throw new TributaryError(
    'BAD_USER_INPUT',
    `From ${from.toISOString()} to ${to.toISOString()} are ${count} buckets of ${every}; ask for at most ${mostBuckets}, with longer buckets or a shorter time.`,
  );
}
