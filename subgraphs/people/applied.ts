import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '../streams/position.ts';

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
    while (!this.#holds(position)) {
      signal.throwIfAborted();
      this.#poll ??= this.#refresh().finally(() => {
        this.#poll = undefined;
      });
      await this.#poll;
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
