import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitted, showing, uncrowded, zoomed } from './view.ts';

const number = fc.integer({ min: -1000, max: 1000 });
const point = fc.record({ x: number, y: number });
const view = fc.record({ x: number, y: number, scale: fc.double({ min: 0.1, max: 4, noNaN: true }) });
const size = { width: 400, height: 300 };
const seen = (
  { x, y, scale }: typeof view extends fc.Arbitrary<infer V> ? V : never,
  at: { x: number; y: number },
) => ({
  x: at.x * scale + x,
  y: at.y * scale + y,
});

it('keeps the point under the pointer where it is when it zooms', () =>
  fc.assert(
    fc.property(view, fc.double({ min: 0.2, max: 5, noNaN: true }), point, (before, factor, place) => {
      const at = seen(before, place);
      const after = seen(zoomed(before, factor, at), place);
      expect(after.x).toBeCloseTo(at.x, 6);
      expect(after.y).toBeCloseTo(at.y, 6);
    }),
  ));

it('brings any place into sight, and does not move for one that is', () =>
  fc.assert(
    fc.property(view, point, (before, place) => {
      const after = showing(before, place, size);
      const { x, y } = seen(after, place);
      expect([x >= -1e-6, x <= size.width + 1e-6, y >= -1e-6, y <= size.height + 1e-6]).toEqual([
        true,
        true,
        true,
        true,
      ]);
      const again = showing(after, place, size);
      expect(again.x).toBeCloseTo(after.x, 6);
    }),
  ));

it('fits all places, down to the least scale', () => {
  const places = [
    { x: -500, y: 10 },
    { x: 500, y: 40 },
  ];
  const xs = places.map((place) => seen(fitted(places, size), place).x);
  expect(xs).toEqual([40, 360]);
  const tall = places.map(({ x, y }) => ({ x: y, y: x }));
  expect(tall.map((place) => seen(fitted(tall, size), place).y)).toEqual([56, 268]); // the tools lie above
  expect(fitted([], size)).toEqual({ x: 200, y: 150, scale: 1 });
});

it('draws of boxes that cover each other the first', () => {
  const box = (x: number) => ({ x, y: 0, width: 10, height: 10 });
  expect(uncrowded([box(0), box(9), box(18)])).toEqual([true, false, true]);
});
