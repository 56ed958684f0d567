import { setTimeout as delay } from 'node:timers/promises';

const shortestMs = 1_000;
const longestMs = 10_000;

interface Sample {
  time: number;
  count: number;
}

/**
 * How fast counters grow. A counter is read when somebody asks, and at no other time: its rate is over the time since it
 * was read before, 10 seconds at the most. Where nobody has asked in that time it is read twice, a second apart.
 */
export class Rates {
  readonly #samples = new Map<string, Sample[]>();
  readonly #now: () => number;
  readonly #wait: (ms: number) => Promise<unknown>;

  constructor(now = () => performance.now(), wait: (ms: number) => Promise<unknown> = delay) {
    this.#now = now;
    this.#wait = wait;
  }

  /** In counts a second. */
  async of(counter: string, read: () => Promise<number>): Promise<number> {
    const first = await this.#sample(counter, read);
    if (first !== undefined) return first;
    await this.#wait(shortestMs);
    return (await this.#sample(counter, read)) ?? 0;
  }

  /** Reads the counter. @returns its rate, unless nothing is known of a second ago or earlier */
  async #sample(counter: string, read: () => Promise<number>): Promise<number | undefined> {
    const count = await read();
    const time = this.#now();
    const kept = (this.#samples.get(counter) ?? []).filter((sample) => time - sample.time <= longestMs);
    const oldest = kept[0];
    const newest = kept.at(-1);
    if (!newest || time - newest.time >= shortestMs) kept.push({ time, count });
    this.#samples.set(counter, kept);
    if (!oldest || time - oldest.time < shortestMs) return undefined;
    return (Math.max(0, count - oldest.count) * 1_000) / (time - oldest.time);
  }
}
