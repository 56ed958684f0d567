import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from './streams/position.ts';

const pollMs = 10;
const retryMs = 500;

/** How far a consumer group has taken a topic. */
export interface Progress {
  committed(group: string, topic: string): Promise<Position>;
}

/** What a view puts beside each offset, too: a word to whoever waits for it. */
export interface MarkedProgress {
  committedWithMarks(group: string, topic: string): Promise<{ position: Position; marks: string[] }>;
}

/** What a consumer group commits beside each offset, where that is a number. */
export interface MetadataProgress {
  committedMetadata(group: string, topic: string): Promise<Position>;
}

/**
 * Tells when a view has applied a position of its topic, so that every question to its store sees it. A view commits
 * an offset after its store has acknowledged what lies before it. However many wait, one poll at a time asks, and none
 * while nobody waits. A broker that is away is asked again until it is back.
 */
export class AppliedPosition {
  #applied: Position = [];
  #poll: Promise<void> | undefined;

  constructor(
    readonly progress: Progress,
    readonly group: string,
    readonly topic: string,
  ) {}

  /** As `reaches`, of one message. */
  includes({ partition, offset }: { partition: number; offset: number }, signal: AbortSignal): Promise<void> {
    return this.#until(() => (this.#applied[partition] ?? 0) > offset, signal);
  }

  reaches(position: Position, signal: AbortSignal): Promise<void> {
    return this.#until(() => position.every((next, partition) => (this.#applied[partition] ?? 0) >= next), signal);
  }

  async #until(isApplied: () => boolean, signal: AbortSignal): Promise<void> {
    const { promise: given, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp);
    given.catch(() => {});
    try {
      while (!isApplied()) {
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

  async #refresh(): Promise<void> {
    try {
      this.#applied = await this.progress.committed(this.group, this.topic);
      await delay(pollMs);
    } catch {
      await delay(retryMs);
    }
  }
}
