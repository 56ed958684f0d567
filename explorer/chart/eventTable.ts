import type { EventLog } from '../log/events.ts';
import { flatten } from './lists.ts';
import { type Cell, Table } from './table.ts';

/** The column that says when an event came, for events that hold no time themselves. */
export const received = 'received';

/** The events of a log as a table: each event is read once, and forgotten when the log has dropped it. */
export class EventTable {
  readonly table = new Table();
  /** The number of the last row of the log that was read. */
  #read = 0;
  /** The numbers of the rows that the table holds. */
  #numbers: number[] = [];

  /** Reads what is new. @returns whether there is more, which bounds how long one call takes */
  read(log: EventLog, atMost = 5_000): boolean {
    this.#forget(log.dropped);
    const begin = Math.max(0, this.#read - log.dropped);
    const rows = log.rows.slice(begin, begin + atMost);
    for (const row of rows) {
      this.#read = row.number;
      if (row.type !== 'event') continue;
      this.#numbers.push(row.number);
      const came: [string, Cell] = [received, new Date(row.came).toISOString()];
      this.table.add([...payload(row.text), came]);
    }
    return this.#read < log.dropped + log.rows.length;
  }

  #forget(dropped: number): void {
    const kept = this.#numbers.findIndex((number) => number > dropped);
    const count = kept === -1 ? this.#numbers.length : kept;
    if (count === 0) return;
    this.#numbers.splice(0, count);
    this.table.drop(count);
  }
}

/** What the field of the subscription holds, or the field itself when it has no fields of its own. */
function payload(text: string): [string, Cell][] {
  const { data } = JSON.parse(text) as { data?: Record<string, unknown> | null };
  if (!data) return [];
  const [field] = Object.values(data);
  const isNested = typeof field === 'object' && field !== null && !Array.isArray(field);
  return flatten(isNested ? (field as Record<string, unknown>) : data).cells;
}
