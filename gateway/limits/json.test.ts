import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonBeyond } from './json.ts';

/** Of a JSON value: its different names, and how deep it is. */
function shape(value: unknown): { names: Set<string>; depth: number } {
  if (typeof value !== 'object' || value === null) return { names: new Set(), depth: 0 };
  const inner = Object.values(value).map(shape);
  const names = new Set([
    ...(Array.isArray(value) ? [] : Object.keys(value)),
    ...inner.flatMap(({ names }) => [...names]),
  ]);
  return { names, depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)) };
}

test('names that differ only in what is escaped are different names', () => {
  const value = Object.fromEntries(Array.from({ length: 16 }, (_, at) => [at.toString(2).padStart(4, '0'), at]));
  const json = JSON.stringify(value).replaceAll(
    /"([01]{4})"/g,
    (_, bits) => `"${bits.replaceAll('0', 'n').replaceAll('1', '\\n')}"`,
  );
  expect(Object.keys(JSON.parse(json))).toHaveLength(16);
  const limits = { LIMIT_FIELDS: 15, LIMIT_DEPTH: 1 };
  expect(jsonBeyond(Buffer.from(json), limits)?.extensions.limit).toBe('names');
});

test('names and depth are counted as a parser would find them, whatever stands in texts', () => {
  const awkward = fc.constantFrom('"', '\\', '{"a":', '[[[', ':::', '\\"', 'é', '😀');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(awkward).map((parts) => parts.join('')),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.double(),
      fc.constantFrom(null, true),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    ),
  }));
  fc.assert(
    fc.property(value, fc.constantFrom(0, 1), (value, indent) => {
      const json = JSON.stringify(value, null, indent);
      const parsed: unknown = JSON.parse(json);
      const { names, depth } = shape(parsed);
      const beyond = (LIMIT_FIELDS: number, LIMIT_DEPTH: number) =>
        jsonBeyond(Buffer.from(json), { LIMIT_FIELDS, LIMIT_DEPTH })?.extensions.limit;
      expect(beyond(names.size, depth - 3)).toBeUndefined();
      if (names.size > 0) expect(beyond(names.size - 1, depth)).toBe('names');
      if (depth > 0) expect(beyond(names.size, depth - 4)).toBe('depth');
    }),
    { numRuns: 1_000 },
  );
});
