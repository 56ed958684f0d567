import { expect, it } from 'vitest';
import { type Cell, Table, timeOf } from './table.ts';

function columnOf(...values: Cell[]) {
  const table = new Table();
  for (const value of values) table.add([['a', value]]);
  return table.columns()[0]!;
}

it.each([
  ['time', ['2026-01-31T12:00:00.000Z', null, '2026-01-31T14:00:00+02:00']],
  ['time', ['2026-01-31']],
  ['number', [1, null, -1e300]],
  ['category', ['1', '2']],
  ['category', [true, false]],
  ['category', ['PT15M']],
  ['category', [1, 'one']],
  ['category', ['2026-01-31', 3]],
  ['category', ['2026-13-31T12:00:00Z']],
  ['empty', [null, null]],
] as const)('takes for a %s: %j', (kind, values) => expect(columnOf(...values).kind).toBe(kind));

it('begins a Date where the day of the viewer does', () => {
  expect(new Date(timeOf('2026-03-01')!).getHours()).toBe(0);
});

it('forgets the oldest rows of all columns', () => {
  const table = new Table();
  table.add([['a', 1]]);
  table.add([['b', 2]]);
  table.add([['a', 3]]);
  table.drop(1);
  expect(table.length).toBe(2);
  expect(table.columns().map(({ values }) => values)).toEqual([
    [null, 3],
    [2, null],
  ]);
});
