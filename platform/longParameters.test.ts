import { expect, test } from 'vitest';
import { splitLong } from './longParameters.ts';

test('leaves alone what fits', () => {
  const parameters = { ids: ['a', 'b'], at: 7, name: 'x'.repeat(300_000) };
  expect(splitLong('{ids:Array(String)} {at:Int64}', parameters)).toEqual({
    query: '{ids:Array(String)} {at:Int64}',
    parameters,
  });
});

test('gives a long array in parts that fit, in their order, wherever the query names it', () => {
  const ids = Array.from({ length: 5_000 }, (_, at) => `${at}-'\\é`.padEnd(60, "'"));
  const given = splitLong('id IN {ids:Array(String)} AND {at:Int64} = 7 OR has({ids:Array(String)}, {id:String})', {
    ...{ ids, at: 7, id: 'x' },
  });
  const { at, id, ...parts } = given.parameters;
  expect([at, id]).toEqual([7, 'x']);
  expect(Object.keys(parts)).toEqual(Object.keys(parts).map((_, at) => `ids_${at}`));
  expect(Object.values(parts).flat()).toEqual(ids);
  for (const part of Object.values(parts)) {
    const sent = `[${(part as string[]).map((text) => `'${text.replace(/['\\]/g, '\\$&')}'`).join(',')}]`;
    expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(128 << 10);
  }
  const all = `arrayConcat(${Object.keys(parts)
    .map((name) => `{${name}:Array(String)}`)
    .join(', ')})`;
  expect(given.query).toBe(`id IN ${all} AND {at:Int64} = 7 OR has(${all}, {id:String})`);
});
