import type { EventLog } from './events.ts';

/** How many rows are looked at between two looks at the clock. */
const stride = 100;

/** Finds the rows of a log that hold a text, in small or capital letters, in their text or their cursor. */
export class Search {
  /** Of the rows that match and are held, ascending. */
  readonly numbers: number[] = [];
  /** How many matches are no longer held. */
  dropped = 0;
  /** The number of the newest row that has been looked at. */
  seen = 0;
  readonly #log: EventLog;
  readonly #pattern: RegExp;

  constructor(log: EventLog, text: string) {
    this.#log = log;
    this.#pattern = new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i');
  }

  /**
   * Looks at rows that have not been looked at.
   * @param forMs after which it stops, so that the page can draw
   * @returns whether it has come to the newest row
   */
  look(forMs: number): boolean {
    const { rows, dropped } = this.#log;
    const forgotten = this.numbers.findIndex((number) => number > dropped);
    this.dropped += this.numbers.splice(0, forgotten === -1 ? this.numbers.length : forgotten).length;
    const newest = dropped + rows.length;
    const until = performance.now() + forMs;
    this.seen = Math.max(this.seen, dropped);
    while (this.seen < newest && performance.now() < until) {
      const end = Math.min(this.seen + stride, newest);
      while (this.seen < end) {
        this.seen += 1;
        const { text, cursor } = rows[this.seen - dropped - 1]!;
        if (this.#pattern.test(text) || (cursor !== undefined && this.#pattern.test(cursor)))
          this.numbers.push(this.seen);
      }
    }
    return this.seen === newest;
  }
}
