import { expect, it } from 'vitest';
import { counted } from './numbers.ts';

it.each([
  [0, '0 messages'],
  [1, '1 message'],
  [1_234_567, '1,234,567 messages'],
])('counts %j', (number, text) => expect(counted(number, 'message')).toBe(text));

it('counts people', () =>
  expect([1, 2].map((number) => counted(number, 'person', 'people'))).toEqual(['1 person', '2 people']));
