import { type Choice, mostSeries, rowCount } from './choice.ts';
import { type Cell, type Column, type Kind, timeOf } from './table.ts';

/** null is a gap, not zero. */
export type Point = [x: number, y: number | null];

export interface Series {
  name: string;
  /** By x, which is a time in milliseconds since 1970, a number, or the index of a category. */
  points: Point[];
  /** How many of them are no gaps. */
  count: number;
  least: number;
  greatest: number;
}

export interface Drawing {
  x: Kind;
  /** In the order in which they first came; empty for times and numbers. */
  categories: readonly string[];
  series: readonly Series[];
  /** What is not to be seen as it stands in the rows, in sentences. */
  notes: readonly string[];
}

/** The series that a choice makes of the rows. */
export function seriesOf(columns: readonly Column[], { shape, x, y, split }: Choice): Drawing {
  const byPath = (path: string) => columns.find((column) => column.path === path);
  const xColumn = byPath(x)!;
  const notes: string[] = [];
  const { xs, categories } = positions(xColumn);
  const without = xs.reduce<number>((count, at) => count + (at === undefined ? 1 : 0), 0);
  if (without > 0) notes.push(`Left out: ${without} without ${x}.`);

  if (y.length === 0) notes.push('Choose a y.');
  const measures = y.slice(0, mostSeries);
  const splitColumn = byPath(split);
  const groups = groupsOf(xs, splitColumn?.values);
  const fitting = Math.max(1, Math.floor(mostSeries / Math.max(1, measures.length)));
  if (groups.length > fitting)
    notes.push(`${fitting} of the ${groups.length} values of ${split} are shown, those with the most rows.`);
  if (y.length > mostSeries) notes.push(`${y.length - mostSeries} of the fields of y are left out.`);

  const width = xColumn.kind === 'time' && measures.includes(rowCount) ? bucketWidth(xs) : undefined;
  if (width) notes.push(`Rows are counted by ${readDuration(width)}.`);
  let summed = 0;
  const series = mostRows(groups, fitting).flatMap(({ name, rows }) =>
    measures.map((path): Series => {
      const values = byPath(path)?.values;
      const valueAt = (row: number) => (values ? finite(values[row]) : 1);
      const label = values ? path : 'rows';
      let points: Point[];
      // Bars at the same place would cover each other.
      if (xColumn.kind === 'category' || (shape === 'bar' && values)) {
        const sums = sumsOf(rows, xs, valueAt, categories.length);
        if (values) summed += sums.repeated;
        points = sums.points;
      } else points = values ? pointsOf(rows, xs, valueAt) : countsOf(rows, xs, width);
      const named = measures.length > 1 ? `${name}: ${label}` : name;
      return { name: splitColumn ? named : label, points, ...extent(points) };
    }),
  );
  if (summed > 0) notes.push(`Where ${x} repeats, values are summed.`);
  return { x: xColumn.kind, categories, series, notes };
}

/** Of so many points, those next to each other fall on the same pixels. */
const dense = 2_000;

/**
 * The points of a line without the gaps that are too narrow to be seen. What thins out a line for drawing keeps every
 * gap, so of a line with many of them nothing would be left.
 */
export function seenPoints(points: Point[]): Point[] {
  if (points.length <= dense) return points;
  const narrow = (points.at(-1)![0] - points[0]![0]) / dense;
  const seen: Point[] = [];
  let gap: Point | undefined;
  for (const point of points) {
    const before = seen.at(-1);
    if (point[1] === null) gap ??= point;
    else {
      if (gap && before && point[0] - before[0] > narrow) seen.push(gap);
      gap = undefined;
      seen.push(point);
    }
  }
  return seen;
}

/** Where each row stands on the x axis. */
function positions({ kind, values }: Column): { xs: (number | undefined)[]; categories: string[] } {
  if (kind === 'time') return { xs: values.map(timeOf), categories: [] };
  if (kind === 'number') return { xs: values.map((value) => finite(value) ?? undefined), categories: [] };
  const indices = new Map<string, number>();
  const xs = values.map((value) => {
    if (value === null) return undefined;
    const name = String(value);
    const index = indices.get(name) ?? indices.size;
    indices.set(name, index);
    return index;
  });
  return { xs, categories: [...indices.keys()] };
}

/** The rows of each value, in the order in which they first came; all that have a place on the x axis, when nothing splits them. */
function groupsOf(
  xs: readonly (number | undefined)[],
  split: readonly Cell[] | undefined,
): { name: string; rows: number[] }[] {
  const groups = new Map<string, number[]>();
  for (const [row, at] of xs.entries()) {
    if (at === undefined) continue;
    const name = split ? String(split[row] ?? 'none') : '';
    const rows = groups.get(name);
    if (rows) rows.push(row);
    else groups.set(name, [row]);
  }
  return [...groups].map(([name, rows]) => ({ name, rows }));
}

/** In their order, so that a series keeps its colour while others grow. */
function mostRows<Group extends { rows: unknown[] }>(groups: readonly Group[], count: number): Group[] {
  const most = new Set(groups.toSorted((a, b) => b.rows.length - a.rows.length).slice(0, count));
  return groups.filter((group) => most.has(group));
}

type Positions = readonly (number | undefined)[];

function pointsOf(rows: readonly number[], xs: Positions, valueAt: (row: number) => number | null): Point[] {
  return inOrder(rows.map((row): Point => [xs[row]!, valueAt(row)]));
}

/** @param size how many categories there are, which all have a point */
function sumsOf(rows: readonly number[], xs: Positions, valueAt: (row: number) => number | null, size: number) {
  const sums = new Map(Array.from({ length: size }, (_, index): Point => [index, null]));
  let repeated = 0;
  for (const row of rows) {
    const value = valueAt(row);
    const before = sums.get(xs[row]!) ?? null;
    if (value !== null && before !== null) repeated += 1;
    sums.set(xs[row]!, value === null ? before : (before ?? 0) + value);
  }
  return { points: inOrder([...sums]), repeated };
}

/** How many rows there are in each bucket, or at each x. */
function countsOf(rows: readonly number[], xs: Positions, width: number | undefined): Point[] {
  const isByDay = width !== undefined && width >= day;
  const bucketOf = (at: number) => (width ? Math.floor((isByDay ? onClock(at) : at) / width) * width : at);
  const counts = new Map<number, number>();
  for (const row of rows) {
    const bucket = bucketOf(xs[row]!);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const first = inOrder([...counts]);
  if (!width || first.length === 0) return first;
  const [from, to] = [first[0]![0], first.at(-1)![0]];
  return Array.from({ length: Math.round((to - from) / width) + 1 }, (_, index): Point => {
    const bucket = from + index * width;
    return [isByDay ? offClock(bucket) : bucket, counts.get(bucket) ?? 0];
  });
}

/** What the clock of the viewer shows, as if it were UTC: there each day has 24 hours and begins with a full one. */
function onClock(at: number): number {
  return at - new Date(at).getTimezoneOffset() * minute;
}

/** The midnight that the clock of the viewer shows. */
function offClock(midnight: number): number {
  const date = new Date(midnight);
  return new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()).getTime();
}

function inOrder(points: Point[]): Point[] {
  const isSorted = points.every(([x], index) => index === 0 || points[index - 1]![0] <= x);
  return isSorted ? points : points.sort(([a], [b]) => a - b);
}

const second = 1_000;
const [minute, hour, day] = [60 * second, 3_600 * second, 86_400 * second];
const widths = [
  second,
  5 * second,
  15 * second,
  minute,
  5 * minute,
  15 * minute,
  hour,
  6 * hour,
  day,
  7 * day,
  30 * day,
];

/** The least width, in milliseconds, with which there are no more than about a hundred buckets. */
function bucketWidth(xs: Positions): number {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const at of xs) {
    if (at === undefined) continue;
    from = Math.min(from, at);
    to = Math.max(to, at);
  }
  const needed = Math.max(0, to - from) / 100;
  return widths.find((width) => width >= needed) ?? Math.ceil(needed / (365 * day)) * 365 * day;
}

function readDuration(ms: number): string {
  if (ms >= day) return `${ms / day} d`;
  if (ms >= hour) return `${ms / hour} h`;
  return ms >= minute ? `${ms / minute} min` : `${ms / second} s`;
}

/** What no axis can hold, such as 1e999, is a gap. */
function finite(value: Cell | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function extent(points: readonly Point[]): Pick<Series, 'count' | 'least' | 'greatest'> {
  let [count, least, greatest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [, value] of points) {
    if (value === null) continue;
    count += 1;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { count, least, greatest };
}
