import fc from 'fast-check';
import { expect, it } from 'vitest';
import { orderOf } from './order.ts';

it('orders numbers as numbers and times as times, with nothing at the end', () => {
  expect(orderOf({ path: 'a', kind: 'number', values: [10, null, 9, -1] }, false)).toEqual([3, 2, 0, 1]);
  expect(orderOf({ path: 'a', kind: 'number', values: [10, null, 9, -1] }, true)).toEqual([0, 2, 3, 1]);
  const times = ['2026-01-31T12:00:00Z', '2026-01-31T13:00:00+02:00'];
  expect(orderOf({ path: 'a', kind: 'time', values: times }, false)).toEqual([1, 0]);
});

it('has every row once', () => {
  const values = fc.array(fc.oneof(fc.string(), fc.constant(null), fc.boolean(), fc.integer()));
  fc.assert(
    fc.property(values, fc.boolean(), (values, isDescending) => {
      const order = orderOf({ path: 'a', kind: 'category', values }, isDescending);
      expect(order.toSorted((a, b) => a - b)).toEqual([...values.keys()]);
    }),
  );
});
