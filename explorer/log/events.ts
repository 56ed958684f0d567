import type { ExecutionResult } from 'graphql';
import { lostInWords, type Told } from '../follow.ts';
import { Newest } from '../ui/newest.ts';
import { PacedObservable } from '../ui/observable.ts';

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

const slack = { items: 1_000, weight: 1024 * 1024 };

/** The shortest time between two times that readers are told, in milliseconds: nobody reads quicker. */
const tellEveryMs = 100;

/** What came of one subscription: the newest rows, oldest first. */
export class EventLog extends PacedObservable {
  /** Tells logs apart. */
  readonly id = nextId++;
  readonly #held = new Newest<Row>(charactersOf, { items: limits.rows, weight: limits.characters }, slack);
  /** How many of the rows that are no longer held were cleared away on purpose. */
  cleared = 0;
  /** How many events came. */
  events = 0;
  /** The newest result. */
  last: ExecutionResult | undefined;
  /** The place of the subscription: the cursor of the newest event, or the one that it has gone on after since. */
  cursor: string | undefined;
  /** What became of the connection last. */
  lastNote: NoteRow | undefined;

  constructor() {
    super(tellEveryMs);
  }

  get rows(): readonly Row[] {
    return this.#held.items;
  }

  /** How many of the oldest rows are no longer held. */
  get dropped(): number {
    return this.#held.dropped;
  }

  /** How much it holds. */
  get characters(): number {
    return this.#held.weight;
  }

  told(told: Told): void {
    if (told.type === 'event') this.#event(told.result, told.cursor);
    else if (told.type === 'connected') this.#connected(told.after);
    else this.note('lost', lostInWords(told), { retryAt: Date.now() + told.retryMs });
  }

  note(type: NoteRow['type'], text: string, more: Pick<NoteRow, 'cursor' | 'retryAt'> = {}): void {
    this.lastNote = { ...this.#next(), type, text, ...more };
    this.#push(this.lastNote);
  }

  clear(): void {
    this.cleared += this.rows.length;
    this.#held.clear();
    this.changed();
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
    this.#held.push(row);
    this.changed();
  }
}

let nextId = 1;

function earliestOf({ errors = [] }: ExecutionResult): string | undefined {
  return errors.map(({ extensions }) => extensions?.earliest).find((earliest) => typeof earliest === 'string');
}

function charactersOf({ text, cursor = '' }: Row): number {
  return text.length + cursor.length;
}
