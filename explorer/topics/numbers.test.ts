import { expect, it } from 'vitest';
import { messagesIn, rate } from './numbers.ts';

it.each([
  [0, '0.0'],
  [0.01, '<0.1'],
  [0.99, '1.0'],
  [1234.56, '1,234.6'],
])('tells %j a second', (perSecond, text) => expect(rate(perSecond)).toBe(text));

it('counts what is between offsets', () => {
  const partitions = [
    { start: '5', end: '12' },
    { start: '0', end: '0' },
    { start: '100', end: '1100' },
  ];
  expect(messagesIn(partitions)).toBe(1_007);
});
