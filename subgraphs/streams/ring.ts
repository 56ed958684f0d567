import type { TributaryError } from '../../platform/errors.ts';
import { bytesOf, type LoggedMessage } from '../../platform/messageLog.ts';
import { type Position } from './position.ts';

/** A message in the ring. */
export interface Arrival {
  readonly message: LoggedMessage;
  /** Counts up with every message of the topic, in the order in which this process got them. */
  readonly order: number;
  readonly bytes: number;
}

/** What is held of one partition: every message from `start` up to, not including, `end`. */
interface Held {
  start: number;
  end: number;
  arrivals: (Arrival | undefined)[];
  /** Index of the oldest arrival; those before it are evicted and their places empty. */
  oldest: number;
}

/**
 * The newest messages of one topic, bounded in bytes: the oldest are evicted first. Readers hold positions and
 * nothing is kept for any of them, so the ring costs the same whatever their number and speed.
 */
export class Ring {
  readonly #limit: number;
  readonly #partitions: Held[] = [];
  readonly #watchers = new Set<() => void>();
  #bytes = 0;
  #order = 0;
  #failure: TributaryError | undefined;

  /** @param limit most bytes held, by `bytesOf`. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many partitions are known. */
  get partitions(): number {
    return this.#partitions.length;
  }

  /** Why the ring can never go on, if so. */
  get failure(): TributaryError | undefined {
    return this.#failure;
  }

  /** Sets where the ring begins, before anything is appended. Partitions that appear later begin at 0. */
  begin(ends: Position): void {
    for (const [partition, end] of ends.entries()) Object.assign(this.#held(partition), { start: end, end });
  }

  /** Whether everything from the offset on that this process has seen is in the ring. */
  covers(partition: number, offset: number): boolean {
    return offset >= this.start(partition);
  }

  start(partition: number): number {
    return this.#partitions[partition]?.start ?? 0;
  }

  end(partition: number): number {
    return this.#partitions[partition]?.end ?? 0;
  }

  ends(): Position {
    return this.#partitions.map(({ end }) => end);
  }

  /** The first message at or after an offset that the ring covers, if it has arrived. */
  at(partition: number, offset: number): Arrival | undefined {
    const held = this.#partitions[partition];
    const first = held?.arrivals[held.oldest];
    if (!held || !first || offset >= held.end) return undefined;
    const guess = held.oldest + Math.max(0, offset - first.message.offset); // right where offsets have no holes
    const found = held.arrivals[guess];
    if (found && (found.message.offset === offset || guess === held.oldest)) return found;
    return search(held, offset);
  }

  /**
   * Adds what was read from Kafka: messages of one partition in order, and the offset after all that was read.
   * What the ring already has is skipped. Where there is a hole before the messages, older ones are forgotten, so
   * that readers who still need them turn to the log.
   */
  append(partition: number, messages: readonly LoggedMessage[], next: number): void {
    const held = this.#held(partition);
    const first = messages[0]?.offset ?? next;
    if (first > held.end) this.#forget(held, first);
    for (const message of messages) {
      if (message.offset < held.end) continue;
      const bytes = bytesOf(message);
      held.arrivals.push({ message, order: this.#order++, bytes });
      held.end = message.offset + 1;
      this.#bytes += bytes;
      if (this.#bytes > this.#limit) this.#evict();
    }
    held.end = Math.max(held.end, next);
    this.#wake();
  }

  /** Ends the ring: readers get this error. */
  fail(error: TributaryError): void {
    this.#failure ??= error;
    this.#wake();
  }

  /** Calls `wake` once, at the next append or failure. @returns a function that calls it off. */
  watch(wake: () => void): () => void {
    this.#watchers.add(wake);
    return () => this.#watchers.delete(wake);
  }

  #held(partition: number): Held {
    while (this.#partitions.length <= partition) this.#partitions.push({ start: 0, end: 0, arrivals: [], oldest: 0 });
    return this.#partitions[partition]!;
  }

  #forget(held: Held, offset: number): void {
    for (const arrival of held.arrivals) this.#bytes -= arrival?.bytes ?? 0;
    Object.assign(held, { start: offset, end: offset, arrivals: [], oldest: 0 });
  }

  #evict(): void {
    while (this.#bytes > this.#limit) {
      let victim: Held | undefined;
      let least = Number.POSITIVE_INFINITY;
      for (const held of this.#partitions) {
        const { order } = held.arrivals[held.oldest] ?? { order: Number.POSITIVE_INFINITY };
        if (order < least) [victim, least] = [held, order];
      }
      if (!victim) return;
      const { message, bytes } = victim.arrivals[victim.oldest]!;
      victim.arrivals[victim.oldest++] = undefined;
      victim.start = message.offset + 1;
      this.#bytes -= bytes;
      if (victim.oldest > 1024 && victim.oldest * 2 > victim.arrivals.length) {
        victim.arrivals.splice(0, victim.oldest);
        victim.oldest = 0;
      }
    }
  }

  #wake(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const wake of watchers) wake();
  }
}

/** Offsets have holes where a topic is compacted or written in transactions. */
function search({ arrivals, oldest }: Held, offset: number): Arrival | undefined {
  let low = oldest;
  let high = arrivals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (arrivals[middle]!.message.offset < offset) low = middle + 1;
    else high = middle;
  }
  return arrivals[low];
}
