import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvOf } from './csv.ts';
import type { Cell, Column } from './table.ts';

const columns = (...values: Cell[]): Column[] => [{ path: 'a', kind: 'category', values }];

it('is read as it was written', () => {
  const text = fc
    .string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'ü', ';') })
    .filter((text) => !text.startsWith('\r'));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (rows) => {
      const csv = csvOf(
        [0, 1].map((index) => ({ path: `c${index}`, kind: 'category', values: rows.map((row) => row[index]!) })),
      );
      expect(parse(csv, { record_delimiter: '\r\n' })).toEqual([['c0', 'c1'], ...rows]);
    }),
  );
});

it('writes numbers and truth as they are, and nothing for nothing', () => {
  expect(csvOf(columns(1.5, -3, true, null, 'PT1M'))).toBe('a\r\n1.5\r\n-3\r\ntrue\r\n\r\nPT1M\r\n');
});

it.each([
  ['=1+1', "'=1+1"],
  ['+cmd', "'+cmd"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['=a,b', `"'=a,b"`],
  ['-2', '-2'],
  ['+1.5e3', '+1.5e3'],
])('guards %j', (text, field) => expect(csvOf(columns(text))).toBe(`a\r\n${field}\r\n`));
