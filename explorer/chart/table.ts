export type Cell = string | number | boolean | null;

/** A row before it stands in a table: the path of each column, such as `count.value`, and what it holds. */
export type Cells = Iterable<readonly [path: string, cell: Cell]>;

/** What a column holds: `time` is a DateTime or a Date of the graph; nothing at all is `empty`. */
export type Kind = 'time' | 'number' | 'category' | 'empty';

export interface Column {
  path: string;
  kind: Kind;
  /** As many as the table has rows; null where a row has nothing. */
  values: readonly Cell[];
}

/** JSON of outside may have a field for every id. */
const mostColumns = 200;

/** Rows of objects that may differ in their fields, kept by column: a row takes the least memory, and a column is at hand. */
export class Table {
  readonly #columns = new Map<string, Cell[]>();
  length = 0;

  add(cells: Cells): void {
    for (const [path, cell] of cells) {
      const values = this.#columns.get(path) ?? this.#begin(path);
      if (values && values.length === this.length) values.push(cell); // a path that comes twice keeps its first value
    }
    this.length += 1;
    for (const values of this.#columns.values()) if (values.length < this.length) values.push(null);
  }

  /** Forgets the oldest rows. */
  drop(count: number): void {
    for (const values of this.#columns.values()) values.splice(0, count);
    this.length = Math.max(0, this.length - count);
  }

  columns(): Column[] {
    return [...this.#columns].map(([path, values]) => ({ path, kind: kindOf(values), values }));
  }

  #begin(path: string): Cell[] | undefined {
    if (this.#columns.size === mostColumns) return undefined;
    const values = new Array<Cell>(this.length).fill(null);
    this.#columns.set(path, values);
    return values;
  }
}

/** A text that looks like a number stays a text: it is an id, or else the graph would have given a number. */
function kindOf(values: readonly Cell[]): Kind {
  let kind: Kind = 'empty';
  for (const value of values) {
    if (value === null) continue;
    const own = typeof value === 'number' ? 'number' : timeOf(value) === undefined ? 'category' : 'time';
    if (own === 'category' || (kind !== 'empty' && kind !== own)) return 'category';
    kind = own;
  }
  return kind;
}

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const date = /^(\d{4})-(\d\d)-(\d\d)$/;

/** In milliseconds since 1970; undefined when it is no time. A Date has no zone, so it begins where the viewer's day does. */
export function timeOf(cell: Cell | undefined): number | undefined {
  if (typeof cell !== 'string') return undefined;
  const day = date.exec(cell);
  const time = day
    ? new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3])).getTime()
    : dateTime.test(cell)
      ? Date.parse(cell)
      : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
