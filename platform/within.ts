import { setTimeout as delay } from 'node:timers/promises';

/** @throws Error when the work takes longer. */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const inTime = new AbortController();
  const late = delay(ms, undefined, { ref: false, signal: inTime.signal }).then(() => {
    throw new Error(`no answer within ${ms / 1000} s`);
  });
  late.catch(() => {}); // what has been in time ends it
  return Promise.race([work, late]).finally(() => inTime.abort());
}
