import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from './streams/position.ts';

const pollMs = 10;
const retryMs = 500;

/**
 * Tells when a view has applied a position. However many wait, the view is asked by one poll at a time, and not at
 * all while nobody waits. A store that is away is asked again until it is back.
 */
export class AppliedPosition {
  #applied: Position = [];
  #poll: Promise<void> | undefined;

  constructor(readonly ask: () => Promise<Position>) {}

  async reaches(position: Position, signal: AbortSignal): Promise<void> {
    const { promise: given, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp);
    given.catch(() => {});
    try {
      while (!this.#holds(position)) {
        signal.throwIfAborted();
        this.#poll ??= this.#refresh().finally(() => {
          this.#poll = undefined;
        });
        await Promise.race([this.#poll, given]); // a store that hangs must not hold up who has waited long enough
      }
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  #holds(position: Position): boolean {
    return position.every((next, partition) => (this.#applied[partition] ?? 0) >= next);
  }

  async #refresh(): Promise<void> {
    try {
      this.#applied = await this.ask();
      await delay(pollMs);
    } catch {
      await delay(retryMs);
    }
  }
}
