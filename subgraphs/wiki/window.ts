import { setImmediate } from 'node:timers/promises';
import { Queued } from '../queued.ts';
import type { Position } from '../streams/position.ts';
import type { EventSource, StreamEvent } from '../streams/seam.ts';
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

/** Where the clock leaps over more buckets than this, those without an edit on the way are passed over. */
const longestLeap = 1_000;
/** How long and how many buckets wait for more late edits, while edits come without a pause. */
const gathering = { milliseconds: 250, buckets: 100 };
/** As many microtasks pass at most until the source gives an edit that it has at hand. */
const ticksAtHand = 4;

/** What is awaited of the source. */
class Coming {
  isSettled = false;

  constructor(readonly result: Promise<IteratorResult<StreamEvent<Seen>, undefined>>) {
    const settle = () => {
      this.isSettled = true;
    };
    result.then(settle, settle);
  }
}

/**
 * Counts per bucket, live. A bucket is told when it closes: when the watermark has passed its end, or, where nothing
 * comes, when the clock has. It is told again, as a correction, when edits come late: once for all that are at hand.
 *
 * The state is a position of the stream and a mark, the time before which buckets are closed; both are in the cursor.
 * No count is kept here: every one is asked of the table, as the count of what stands before the position. So whoever
 * resumes after a cursor, on whichever replica, closes the buckets from the mark on, corrects those before it, and
 * says about them what everybody else says.
 */
export class LiveWindow extends Queued<WindowEvent> {
  readonly #source: EventSource<Seen>;
  readonly #options: WindowOptions;
  readonly #watermark = new Watermark();
  /** Buckets not yet closed that have seen an edit, by their begin; none further in the future than the longest leap. */
  readonly #touched = new Set<number>();
  /** Closed buckets with edits that have not been told, by their begin; the one with the first such edit comes first. */
  readonly #late = new Map<number, { before: Position; at: Date }>();
  #lateSince = 0;
  #mark: number | undefined;
  #position: Position;
  #coming: Coming | undefined;

  /** @param source gives every edit */
  constructor(source: EventSource<Seen>, options: WindowOptions) {
    super();
    this.#source = source;
    this.#options = options;
    this.#mark = options.mark;
    this.#position = source.startPosition;
  }

  protected release() {
    return this.#source.return?.();
  }

  /** Takes the next edit, or the silence where there is none, and queues what follows from it. */
  protected async step(): Promise<void> {
    this.#coming ??= new Coming(this.#source.next());
    const coming = this.#coming;
    // What is at hand is taken without a timer, which costs more than all else about an edit.
    for (let tick = 0; tick < ticksAtHand && !coming.isSettled; tick++) await undefined;
    if (!coming.isSettled && this.#late.size > 0) {
      await setImmediate(); // the source may only have given others their turn
      if (!coming.isSettled) return this.#correct();
    }
    if (!coming.isSettled && !(await this.#comes(coming.result))) {
      const now = this.#options.now();
      // Up to the newest edit every bucket; from there on the clock may leap.
      await this.#close(Math.min(this.#watermark.newest, now - patienceMs), new Date(now));
      return this.#close(now - patienceMs, new Date(now));
    }
    const found = await coming.result;
    this.#coming = undefined;
    if (found.done) return this.#finish();
    const { value: seen, position, at } = found.value;
    this.#take(seen, at);
    this.#position = position;
    const reached = this.#watermark.reached(position);
    if (reached !== undefined) await this.#close(reached, at);
    const { milliseconds, buckets } = gathering;
    if (this.#late.size >= buckets || (this.#late.size > 0 && this.#options.now() >= this.#lateSince + milliseconds))
      await this.#correct();
  }

  #take({ time, partition, counts }: Seen, at: Date): void {
    const bucket = this.#floor(time);
    const present = this.#floor(at.getTime());
    this.#watermark.see(partition, at.getTime(), time);
    this.#mark ??= Math.min(bucket, present);
    if (!counts) return;
    if (bucket < this.#mark) {
      if (this.#late.size === 0) this.#lateSince = this.#options.now();
      this.#late.set(bucket, { before: this.#late.get(bucket)?.before ?? this.#position, at });
    } else if (bucket <= present + longestLeap * this.#options.every) this.#touched.add(bucket);
  }

  async #finish(): Promise<void> {
    const { until, now } = this.#options;
    if (!this.ended.signal.aborted) await this.#correct();
    if (until !== undefined && this.#mark !== undefined && !this.ended.signal.aborted)
      await this.#close(until, new Date(Math.min(until, now())));
    this.complete = true;
  }

  /** Closes the buckets that end at a time or before it. */
  async #close(time: number, at: Date): Promise<void> {
    const { every } = this.#options;
    const end = this.#floor(time);
    if (end < 0) return; // no edit has been seen
    this.#mark ??= end; // whoever has seen nothing begins with the present bucket
    const begin = this.#mark;
    if (end <= begin) return;
    await this.#correct(); // first, because the cursor of what closes lies after the late edits
    for (const activity of await this.#closing(begin, end)) {
      const start = activity.start.getTime();
      this.#touched.delete(start);
      this.queue.push(this.#event(activity, false, start + every, at));
    }
    this.#mark = end;
    // The last event says that all are closed, also those that were passed over.
    const last = this.queue.at(-1);
    if (last) this.queue[this.queue.length - 1] = this.#event(last.activity, last.correction, end, at);
  }

  #closing(begin: number, end: number): Promise<WikiActivity[]> {
    if (end - begin <= longestLeap * this.#options.every) return this.#count(begin, end);
    return this.#counts([...new Set([begin, ...this.#touched])].filter((start) => start < end));
  }

  /**
   * Tells the buckets that late edits have changed. The cursor of each lies before the first late edit of the next, so
   * whoever resumes there gets all that follow, and those before again when they have changed since.
   */
  async #correct(): Promise<void> {
    if (this.#late.size === 0) return;
    const late = [...this.#late];
    this.#late.clear();
    const activities = await this.#counts(late.map(([bucket]) => bucket));
    const activityOf = new Map(activities.map((activity) => [activity.start.getTime(), activity]));
    for (const [index, [bucket, { at }]] of late.entries()) {
      const position = late[index + 1]?.[1].before ?? this.#position;
      this.queue.push(this.#event(activityOf.get(bucket)!, true, this.#mark!, at, position));
    }
  }

  /** Of some buckets, in order; those side by side are asked for at once. */
  async #counts(buckets: number[]): Promise<WikiActivity[]> {
    const { every } = this.#options;
    const starts = buckets.sort((a, b) => a - b);
    const activities: WikiActivity[] = [];
    for (let first = 0, next = 1; first < starts.length; first = next++) {
      while (starts[next] === starts[next - 1]! + every) next++;
      activities.push(...(await this.#count(starts[first]!, starts[next - 1]! + every)));
    }
    return activities;
  }

  #count(from: number, to: number): Promise<WikiActivity[]> {
    return this.#options.count(this.#position, from, to, this.ended.signal);
  }

  #event(activity: WikiActivity, correction: boolean, mark: number, at: Date, position = this.#position): WindowEvent {
    const { encode } = this.#options;
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

  /** Waits. @returns false when there has been nothing to read for a while, and a bucket has ended by the clock */
  #comes(coming: Promise<unknown>): Promise<boolean> {
    const { every, now } = this.#options;
    const end = (this.#mark ?? this.#floor(now())) + every;
    return this.comesInTime(coming, () => Math.max(this.#source.quietSince ?? now(), end) + patienceMs - now());
  }
}
