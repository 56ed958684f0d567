import fc from 'fast-check';
import { expect, it } from 'vitest';
import { directions, nearest } from './direction.ts';

const point = fc.record({ x: fc.integer({ min: -99, max: 99 }), y: fc.integer({ min: -99, max: 99 }) });

it('finds something whenever something lies there, and never what does not', () =>
  fc.assert(
    fc.property(point, fc.constantFrom(...Object.values(directions)), fc.array(point), (from, direction, places) => {
      const lies = ({ x, y }: typeof from) => (x - from.x) * direction.x + (y - from.y) * direction.y > 0;
      const found = nearest(from, direction, places);
      expect(found !== undefined).toBe(places.some(lies));
      if (found) expect(lies(found)).toBe(true);
    }),
  ));

it('prefers what is straight ahead to what is a little nearer aside', () => {
  const places = [
    { x: 10, y: 10 },
    { x: 20, y: 0 },
  ];
  expect(nearest({ x: 0, y: 0 }, directions.ArrowRight!, places)).toBe(places[1]);
});
