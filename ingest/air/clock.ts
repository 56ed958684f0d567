import { longestTimerMs } from '../../platform/timer.ts';

/** The clock by which feeds are due. Tests have one of their own, of which hours pass in seconds. */
export interface Clock {
  /** In milliseconds since 1970. */
  now(): number;
  /** Calls at a time, or before it when it is far away. @returns what calls it off */
  wake(at: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  wake(at, call) {
    const timer = setTimeout(call, Math.min(longestTimerMs, at - Date.now()));
    return () => clearTimeout(timer);
  },
};
