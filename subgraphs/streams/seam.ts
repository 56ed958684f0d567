import { setImmediate } from 'node:timers/promises';
import { TributaryError } from '../../platform/errors.ts';
import type { LoggedMessage } from '../../platform/messageLog.ts';
import type { StreamReads } from '../../platform/metrics.ts';
import { longestTimerMs } from '../../platform/timer.ts';
import { traceHeader } from '../../platform/trace.ts';
import type { Pages } from './pages.ts';
import type { Position } from './position.ts';
import type { Ring } from './ring.ts';

/** One event of a subscription. */
export interface StreamEvent<T> {
  readonly value: T;
  /** The place after the event. */
  readonly position: Position;
  /** Resuming after it gives exactly the events that come after this one. */
  readonly cursor: string;
  /** When the message entered the log. */
  readonly at: Date;
  /** The trace that the message is part of, if any. */
  readonly traceparent?: string | undefined;
}

/** What others who make events of their own need of a subscription. */
export interface EventSource<T> extends AsyncIterator<StreamEvent<T>, undefined> {
  readonly startPosition: Position;
  /** The place after all that has been looked at, whether it belongs to the subscription or not. */
  readonly position: Position;
  /** Since when there has been nothing to read; undefined while there is, or may be. */
  readonly quietSince: number | undefined;
}

/** What a subscription reads from; all times are in milliseconds since 1970. */
export interface Sources {
  ring: Ring;
  pages: Pages;
  /** Counts what is read where. */
  reads: StreamReads;
  /** The offset up to which each partition is in the log; it may be a little old. */
  archivedEnd(): Promise<Position>;
  /** Where the first message appended at or after a time is, or will be. */
  positionAt(time: number): Promise<Position>;
  /** The position, with every partition moved up to the oldest message that is still kept. */
  kept(position: Position): Promise<Position>;
  encode(position: Position): string;
  now(): number;
  /** Calls `wake` after so many milliseconds. @returns a function that calls it off. */
  timer(delay: number, wake: () => void): () => void;
}

export interface Reading<T> {
  from: Position;
  /** Ends the subscription before the first message that was appended at or after this time. */
  until?: number | undefined;
  /** The event of a message; undefined: the message does not belong to the subscription. */
  select(message: LoggedMessage): T | undefined;
  /** Awaited before an event is delivered, for its final value; the signal tells that nobody waits any more. */
  ready?: ((value: T, message: LoggedMessage, ended: AbortSignal) => Promise<T>) | undefined;
  /** Called once, when the subscription has ended for whatever reason. */
  onEnd(): void;
}

/** Messages looked at before others get their turn: without it, a long stretch would hold up the whole process. */
const slice = 256;
/** How long to wait before asking again whether the archive has come nearer, in milliseconds. */
const archivePause = { least: 50, most: 1_000 };

interface Ask<T> {
  resolve(result: IteratorResult<StreamEvent<T>, undefined>): void;
  reject(error: unknown): void;
}

/**
 * One subscription: a position that moves through the log and the ring. It is an iterator object and not an async
 * generator, because `return()` of a generator waits for the next event, which may never come.
 */
export class Subscription<T> implements AsyncIterableIterator<StreamEvent<T>, undefined>, EventSource<T> {
  readonly #sources: Sources;
  readonly #reading: Reading<T>;
  readonly #position: number[];
  readonly #stopped = new AbortController();
  readonly #asks: Ask<T>[] = [];
  /** Where each partition ends, once the time of `until` has come. */
  #bound: Position | undefined;
  #filling: Promise<boolean> | undefined;
  #pause = 0;
  #sinceTurn = 0;
  #quietSince: number | undefined;
  #wake: (() => void) | undefined;
  /** Where the subscription started, and the cursor of that place. */
  readonly startPosition: Position;
  readonly startCursor: string;

  constructor(sources: Sources, reading: Reading<T>) {
    this.#sources = sources;
    this.#reading = reading;
    this.#position = [...reading.from];
    this.startPosition = reading.from;
    this.startCursor = sources.encode(reading.from);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get position(): Position {
    return this.#position;
  }

  /**
   * Since when there has been nothing to read, because the end of the ring is reached; undefined while there is, and
   * while the log or the archive is waited for.
   */
  get quietSince(): number | undefined {
    return this.#quietSince;
  }

  next(): Promise<IteratorResult<StreamEvent<T>, undefined>> {
    if (this.#stopped.signal.aborted) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#asks.push({ resolve, reject });
      if (this.#asks.length === 1) void this.#serve();
    });
  }

  /** Ends at once, also while an event is awaited. */
  return(): Promise<IteratorResult<StreamEvent<T>, undefined>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<StreamEvent<T>, undefined>> {
    this.#end();
    return Promise.reject(error);
  }

  #end(): void {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    this.#sources.pages.drop();
    this.#wake?.();
    for (const ask of this.#asks.splice(0)) ask.resolve({ done: true, value: undefined });
    this.#reading.onEnd();
  }

  async #serve(): Promise<void> {
    while (this.#asks.length > 0) {
      try {
        const event = await this.#pull();
        if (event) this.#asks.shift()?.resolve({ done: false, value: event });
        else this.#end();
      } catch (error) {
        this.#asks.shift()?.reject(error);
        this.#end();
      }
    }
  }

  /** The next event; undefined at the end. */
  async #pull(): Promise<StreamEvent<T> | undefined> {
    const { ring, now, positionAt } = this.#sources;
    const { until, select, ready } = this.#reading;
    for (;;) {
      if (this.#sinceTurn >= slice) await this.#giveTurn();
      if (this.#stopped.signal.aborted) return undefined;
      if (ring.failure) throw ring.failure;
      if (until !== undefined && !this.#bound && now() >= until) {
        this.#quietSince = undefined;
        this.#bound = await positionAt(until);
      }
      const found = this.#look();
      this.#quietSince = found === 'nothing' ? (this.#quietSince ?? now()) : undefined;
      if (found === 'complete') return undefined;
      if (found === 'moved') continue;
      if (found === 'unread') await this.#catchUp();
      else if (found === 'nothing')
        await this.#rest(until === undefined || this.#bound ? undefined : until - now(), true);
      // The broker's clock is ahead of ours, and it is the one that counts.
      else if (until !== undefined && !this.#bound && found.at >= until) this.#bound = await positionAt(until);
      else {
        this.#sources.reads[ring.covers(found.partition, found.offset) ? 'ring' : 'log']++;
        this.#position[found.partition] = found.offset + 1;
        this.#sinceTurn++;
        const value = select(found);
        if (value === undefined) continue;
        const position = [...this.#position];
        const settled = ready ? await ready(value, found, this.#stopped.signal) : value;
        return new Delivered(settled, found, position, this.#sources.encode);
      }
    }
  }

  /**
   * The message that comes next: the first that arrived when every partition is in the ring, the first that was
   * appended when some are behind it. `unread`: it depends on messages not read yet; `moved`: look again.
   */
  #look(): LoggedMessage | 'complete' | 'moved' | 'unread' | 'nothing' {
    const { ring, pages } = this.#sources;
    const position = this.#position;
    const bound = this.#bound;
    while (position.length < Math.max(ring.partitions, bound?.length ?? 0)) position.push(0);
    let live = true;
    let done = bound !== undefined;
    for (let partition = 0; partition < position.length; partition++) {
      if (this.#isDone(partition)) continue;
      done = false;
      if (!ring.covers(partition, position[partition]!)) live = false;
    }
    if (done) return 'complete';
    if (live && pages.bytes > 0) pages.drop();
    let best: LoggedMessage | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let partition = 0; partition < position.length; partition++) {
      if (this.#isDone(partition)) continue;
      const offset = position[partition]!;
      const covered = ring.covers(partition, offset);
      const arrival = covered ? ring.at(partition, offset) : undefined;
      const message = arrival?.message ?? (covered ? undefined : pages.at(partition, offset));
      const limit = bound?.[partition] ?? Number.POSITIVE_INFINITY;
      if (message && message.offset < limit) {
        const order = live ? arrival!.order : message.at;
        if (order < least) [best, least] = [message, order];
        continue;
      }
      // There is no message from the position up to here.
      const empty = Math.min(limit, message?.offset ?? (covered ? ring.end(partition) : pages.next(partition)));
      if (empty > offset) {
        position[partition] = empty;
        return 'moved';
      }
      if (!covered) return 'unread';
    }
    return best ?? 'nothing';
  }

  #isDone(partition: number): boolean {
    return this.#bound !== undefined && this.#position[partition]! >= (this.#bound[partition] ?? 0);
  }

  /** Waits until more of the log has been read, or, where the archive is not so far yet, for a while. */
  async #catchUp(): Promise<void> {
    if (await this.#fill()) this.#pause = 0;
    else {
      this.#pause = Math.min(Math.max(this.#pause * 2, archivePause.least), archivePause.most);
      await this.#rest(this.#pause, false);
    }
  }

  #fill(): Promise<boolean> {
    this.#filling ??= this.#readOn().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  /** Reads on in every partition that is behind the ring and low on messages. @returns whether there was any. */
  async #readOn(): Promise<boolean> {
    const { ring, pages, archivedEnd, kept, encode } = this.#sources;
    const archived = await archivedEnd();
    const wanted = this.#position.flatMap((offset, partition) => {
      if (this.#isDone(partition) || ring.covers(partition, offset) || !pages.isLow(partition)) return [];
      const from = Math.max(offset, pages.next(partition));
      const to = Math.min(archived[partition] ?? 0, ring.start(partition), this.#bound?.[partition] ?? Infinity);
      return from < to ? [{ partition, from, to }] : [];
    });
    if (wanted.length === 0) return false;
    const explain = async ({ partition, from }: { partition: number; from: number }) => {
      const position = await kept(this.#position.with(partition, from));
      if (position[partition]! > from) throw expired(encode(position));
    };
    await pages.load(wanted, explain, this.#stopped.signal);
    return true;
  }

  /** Lets others run, and reads ahead meanwhile. */
  async #giveTurn(): Promise<void> {
    if (this.#sources.pages.bytes > 0) this.#fill().catch(() => {});
    await setImmediate();
    this.#sinceTurn = 0;
  }

  /** Waits for the next append to the ring, for some time, or for the end of the subscription. */
  #rest(delay: number | undefined, forRing: boolean): Promise<void> {
    const { ring, timer } = this.#sources;
    if (this.#stopped.signal.aborted) return Promise.resolve();
    this.#sinceTurn = 0;
    return new Promise((resolve) => {
      const wake = () => {
        unwatch?.();
        cancel?.();
        this.#wake = undefined;
        resolve();
      };
      const unwatch = forRing ? ring.watch(wake) : undefined;
      const cancel = delay === undefined ? undefined : timer(Math.min(Math.max(delay, 0), longestTimerMs), wake);
      this.#wake = wake;
    });
  }
}

/** An event whose cursor is made when it is asked for: signing costs more than everything else about an event. */
class Delivered<T> implements StreamEvent<T> {
  readonly #encode: (position: Position) => string;
  readonly at: Date;
  readonly traceparent: string | undefined;
  #cursor: string | undefined;

  constructor(
    readonly value: T,
    { at, headers }: LoggedMessage,
    readonly position: Position,
    encode: (position: Position) => string,
  ) {
    this.at = new Date(at);
    this.traceparent = headers[traceHeader];
    this.#encode = encode;
  }

  get cursor(): string {
    this.#cursor ??= this.#encode(this.position);
    return this.#cursor;
  }
}

/** @param earliest a cursor of the oldest position that still works. */
export function expired(earliest: string): TributaryError {
  return new TributaryError(
    'CURSOR_EXPIRED',
    'The position lies before the oldest message still kept. Start from the cursor `earliest`, and take it that what lay between is lost.',
    { earliest },
  );
}
