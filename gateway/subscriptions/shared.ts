import { TributaryError } from '../../platform/errors.ts';

/** Where a subscription starts, as its client says it; neither: now. */
export interface Start {
  after?: unknown;
  since?: unknown;
}

/** A finished result of a subscription. */
export interface Finished {
  /** Resuming after it gives exactly what follows. An error in the place of an event has none. */
  readonly cursor: string | undefined;
  readonly bytes: number;
}

export interface SharedOptions<T> {
  /** Runs the subscription. Rejects when it is refused. */
  open(start: Start): Promise<AsyncIterator<T>>;
  /** Calls back when everything that can be done at once has been done. */
  soon(then: () => void): void;
  /** Called when nobody is left. */
  onEmpty?(): void;
  /** What is kept of a run that several share. */
  most?: { results: number; bytes: number };
}

/** How a run ended: with an error or without, given up, or by going on as another run, at one of its results. */
type Ending<T extends Finished> = { error?: unknown } | 'abandoned' | { run: Run<T>; index: number };

/**
 * All subscribers that ask the same. They are served by _runs_, each one execution of the subscription, and every
 * subscriber is an index into the results of one of them. A run is only pulled when one of its subscribers has read
 * all it has, so the fastest sets the pace. Who falls out of the window of kept results, or starts at another place,
 * has a run for itself. Where two runs come to the same cursor, what follows is the same, and one of them ends.
 */
export class Shared<T extends Finished> {
  readonly options: SharedOptions<T>;
  readonly most: { results: number; bytes: number };
  /** Where the cursors of the kept results are. Of equal ones of a run the last. */
  readonly places = new Map<string, { run: Run<T>; index: number }>();
  /** The run at which who starts now may begin. */
  live: Run<T> | undefined;
  /** How many executions there are. */
  runs = 0;
  #subscribers = 0;

  constructor(options: SharedOptions<T>) {
    this.options = options;
    this.most = options.most ?? { results: 1_000, bytes: 1 << 20 };
  }

  get subscribers(): number {
    return this.#subscribers;
  }

  /**
   * One more subscriber. It must be ended by `return()` or `leave()`, whether its subscription opens or not.
   * @param mayJoin whether it may begin with whatever comes next, when it starts now
   */
  subscribe(start: Start, mayJoin = true): Subscriber<T> {
    const isNow = mayJoin && start.after === undefined && start.since === undefined;
    const run = (isNow && this.live) || new Run(this, start);
    if (isNow) this.live = run;
    this.#subscribers++;
    return new Subscriber(this, run, start);
  }

  left(): void {
    if (--this.#subscribers === 0) this.options.onEmpty?.();
  }
}

/** One execution of the subscription, and its last results. */
class Run<T extends Finished> {
  readonly #shared: Shared<T>;
  readonly opened: Promise<AsyncIterator<T>>;
  readonly subscribers = new Set<Subscriber<T>>();
  readonly #waiting = new Set<() => void>();
  /** Who has not read the first result has no cursor to go on from, so it is kept. */
  #first: T | undefined;
  #kept: T[] = [];
  #bytes = 0;
  #end = 0;
  #pulling = false;
  ending: Ending<T> | undefined;
  /** Of the newest result that has one. */
  lastCursor: string | undefined;

  constructor(shared: Shared<T>, start: Start) {
    this.#shared = shared;
    shared.runs++;
    this.opened = shared.options.open(start);
    this.opened.then(
      () => this.#watchPace(),
      () => {},
    );
  }

  /** Index of the next result. */
  get end(): number {
    return this.#end;
  }

  get #begin(): number {
    return this.#end - this.#kept.length;
  }

  at(index: number): T | undefined {
    return index === 0 ? this.#first : this.#kept[index - this.#begin];
  }

  /** Calls `wake` once, when there is a result or an ending. @returns a function that calls it off. */
  watch(wake: () => void): () => void {
    this.#waiting.add(wake);
    if (!this.#pulling && !this.ending) void this.#pull();
    return () => this.#waiting.delete(wake);
  }

  leave(subscriber: Subscriber<T>): void {
    this.subscribers.delete(subscriber);
    if (this.subscribers.size === 0 && !this.ending) this.#finish('abandoned');
  }

  async #pull(): Promise<void> {
    this.#pulling = true;
    try {
      const source = await this.opened;
      if (this.ending) return;
      const { done, value } = await source.next();
      this.#pulling = false;
      if (this.ending) return; // what came will come to those who went on elsewhere
      if (done) this.#finish({});
      else this.#append(value);
    } catch (error) {
      if (!this.ending) this.#finish({ error });
    }
  }

  #append(result: T): void {
    const index = this.#end++;
    if (index === 0) this.#first = result;
    this.#kept.push(result);
    this.#bytes += result.bytes;
    this.#trim();
    if (result.cursor !== undefined) {
      this.lastCursor = result.cursor;
      this.#meet(result.cursor, index);
    }
    this.#wake();
    this.#watchPace();
  }

  /** A run that is not pulled on falls behind, and then nobody can tell how far. */
  #watchPace(): void {
    if (this.#shared.live !== this || this.#pulling) return;
    this.#shared.options.soon(() => {
      if (!this.#pulling && this.#shared.live === this) this.#shared.live = undefined;
    });
  }

  /** Keeps what the slower ones need, within limits. Who is alone needs nothing that it has read. */
  #trim(): void {
    const { results, bytes } = this.#shared.most;
    const [only] = this.subscribers;
    const needed = this.subscribers.size > 1 ? 0 : (only?.index ?? 0);
    while (this.#kept.length > 1 && (this.#kept.length > results || this.#bytes > bytes || this.#begin < needed)) {
      const { cursor, bytes: freed } = this.#kept.shift()!;
      this.#bytes -= freed;
      this.#forget(cursor);
    }
  }

  /** Where another run has the same cursor, the two become one: the smaller goes on as the larger, if it can. */
  #meet(cursor: string, index: number): void {
    const { places } = this.#shared;
    const place = places.get(cursor);
    if (!place) places.set(cursor, { run: this, index });
    else if (place.run === this) place.index = index;
    else if (place.run.end === place.index + 1 && place.run.subscribers.size < this.subscribers.size) {
      place.run.#finish({ run: this, index: index + 1 });
      places.set(cursor, { run: this, index });
    } else this.#finish({ run: place.run, index: place.index + 1 });
  }

  #forget(cursor: string | undefined): void {
    const { places } = this.#shared;
    if (cursor !== undefined && places.get(cursor)?.run === this) places.delete(cursor);
  }

  #finish(ending: Ending<T>): void {
    this.ending = ending;
    const shared = this.#shared;
    shared.runs--;
    if (shared.live === this) shared.live = typeof ending === 'object' && 'run' in ending ? ending.run : undefined;
    for (const { cursor } of this.#kept) this.#forget(cursor);
    this.opened.then((source) => source.return?.()).catch(() => {}); // nobody is left to be told
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

/** Who began now has nothing to go on from, as long as all it was told are errors. */
const beginningLost =
  'The first events of the subscription failed, and those after them were not read in time. Subscribe again, with `since`.';

/** One subscriber: a place in a run, and the cursor of what it has read last. */
export class Subscriber<T extends Finished> implements AsyncIterableIterator<T, undefined> {
  readonly #shared: Shared<T>;
  readonly #start: Start;
  #run: Run<T>;
  #index: number;
  #last: string | undefined;
  #left = false;
  #unwatch: (() => void) | undefined;
  #wake: (() => void) | undefined;

  constructor(shared: Shared<T>, run: Run<T>, start: Start) {
    this.#shared = shared;
    this.#start = start;
    this.#run = run;
    this.#index = run.end;
    this.#last = run.lastCursor;
    run.subscribers.add(this);
  }

  /** Rejects when the subscription is refused. */
  get opened(): Promise<unknown> {
    return this.#run.opened;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Of its next result, in its run. */
  get index(): number {
    return this.#index;
  }

  /** The next result; undefined: there is none yet, or, once it has ended, none any more. @throws how it ended */
  take(): T | undefined {
    while (!this.#left) {
      const run = this.#run;
      if (this.#index < run.end) {
        const result = run.at(this.#index);
        if (!result) this.#goAlone();
        else {
          this.#index++;
          this.#last = result.cursor ?? this.#last;
          return result;
        }
      } else if (!run.ending) return undefined;
      else this.#follow(run.ending);
    }
    return undefined;
  }

  get ended(): boolean {
    return this.#left;
  }

  /** Calls `wake` once, when `take` may have more to say. */
  wait(wake: () => void): void {
    this.#wake = wake;
    this.#unwatch = this.#run.watch(wake);
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#unwatch?.();
    this.#run.leave(this);
    this.#wake?.();
    this.#shared.left();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const value = this.take();
      if (value) return { done: false, value };
      if (this.#left) return { done: true, value: undefined };
      await new Promise<void>((resolve) => this.wait(resolve));
    }
  }

  /** Ends at once, whatever is awaited. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.leave();
    return { done: true, value: undefined };
  }

  #follow(ending: Ending<T>): void {
    if (ending === 'abandoned') this.#goAlone();
    else if ('run' in ending) this.#move(ending.run, ending.index);
    else {
      this.leave();
      if ('error' in ending) throw ending.error;
    }
  }

  /** Goes on after what it has read last. */
  #goAlone(): void {
    const start = this.#last === undefined ? this.#start : { after: this.#last };
    if (Object.keys(start).length === 0 && this.#index > 0) {
      this.leave();
      throw new TributaryError('STORE_UNAVAILABLE', beginningLost);
    }
    this.#move(new Run(this.#shared, start), 0);
  }

  #move(run: Run<T>, index: number): void {
    const before = this.#run;
    this.#run = run;
    this.#index = index;
    run.subscribers.add(this);
    before.leave(this);
  }
}
