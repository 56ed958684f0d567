import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listsOf } from './lists.ts';
import type { Cell } from './table.ts';

/** The rows of each list, as objects. */
function read(data: unknown) {
  return Object.fromEntries(
    listsOf(data).map(({ name, table }) => {
      const columns = table.columns();
      const rowAt = (row: number) => Object.fromEntries(columns.map(({ path, values }) => [path, values[row]]));
      return [name, Array.from({ length: table.length }, (_, row) => rowAt(row))];
    }),
  );
}

it('names a list by its path, and its columns by theirs', () => {
  const series = [
    { start: 'a', count: { value: 1 } },
    { start: 'b', count: { value: 2 } },
  ];
  expect(read({ space: { name: 'Lobby', series } })).toEqual({
    'space.series': [
      { start: 'a', 'count.value': 1 },
      { start: 'b', 'count.value': 2 },
    ],
  });
});

it('takes a connection for the list of its nodes', () => {
  const people = {
    totalCount: 2,
    edges: [{ cursor: 'x', node: { name: 'Ann' } }, { node: { name: 'Bob' } }],
    pageInfo: { endCursor: 'y' },
  };
  expect(read({ people })).toEqual({ people: [{ name: 'Ann' }, { name: 'Bob' }] });
});

it('puts the lists inside a list together, each row with what stands around it', () => {
  const station = (city: string, ...air: number[]) => ({ node: { city, air: air.map((aqi) => ({ aqi })) } });
  expect(read({ stations: { edges: [station('Bergen', 1, 2), station('Vienna', 3)] } })).toEqual({
    stations: [{ city: 'Bergen' }, { city: 'Vienna' }],
    'stations › air': [
      { aqi: 1, 'stations › city': 'Bergen' },
      { aqi: 2, 'stations › city': 'Bergen' },
      { aqi: 3, 'stations › city': 'Vienna' },
    ],
  });
});

it('leaves gaps where objects miss fields, and joins lists of texts', () => {
  expect(read({ list: [{ a: 1 }, null, { b: ['x', 'y'] }, { a: null, b: 'z' }] }).list).toEqual([
    { a: 1, b: null },
    { a: null, b: 'x, y' },
    { a: null, b: 'z' },
  ]);
});

it.each([undefined, null, 7, [], {}, { a: null }, { a: { b: 1 } }, { a: [1, 2] }])('finds none in %j', (data) =>
  expect(read(data)).toEqual({}),
);

it('finds empty lists and empty connections', () => {
  expect(read({ a: [], b: { edges: [] } })).toEqual({ a: [], b: [] });
});

it('loses no cell of flat rows, whatever their fields', () => {
  const cell = fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
  const row = fc.dictionary(fc.stringMatching(/^[a-z_]{1,3}$/), cell, { maxKeys: 8 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), (rows) => {
      const [list] = listsOf({ rows });
      const columns = list!.table.columns();
      expect(list!.table.length).toBe(rows.length);
      expect(columns.map(({ path }) => path).toSorted()).toEqual([...new Set(rows.flatMap(Object.keys))].toSorted());
      for (const { path, values } of columns) expect(values).toEqual(rows.map((row): Cell => row[path] ?? null));
    }),
  );
});

it('survives any JSON', () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 40 }), (data) => void read({ data })));
});

it('bounds the columns that JSON of outside makes', () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => ({ [`id${index}`]: index }));
  expect(listsOf({ rows })[0]!.table.columns().length).toBe(200);
});
