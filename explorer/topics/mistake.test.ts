import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mistakeIn } from './mistake.ts';

it.each([
  ['', 1, 1, 'a value'],
  ['{"a": 1,}', 1, 9, 'a name in double quotes'],
  ['{"a": 1\n "b": 2}', 2, 2, 'a comma or }'],
  ['[1, 2', 1, 6, 'a comma or ]'],
  ["{'a': 1}", 1, 2, 'a name in double quotes or }'],
  ['{"a" 1}', 1, 6, 'a colon'],
  ['{"a": tru}', 1, 7, 'a value'],
  ['[1]]', 1, 4, 'nothing more'],
  ['{\n  "a": 01\n}', 2, 8, 'a value'],
  ['["a\\x"]', 1, 2, 'a value or ]'],
])('finds the mistake of %j', (text, line, column, expected) =>
  expect(mistakeIn(text)).toEqual({ line, column, expected }),
);

it('finds none in JSON', () =>
  fc.assert(
    fc.property(fc.json(), fc.nat(4), (text, indent) => {
      expect(mistakeIn(JSON.stringify(JSON.parse(text), null, indent))).toBeUndefined();
    }),
  ));

it('finds the place where JSON is cut off, or where something else is put into it', () =>
  fc.assert(
    fc.property(fc.json(), fc.nat(), (text, where) => {
      const at = where % (text.length + 1);
      const broken = `${text.slice(0, at)}\u0001${text.slice(at)}`; // no JSON has such a character, not even in a text
      const mistake = mistakeIn(broken);
      expect(mistake?.line).toBe(1);
      expect(mistake!.column).toBeLessThanOrEqual(at + 1);
    }),
  ));

it('does not take long for what is long', () => {
  const text = `["${'a\\n'.repeat(500_000)}", ${'['.repeat(100_000)}`;
  expect(mistakeIn(text)).toMatchObject({ line: 1, column: text.length + 1 });
});
