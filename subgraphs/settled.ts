import type { Context } from './context.ts';

/** About what requests have asked so far. */
const asked = new WeakMap<object, 'past' | 'present'>();

/**
 * To be called by every resolver whose answer ends at a time, or depends on the present.
 * @param end absent: the present
 */
export function endsAt({ request }: Context, end: Date | null | undefined): void {
  if (!request) return;
  const isOver = end != null && end.getTime() < Date.now();
  if (!isOver) asked.set(request, 'present');
  else if (!asked.has(request)) asked.set(request, 'past');
}

/**
 * Whether the answer to a request changes only when something is recorded late: it has asked about times that are over,
 * and about no others.
 */
export function isSettled(request: object): boolean {
  return asked.get(request) === 'past';
}

/** How a settled answer may be kept: by who has asked, who then asks every time whether it still holds. */
export const settledCacheControl = 'private, no-cache';
