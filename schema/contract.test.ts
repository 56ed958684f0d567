import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { contract } from './contract.ts';

const check = contract(Type.Object({ amounts: Type.Array(Type.Union([Type.Number(), Type.Null()])) }), '');

test('of the faults of a message so many are told that a person reads them', () => {
  expect(() => check({ amounts: ['a', 'b'] })).toThrow(
    /^amounts.0 must be number, not "a"; amounts.1 must be number, not "b"$/,
  );
  expect(() => check({ amounts: Array(12).fill('a') })).toThrow(/; amounts.9 must be number, not "a"; and 2 more$/);
});

test('a message of nothing but faults holds nobody up', { timeout: 5_000 }, () => {
  expect(() => check({ amounts: Array(50_000).fill('a') })).toThrow(/and 49990 more$/);
});

test('a place of any length is told in a line', () => {
  const open = contract(Type.Record(Type.String(), Type.Number()), '');
  expect(() => open({ ['k'.repeat(1_000_000)]: 'a' })).toThrow(/^k{77}… must be number, not "a"$/);
});
