import fc from 'fast-check';
import { expect, it } from 'vitest';
import { indented } from './indented.ts';

it('indents JSON as JSON.stringify does', () =>
  fc.assert(
    fc.property(fc.json(), fc.nat(4), (text, indent) => {
      const value = JSON.parse(text);
      expect(indented(JSON.stringify(value, null, indent))).toBe(JSON.stringify(value, null, 2));
    }),
  ));

it('keeps what parsing would lose', () =>
  expect(indented('{"id":12345678901234567890,"a":1.0,"a":"\\u00e4 {"}')).toBe(
    '{\n  "id": 12345678901234567890,\n  "a": 1.0,\n  "a": "\\u00e4 {"\n}',
  ));

it.each(['', 'no JSON, [at] all', '{"a":'])('leaves %j as it is', (text) => expect(indented(text)).toBe(text));

it('does not take long for what is deep', () => {
  const deep = 5_000;
  const text = '['.repeat(deep) + ']'.repeat(deep);
  expect(indented(text).replace(/\s/g, '')).toBe(text);
});
