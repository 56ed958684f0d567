import { expect, it } from 'vitest';
import { redrivesOf } from './redrives.ts';

const letter = (id: string, topic: string, draft?: string) => ({ id, topic, value: 'as it was', draft });

it('sends mended values in the order of their ids', () =>
  expect(redrivesOf([letter('0/2', 'a', 'x'), letter('1/0', 'a', 'y')])).toEqual([
    { topic: 'a', ids: ['0/2', '1/0'], values: ['x', 'y'] },
  ]));

it('sends what is not changed as it was, and each topic by itself', () =>
  expect(
    redrivesOf([letter('0/0', 'a', 'x'), letter('0/1', 'a'), letter('0/2', 'b', 'as it was'), letter('0/3', 'a', '')]),
  ).toEqual([
    { topic: 'a', ids: ['0/0', '0/3'], values: ['x', ''] },
    { topic: 'a', ids: ['0/1'] },
    { topic: 'b', ids: ['0/2'] },
  ]));

it('sends no more at once than is taken', () => {
  const letters = Array.from({ length: 2_001 }, (_, at) => letter(`0/${at}`, 'a'));
  const requests = redrivesOf(letters);
  expect(requests.map(({ ids }) => ids.length)).toEqual([1_000, 1_000, 1]);
  expect(requests.flatMap(({ ids }) => ids)).toEqual(letters.map(({ id }) => id));
});
