import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '../streams/position.ts';
import type { StreamEvent } from '../streams/seam.ts';
import type { WikiActivity } from './types.ts';
import { patienceMs, Watermark } from './watermark.ts';

/** What a live window needs to know of a message. */
export interface Seen {
  /** When the edit was made, in milliseconds since 1970. */
  time: number;
  partition: number;
  /** Whether the filter of the window takes it. */
  counts: boolean;
}

export interface WindowOptions {
  /** Length of a bucket, in milliseconds. Buckets begin at multiples of it since 1970. */
  every: number;
  /** The buckets before this time have been told; undefined: none has. */
  mark: number | undefined;
  until: number | undefined;
  /** The buckets of a span, counting what stands before the position; waits until the table has reached it. */
  count(position: Position, from: number, to: number, signal: AbortSignal): Promise<WikiActivity[]>;
  encode(position: Position, mark: number | undefined): string;
  now(): number;
}

interface WindowEvent {
  activity: WikiActivity;
  correction: boolean;
  readonly cursor: string;
  at: Date;
}

/** What a window reads from: a subscription that gives every edit. */
export interface EditSource extends AsyncIterator<StreamEvent<Seen>, undefined> {
  readonly startPosition: Position;
}

/** Where the clock leaps over more buckets than this, those without an edit on the way are passed over. */
const longestLeap = 1_000;

/**
 * Counts per bucket, live. A bucket is told when it closes: when the watermark has passed its end, or, where nothing
 * comes, when the clock has. It is told again, as a correction, when an edit comes late.
 *
 * The state is a position of the stream and a mark, the time before which buckets are closed; both are in the cursor.
 * No count is kept here: every one is asked of the table, as the count of what stands before the position. So whoever
 * resumes after a cursor, on whichever replica, closes the buckets from the mark on, corrects those before it, and
 * says about them what everybody else says.
 */
export class LiveWindow implements AsyncIterableIterator<WindowEvent, undefined> {
  readonly #source: EditSource;
  readonly #options: WindowOptions;
  readonly #watermark = new Watermark();
  readonly #ended = new AbortController();
  /** Buckets not yet closed that have seen an edit, by their begin. */
  readonly #touched = new Set<number>();
  #mark: number | undefined;
  #position: Position;
  #queue: WindowEvent[] = [];
  #pending: Promise<IteratorResult<StreamEvent<Seen>, undefined>> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #complete = false;

  constructor(source: EditSource, options: WindowOptions) {
    this.#source = source;
    this.#options = options;
    this.#mark = options.mark;
    this.#position = source.startPosition;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<WindowEvent, undefined>> {
    const result = this.#turn.then(() => this.#serve());
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Ends at once, whatever is awaited. */
  async return(): Promise<IteratorResult<WindowEvent, undefined>> {
    this.#ended.abort();
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<WindowEvent, undefined>> {
    await this.return();
    throw error;
  }

  async #serve(): Promise<IteratorResult<WindowEvent, undefined>> {
    try {
      while (this.#queue.length === 0 && !this.#complete && !this.#ended.signal.aborted) await this.#step();
    } catch (error) {
      if (!this.#ended.signal.aborted) {
        await this.return();
        throw error;
      }
    }
    const value = this.#ended.signal.aborted ? undefined : this.#queue.shift();
    return value ? { done: false, value } : { done: true, value: undefined };
  }

  /** Takes the next edit, or the silence where there is none, and queues what follows from it. */
  async #step(): Promise<void> {
    this.#pending ??= this.#source.next();
    const found = await this.#unlessQuiet(this.#pending);
    if (found === 'quiet') {
      const now = this.#options.now();
      // Up to the newest edit every bucket; from there on the clock may leap.
      await this.#close(Math.min(this.#watermark.newest, now - patienceMs), new Date(now));
      return this.#close(now - patienceMs, new Date(now));
    }
    this.#pending = undefined;
    if (found.done) return this.#finish();
    const { value: seen, position, at } = found.value;
    this.#position = position;
    await this.#take(seen, at);
    const reached = this.#watermark.reached(position);
    if (reached !== undefined) await this.#close(reached, at);
  }

  async #take({ time, partition, counts }: Seen, at: Date): Promise<void> {
    const bucket = this.#floor(time);
    this.#watermark.see(partition, at.getTime(), time);
    if (!counts) this.#mark ??= this.#floor(Math.min(time, at.getTime()));
    else if (this.#mark === undefined) {
      this.#mark = Math.min(bucket, this.#floor(at.getTime()));
      this.#touched.add(bucket);
    } else if (bucket >= this.#mark) this.#touched.add(bucket);
    else {
      const [activity] = await this.#count(bucket, bucket + this.#options.every);
      this.#tell(activity!, true, this.#mark, at);
    }
  }

  async #finish(): Promise<void> {
    const { until, now } = this.#options;
    if (until !== undefined && this.#mark !== undefined && !this.#ended.signal.aborted)
      await this.#close(until, new Date(Math.min(until, now())));
    this.#complete = true;
  }

  /** Closes the buckets that end at a time or before it. */
  async #close(time: number, at: Date): Promise<void> {
    const { every } = this.#options;
    const end = this.#floor(time);
    if (end < 0) return; // no edit has been seen
    this.#mark ??= end; // whoever has seen nothing begins with the present bucket
    const begin = this.#mark;
    if (end <= begin) return;
    for (const activity of await this.#closing(begin, end)) {
      const start = activity.start.getTime();
      this.#touched.delete(start);
      this.#tell(activity, false, start + every, at);
    }
    this.#mark = end;
    // The last event says that all are closed, also those that were passed over.
    const last = this.#queue.at(-1);
    if (last) this.#queue[this.#queue.length - 1] = this.#event(last.activity, last.correction, end, at);
  }

  async #closing(begin: number, end: number): Promise<WikiActivity[]> {
    const { every } = this.#options;
    if (end - begin <= longestLeap * every) return this.#count(begin, end);
    const buckets: WikiActivity[] = [];
    for (const bucket of [...new Set([begin, ...this.#touched])].filter((start) => start < end).sort((a, b) => a - b))
      buckets.push(...(await this.#count(bucket, bucket + every)));
    return buckets;
  }

  #count(from: number, to: number): Promise<WikiActivity[]> {
    return this.#options.count(this.#position, from, to, this.#ended.signal);
  }

  #tell(activity: WikiActivity, correction: boolean, mark: number, at: Date): void {
    this.#queue.push(this.#event(activity, correction, mark, at));
  }

  #event(activity: WikiActivity, correction: boolean, mark: number, at: Date): WindowEvent {
    const { encode } = this.#options;
    const position = this.#position;
    return {
      activity,
      correction,
      at,
      get cursor() {
        return encode(position, mark);
      },
    };
  }

  #floor(time: number): number {
    return Math.floor(time / this.#options.every) * this.#options.every;
  }

  /** What has come, or 'quiet' when nothing comes for a while and a bucket has ended by the clock. */
  async #unlessQuiet<T>(coming: Promise<T>): Promise<T | 'quiet'> {
    const done = new AbortController();
    const { every, now } = this.#options;
    const next = (this.#mark ?? this.#floor(now())) + every;
    const patience = Math.max(patienceMs, next + patienceMs - now());
    const signal = AbortSignal.any([done.signal, this.#ended.signal]);
    // Longer delays than a timer takes end early, and begin again.
    const silence = delay(Math.min(patience, 2 ** 31 - 1), 'quiet' as const, { signal }).catch(() => 'quiet' as const);
    try {
      return await Promise.race([coming, silence]);
    } finally {
      done.abort();
    }
  }
}
