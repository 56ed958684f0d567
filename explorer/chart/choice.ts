import { received } from './eventTable.ts';
import { type Cell, type Column, timeOf } from './table.ts';

export type Shape = 'line' | 'bar' | 'table';

/** What is drawn, and how. */
export interface Choice {
  shape: Shape;
  /** The path of a column. */
  x: string;
  /** Paths of columns of numbers, or `rowCount`. */
  y: string[];
  /** The path of the column each value of which is a series of its own; empty for none. */
  split: string;
}

/** How many rows there are, as if it were a column: no path is empty. */
export const rowCount = '';

/** At most this many series can be told apart. */
export const mostSeries = 12;

/**
 * What the viewer has chosen as far as the columns are still there, and else what suits them.
 * @param columns at least one
 */
export function choiceOf(columns: readonly Column[], chosen: Partial<Choice>): Choice {
  const has = (among: readonly Column[], path: string | undefined): path is string =>
    among.some((column) => column.path === path);
  const x = has(placesOf(columns), chosen.x) ? chosen.x : defaultX(columns);
  const split =
    chosen.split === '' || has(splitsOf(columns, x), chosen.split) ? chosen.split : defaultSplit(columns, x);
  const y = chosen.y?.filter((path) => path === rowCount || has(measuresOf(columns, x), path));
  const chosenY = y && (y.length > 0 || chosen.y?.length === 0) ? y : defaultY(columns, x, split !== '');
  const isOverTime = columns.find(({ path }) => path === x)!.kind === 'time';
  const isLine = isOverTime && chosenY.some((path) => path !== rowCount);
  return { shape: chosen.shape ?? (isLine ? 'line' : 'bar'), x, y: chosenY, split };
}

/** The columns that can be x. */
export function placesOf(columns: readonly Column[]): Column[] {
  return columns.filter(({ kind }) => kind !== 'empty');
}

/** The columns that can be y. */
export function measuresOf(columns: readonly Column[], x: string): Column[] {
  return columns.filter(({ kind, path }) => kind === 'number' && path !== x);
}

/** The columns that can be split by. */
export function splitsOf(columns: readonly Column[], x: string): Column[] {
  return placesOf(columns).filter(({ kind, path }) => kind !== 'time' && path !== x);
}

/** The list of which a chart says most: numbers over time before numbers by category, before rows that can be counted. */
export function bestList<Of extends { columns: readonly Column[] }>(lists: readonly Of[]): Of | undefined {
  const worth = ({ columns }: Of) => {
    const has = (kind: Column['kind']) => columns.some((column) => column.kind === kind && !isIdentity(column.path));
    return (has('number') ? 2 : 0) + (has('time') ? 1 : 0) + rowsOf(columns) / 1e9;
  };
  return lists.filter(({ columns }) => rowsOf(columns) > 0).toSorted((a, b) => worth(b) - worth(a))[0];
}

export function rowsOf(columns: readonly Column[]): number {
  return columns[0]?.values.length ?? 0;
}

/** Numbers that name or place something, and measure nothing; and cursors. */
function isIdentity(path: string): boolean {
  return /(^|[. ])(id|offset|partition|cursor|latitude|longitude|lat|lon|lng)$|[a-z](Id|ID)$/.test(path);
}

/** A time, or else the category with the most values, or else a number. */
function defaultX(columns: readonly Column[]): string {
  const time = defaultTime(columns);
  if (time) return time.path;
  const categories = columns
    .filter(({ kind, path }) => kind === 'category' && !/(^|\.)cursor$/.test(path))
    .map(({ path, values }) => ({ path, count: distinct(values) }))
    .toSorted((a, b) => b.count - a.count || Number(isIdentity(a.path)) - Number(isIdentity(b.path)));
  return (categories[0] ?? columns.find(({ kind }) => kind === 'number') ?? columns[0]!).path;
}

/**
 * The time that lies least deep, unless another goes much further: when the past is loaded at once, all of it enters the
 * log in a moment.
 */
function defaultTime(columns: readonly Column[]): Column | undefined {
  const times = columns.filter(({ kind }) => kind === 'time').toSorted((a, b) => depth(a) - depth(b));
  const first = times.find(({ path }) => path !== received) ?? times[0];
  if (times.length < 2) return first;
  const enough = 100 * span(first!);
  return times.find((time) => time !== first && time.path !== received && span(time) > enough) ?? first;
}

/** In milliseconds. */
function span({ values }: Column): number {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    const time = timeOf(value);
    if (time === undefined) continue;
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  return to - from;
}

/** All that is measured; of many series one number each. */
function defaultY(columns: readonly Column[], x: string, isSplit: boolean): string[] {
  const numbers = measuresOf(columns, x)
    .filter(({ path }) => !isIdentity(path) && !path.includes(' › '))
    .map(({ path }) => path);
  return numbers.length === 0 ? [rowCount] : numbers.slice(0, isSplit ? 1 : mostSeries);
}

/**
 * Where each x repeats, the category that has about as many values as x repeats. Where times do not, because events come
 * one after another, what names the things that they are about. The values themselves must repeat, too.
 */
function defaultSplit(columns: readonly Column[], x: string): string {
  const { values, kind } = columns.find(({ path }) => path === x)!;
  const repeats = values.length / Math.max(1, distinct(values));
  const categories = columns
    .filter((column) => column.kind === 'category' && column.path !== x)
    .map(({ path, values }) => ({ path, count: distinct(values) }))
    .filter(({ count }) => count > 1 && 2 * count <= values.length);
  if (repeats >= 2)
    return categories.toSorted((a, b) => Math.abs(a.count - repeats) - Math.abs(b.count - repeats))[0]?.path ?? '';
  if (kind !== 'time') return '';
  const names = categories.filter(({ path, count }) => count <= mostSeries && /(^|[. ])(id|name|city|key)$/.test(path));
  return names.find(({ path }) => !isIdentity(path))?.path ?? names[0]?.path ?? '';
}

function depth({ path }: Column): number {
  return path.split(/\.| › /).length + (path.includes(' › ') ? 100 : 0); // what stands around a list says less of its rows
}

function distinct(values: readonly Cell[]): number {
  const found = new Set(values);
  found.delete(null);
  return found.size;
}
