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
  /** What the subscription can go on after; where an error tells the earliest that still works, that one (S25). */
  cursor: string | undefined;
  /** The result as JSON: a text holds a fraction of the memory of the object. */
  text: string;
}

export interface NoteRow {
  type: 'connected' | 'lost' | 'ended' | 'paused';
  number: number;
  came: number;
  text: string;
  /** Of a connection, the cursor that it goes on after. */
  cursor?: string | undefined;
  /** Of a lost one, when it is tried again, in milliseconds since 1970. */
  retryAt?: number;
}

/** A log holds the newest of this many rows, and of this many characters. */
export const limits = { rows: 100_000, characters: 64 * 1024 * 1024 };

/** Dropped together with what is too much, because moving what stays takes time. */
const slack = { rows: 1_000, characters: 1024 * 1024 };

/** The shortest time between two times that readers are told, in milliseconds: nobody reads quicker. */
const tellEveryMs = 100;

/** What came of one subscription: the newest rows, oldest first. */
export class EventLog {
  /** Tells logs apart. */
  readonly id = nextId++;
  readonly rows: Row[] = [];
  /** How many of the oldest rows are no longer held. */
  dropped = 0;
  /** How many of those were cleared away on purpose. */
  cleared = 0;
  /** How many events came. */
  events = 0;
  /** Grows with every change, so that readers can tell. */
  version = 0;
  /** The newest result. */
  last: ExecutionResult | undefined;
  /** The place of the subscription: the cursor of the newest event, or the one that it has gone on after since. */
  cursor: string | undefined;
  /** What became of the connection last. */
  lastNote: NoteRow | undefined;
  /** How much it holds. */
  characters = 0;
  readonly #listeners = new Set<() => void>();
  #isTold = true;
  #toldAt = -tellEveryMs;

  told(told: Told): void {
    if (told.type === 'event') this.#event(told.result, told.cursor);
    else if (told.type === 'connected') this.#connected(told.after);
    else
      this.note('lost', `${told.reason} Trying again in ${told.retryMs / 1_000} s.`, {
        retryAt: Date.now() + told.retryMs,
      });
  }

  note(type: NoteRow['type'], text: string, more: Pick<NoteRow, 'cursor' | 'retryAt'> = {}): void {
    this.lastNote = { ...this.#next(), type, text, ...more };
    this.#push(this.lastNote);
  }

  clear(): void {
    this.cleared += this.rows.length;
    this.dropped += this.rows.length;
    this.rows.length = 0;
    this.characters = 0;
    this.#changed();
  }

  /** The row with a number, while it is held. */
  row(number: number): Row | undefined {
    return this.rows[number - this.dropped - 1];
  }

  /** The event that came before a row, while it is held. */
  eventBefore(number: number): EventRow | undefined {
    for (let before = number - 1; ; before--) {
      const row = this.row(before);
      if (row === undefined || row.type === 'event') return row;
    }
  }

  /**
   * @returns what ends it. The listener is called with the next frame, but at most ten times a second, however many rows
   * come, and where nobody sees the page, once it is seen again.
   */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  #event(result: ExecutionResult, cursor = earliestOf(result)): void {
    this.events += 1;
    this.last = result;
    this.cursor = cursor ?? this.cursor;
    this.#push({ ...this.#next(), type: 'event', cursor, text: JSON.stringify(result) });
  }

  #connected(cursor: string | undefined): void {
    const isFirst = this.lastNote === undefined;
    this.cursor = cursor ?? this.cursor;
    if (cursor !== undefined) this.note('connected', 'Connected, and goes on after this cursor', { cursor });
    else if (isFirst) this.note('connected', 'Connected');
    else this.note('connected', 'Connected, and begins again: no event had come to go on after');
  }

  #next() {
    return { number: this.dropped + this.rows.length + 1, came: Date.now() };
  }

  #push(row: Row): void {
    this.rows.push(row);
    this.characters += charactersOf(row);
    if (this.rows.length > limits.rows + slack.rows || this.characters > limits.characters + slack.characters)
      this.#drop();
    this.#changed();
  }

  /** Down to the limits, but for the newest row, which stays whatever its size. */
  #drop(): void {
    let count = Math.max(this.rows.length - limits.rows, 0);
    for (const row of this.rows.slice(0, count)) this.characters -= charactersOf(row);
    while (this.characters > limits.characters && count < this.rows.length - 1)
      this.characters -= charactersOf(this.rows[count++]!);
    this.rows.splice(0, count);
    this.dropped += count;
  }

  #changed(): void {
    this.version += 1;
    if (!this.#isTold) return;
    this.#isTold = false;
    const tell = () => {
      this.#isTold = true;
      this.#toldAt = performance.now();
      for (const listener of this.#listeners) listener();
    };
    const waitMs = this.#toldAt + tellEveryMs - performance.now();
    if (waitMs > 0) setTimeout(() => requestAnimationFrame(tell), waitMs);
    else requestAnimationFrame(tell);
  }
}

let nextId = 1;

function earliestOf({ errors = [] }: ExecutionResult): string | undefined {
  return errors.map(({ extensions }) => extensions?.earliest).find((earliest) => typeof earliest === 'string');
}

function charactersOf({ text, cursor = '' }: Row): number {
  return text.length + cursor.length;
}
