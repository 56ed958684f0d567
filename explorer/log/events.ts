import type { ExecutionResult } from 'graphql';
import type { Told } from '../follow.ts';

/** An event of a subscription, or what became of its connection. */
export type Row = EventRow | NoteRow;

export interface EventRow {
  type: 'event';
  /** Counts the rows of the log from 1. */
  number: number;
  /** When it came, in milliseconds since 1970. */
  came: number;
  cursor: string | undefined;
  /** The result as JSON: a text holds a fraction of the memory of the object. */
  text: string;
}

export interface NoteRow {
  type: 'connected' | 'lost' | 'ended' | 'paused';
  number: number;
  came: number;
  text: string;
}

/** A log holds the newest of this many rows, and of this many characters. */
export const limits = { rows: 100_000, characters: 64 * 1024 * 1024 };

/** Dropped together, because moving what stays takes time. */
const slack = { rows: 1_000 };

/** What came of one subscription: the newest rows, oldest first. */
export class EventLog {
  readonly rows: Row[] = [];
  /** How many of the oldest rows are no longer held. */
  dropped = 0;
  /** Grows with every change, so that readers can tell. */
  version = 0;
  /** The newest result. */
  last: ExecutionResult | undefined;
  #characters = 0;
  readonly #listeners = new Set<() => void>();
  #isTold = true;

  told(told: Told): void {
    if (told.type === 'event') {
      this.last = told.result;
      this.#push({ ...this.#next(), type: 'event', cursor: told.cursor, text: JSON.stringify(told.result) });
    } else if (told.type === 'connected')
      this.note('connected', told.after === undefined ? 'Connected.' : `Connected, and going on after ${told.after}`);
    else this.note('lost', `${told.reason} Trying again in ${told.retryMs / 1_000} s.`);
  }

  note(type: NoteRow['type'], text: string): void {
    this.#push({ ...this.#next(), type, text });
  }

  clear(): void {
    this.dropped += this.rows.length;
    this.rows.length = 0;
    this.#characters = 0;
    this.#changed();
  }

  /** @returns what ends it. The listener is called at most once per frame, however many rows come. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  #next() {
    return { number: this.dropped + this.rows.length + 1, came: Date.now() };
  }

  #push(row: Row): void {
    this.rows.push(row);
    this.#characters += row.text.length;
    if (this.rows.length > limits.rows + slack.rows) this.#drop(this.rows.length - limits.rows);
    if (this.#characters > limits.characters) this.#drop(Math.ceil(this.rows.length / 10));
    this.#changed();
  }

  #drop(count: number): void {
    for (const { text } of this.rows.splice(0, count)) this.#characters -= text.length;
    this.dropped += count;
  }

  #changed(): void {
    this.version += 1;
    if (!this.#isTold) return;
    this.#isTold = false;
    requestAnimationFrame(() => {
      this.#isTold = true;
      for (const listener of this.#listeners) listener();
    });
  }
}
