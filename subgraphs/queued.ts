import { longestTimerMs } from '../platform/timer.ts';

/**
 * An event stream that is made in steps, each of which may queue some events. It is an iterator object and not an async
 * generator, because `return()` of a generator waits for the next event, which may never come.
 */
export abstract class Queued<Event> implements AsyncIterableIterator<Event, undefined> {
  /** What has been made and not been taken. */
  protected readonly queue: Event[] = [];
  /** Given when nobody waits any more. */
  protected readonly ended = new AbortController();
  /** Set by the last step. */
  protected complete = false;
  #turn: Promise<unknown> = Promise.resolve();

  /** Waits for what comes next, and queues what follows from it, if anything. */
  protected abstract step(): Promise<void>;
  /** Ends what the steps read from. */
  protected abstract release(): Promise<unknown> | undefined;

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Event, undefined>> {
    const result = this.#turn.then(() => this.#serve());
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Ends at once, whatever is awaited. */
  async return(): Promise<IteratorResult<Event, undefined>> {
    this.ended.abort();
    await this.release();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<Event, undefined>> {
    await this.return();
    throw error;
  }

  /**
   * Waits for what comes.
   * @param left how many milliseconds at most; asked again when they have passed
   * @returns false when it has not come in time, or nobody waits any more
   */
  protected async comesInTime(coming: Promise<unknown>, left: () => number): Promise<boolean> {
    for (;;) {
      const wait = left();
      if (wait <= 0 || this.ended.signal.aborted) return false;
      const { promise: passed, resolve } = Promise.withResolvers<boolean>();
      const timer = wait < Number.POSITIVE_INFINITY && setTimeout(resolve, Math.min(wait, longestTimerMs), false);
      try {
        if (await Promise.race([coming.then(() => true), passed])) return true;
      } finally {
        if (timer) clearTimeout(timer);
      }
    }
  }

  async #serve(): Promise<IteratorResult<Event, undefined>> {
    try {
      while (this.queue.length === 0 && !this.complete && !this.ended.signal.aborted) await this.step();
    } catch (error) {
      if (!this.ended.signal.aborted) {
        await this.return();
        throw error;
      }
    }
    const value = this.ended.signal.aborted ? undefined : this.queue.shift();
    return value ? { done: false, value } : { done: true, value: undefined };
  }
}
