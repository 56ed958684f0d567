import type { Position } from '../streams/position.ts';

/** How long edits are waited for that come in another order than they were made, in milliseconds. */
export const patienceMs = 2_000;

/**
 * The time up to which edits have come, as far as one who reads the partitions side by side can know. The slowest
 * partition counts, because in the history one may be read long before another; but one that has shown nothing for
 * `patienceMs`, while others went on, has nothing to show. An edit that claims to be of the future counts as made
 * when it was appended, or it would close every bucket at once.
 */
export class Watermark {
  readonly #partitions = new Map<number, { at: number; time: number }>();
  #firstAt: number | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;

  see(partition: number, at: number, time: number): void {
    this.#firstAt ??= at;
    this.#lastAt = Math.max(this.#lastAt, at);
    const seen = this.#partitions.get(partition);
    this.#partitions.set(partition, { at, time: Math.max(seen?.time ?? 0, Math.min(time, at)) });
  }

  /** The time of the newest edit of all partitions, in milliseconds since 1970; below 0 when there is none. */
  get newest(): number {
    return Math.max(-1, ...[...this.#partitions.values()].map(({ time }) => time));
  }

  /** Milliseconds since 1970; undefined while nobody can tell. @param position where the reader stands */
  reached(position: Position): number | undefined {
    if (this.#firstAt === undefined) return undefined;
    const settled = this.#lastAt >= this.#firstAt + patienceMs;
    if (!settled && this.#partitions.size < position.length) return undefined;
    const waitedFor = [...this.#partitions.values()].filter(({ at }) => at >= this.#lastAt - patienceMs);
    return Math.min(...waitedFor.map(({ time }) => time)) - patienceMs;
  }
}
