/** How long rows of all partitions are gathered into one insert, in milliseconds. */
const gatherMs = 50;

/** Many small batches become one insert, which ClickHouse likes much better. */
export class Gathered<Row> {
  readonly #insert: (rows: Row[]) => Promise<void>;
  #rows: Row[] = [];
  #flush: Promise<void> | undefined;

  constructor(insert: (rows: Row[]) => Promise<void>) {
    this.#insert = insert;
  }

  /** Resolves when the rows are stored, and fails when the insert that they went with does. */
  add(rows: Row[]): Promise<void> {
    for (const row of rows) this.#rows.push(row);
    this.#flush ??= new Promise((resolve, reject) => {
      setTimeout(() => {
        const gathered = this.#rows;
        this.#rows = [];
        this.#flush = undefined;
        this.#insert(gathered).then(resolve, reject);
      }, gatherMs);
    });
    return this.#flush;
  }
}
