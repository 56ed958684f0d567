/** Least time between the beginnings of two inserts, in milliseconds: each makes a part, and a table wants few. */
const paceMs = 50;

/**
 * Many small batches become one insert, which ClickHouse likes much better: what comes while an insert is under way, or
 * right after one, waits for the next.
 */
export class Gathered<Row> {
  readonly #insert: (rows: Row[]) => Promise<void>;
  #rows: Row[] = [];
  #next: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #begun = Number.NEGATIVE_INFINITY;

  constructor(insert: (rows: Row[]) => Promise<void>) {
    this.#insert = insert;
  }

  /** Resolves when the rows are stored, and fails when the insert that they went with does. */
  add(rows: Row[]): Promise<void> {
    for (const row of rows) this.#rows.push(row);
    this.#next ??= this.#flush();
    return this.#next;
  }

  async #flush(): Promise<void> {
    await this.#last;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, this.#begun + paceMs - performance.now())));
    const rows = this.#rows;
    this.#rows = [];
    this.#next = undefined;
    this.#begun = performance.now();
    const insert = this.#insert(rows);
    this.#last = insert.catch(() => {});
    return insert;
  }
}
