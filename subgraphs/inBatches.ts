import { setImmediate } from 'node:timers/promises';
import { Queued } from './queued.ts';
import type { StreamEvent } from './streams/seam.ts';

/** So many events are settled at once. */
const most = 256;

/** What a delivered event tells of the one that was read. */
export interface SettledEvent<T> extends Pick<StreamEvent<unknown>, 'cursor' | 'at' | 'traceparent'> {
  value: T;
}

/**
 * The events of a source, each once its final value is known, or left out when there is none. What has come is settled
 * together: whoever reads history waits for one question per batch, and not for one per event.
 */
export class InBatches<T, Settled> extends Queued<SettledEvent<Settled>> {
  readonly #source: AsyncIterator<StreamEvent<T>, undefined>;
  readonly #settle: (events: StreamEvent<T>[], ended: AbortSignal) => Promise<(Settled | undefined)[]>;
  #next: Promise<IteratorResult<StreamEvent<T>, undefined>> | undefined;

  /** @param settle the final value of each event, in their order; undefined: it does not belong to the stream */
  constructor(
    source: AsyncIterator<StreamEvent<T>, undefined>,
    settle: (events: StreamEvent<T>[], ended: AbortSignal) => Promise<(Settled | undefined)[]>,
  ) {
    super();
    this.#source = source;
    this.#settle = settle;
  }

  protected async step(): Promise<void> {
    const { events, isLast } = await this.#come();
    const values = events.length === 0 ? [] : await this.#settle(events, this.ended.signal);
    for (const [place, value] of values.entries())
      if (value !== undefined) this.queue.push(new Settling(events[place]!, value));
    this.complete = isLast;
  }

  protected release() {
    return this.#source.return?.();
  }

  /** At least one event, unless that was the end, and those that have come as well. */
  async #come(): Promise<{ events: StreamEvent<T>[]; isLast: boolean }> {
    const events: StreamEvent<T>[] = [];
    while (events.length < most) {
      this.#next ??= this.#source.next();
      this.#next.catch(() => {}); // it is told when it is awaited
      const come = await (events.length === 0 ? this.#next : Promise.race([this.#next, setImmediate()]));
      if (!come) break;
      this.#next = undefined;
      if (come.done) return { events, isLast: true };
      events.push(come.value);
    }
    return { events, isLast: false };
  }
}

class Settling<T> implements SettledEvent<T> {
  readonly #event: StreamEvent<unknown>;

  constructor(
    event: StreamEvent<unknown>,
    readonly value: T,
  ) {
    this.#event = event;
  }

  get at(): Date {
    return this.#event.at;
  }

  get traceparent(): string | undefined {
    return this.#event.traceparent;
  }

  /** Made only for who reads it. */
  get cursor(): string {
    return this.#event.cursor;
  }
}
