import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distance } from './distance.ts';

/** The matrix of the textbook. */
function textbook(a: string, b: string): number {
  const d = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i + j));
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const replaced = d[i - 1]![j - 1]! + Number(a[i - 1] !== b[j - 1]);
      d[i]![j] = Math.min(d[i - 1]![j]! + 1, d[i]![j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        d[i]![j] = Math.min(d[i]![j]!, d[i - 2]![j - 2]! + 1);
    }
  return d[a.length]![b.length]!;
}

const units = (text: string) => Uint16Array.from(text, (letter) => letter.charCodeAt(0));

test('the distance is that of the textbook, as far as it is asked for', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 9 });
  fc.assert(
    fc.property(word, word, word, fc.integer({ min: 0, max: 4 }), (a, before, b, most) => {
      const within = units(before + b + before);
      const found = distance(units(a), within, before.length, before.length + b.length, most);
      expect(found).toBe(Math.min(textbook(a, b), most + 1));
    }),
    { numRuns: 3_000 },
  );
});
