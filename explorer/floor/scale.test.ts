import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scaleOf } from './scale.ts';

const counts = fc.array(fc.integer({ min: -1_000, max: 1_000_000 }));

it('gives more colour to more people, from none at 0 to all at the most', () =>
  fc.assert(
    fc.property(counts, fc.integer(), fc.integer(), (counts, a, b) => {
      const { most, share } = scaleOf(counts);
      expect(share(most)).toBe(1);
      expect(share(Math.min(0, a))).toBe(0);
      expect(share(Math.min(a, b))).toBeLessThanOrEqual(share(Math.max(a, b)));
    }),
  ));

it('has a scale where nobody was', () => expect(scaleOf([0, -3]).share(0)).toBe(0));
