import { type Cell, Table } from './table.ts';

/** The rows of all lists that stand at one place of a result. */
export interface List {
  /** Such as `space.series`; `stations › series` is a list in each object of a list. */
  name: string;
  table: Table;
}

type Entry = [path: string, cell: Cell];

/** JSON of outside may be of any depth. */
const deepest = 20;

/**
 * All lists of objects in the data of a result, at any depth, the empty ones too. A connection is the list of its nodes.
 * A row of a list inside a list also has the columns of the row around it.
 */
export function listsOf(data: unknown): List[] {
  const found = new Map<string, Table>();

  function read(name: string, items: readonly unknown[], around: readonly Entry[]): void {
    const table = found.get(name) ?? new Table();
    found.set(name, table);
    for (const item of items) {
      if (!isObject(item)) continue;
      const { cells, lists } = flatten(item);
      table.add([...cells, ...around]);
      if (lists.length === 0) continue;
      const context = [...around, ...cells.map(([path, cell]): Entry => [inside(name, path), cell])];
      for (const [path, inner] of lists) read(inside(name, path), inner, context);
    }
  }

  if (isObject(data)) for (const [path, items] of flatten(data).lists) read(path, items, []);
  return [...found].map(([name, table]) => ({ name, table }));
}

/** An object in columns by path, and the lists of objects that it holds. */
export function flatten(object: Record<string, unknown>): { cells: Entry[]; lists: [path: string, unknown[]][] } {
  const cells: Entry[] = [];
  const lists: [string, unknown[]][] = [];

  function visit(value: unknown, path: string, depth: number): void {
    if (Array.isArray(value)) {
      if (value.length === 0 || value.some(isObject)) lists.push([path, value]);
      else cells.push([path, value.join(', ')]);
    } else if (isObject(value)) {
      if (depth < deepest) visitFields(value, path, depth);
    } else cells.push([path, (value ?? null) as Cell]);
  }

  function visitFields(fields: Record<string, unknown>, path: string, depth: number): void {
    for (const [key, value] of Object.entries(fields)) {
      if (key === 'edges' && Array.isArray(value) && path) lists.push([path, value.map(nodeOf)]);
      else if (key !== 'pageInfo') visit(value, path ? `${path}.${key}` : key, depth + 1);
    }
  }

  visitFields(object, '', 0);
  return { cells, lists };
}

function nodeOf(edge: unknown): unknown {
  return isObject(edge) && 'node' in edge ? edge.node : edge;
}

function inside(list: string, path: string): string {
  return `${list} › ${path}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
