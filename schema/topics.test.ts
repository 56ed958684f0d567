import { expect, test } from 'vitest';
import { redrivenPlace } from './topics.ts';

test('a place is a partition and an offset, and nothing that a table could not take', () => {
  expect(redrivenPlace('3/170')).toEqual({ partition: 3, offset: 170 });
  for (const header of [
    undefined,
    '',
    '3',
    '3/',
    '/3',
    '-1/3',
    '1/2/3',
    ' 1/2',
    '1/2\n',
    '9999999999/1',
    `1/${'9'.repeat(16)}`,
  ])
    expect(redrivenPlace(header)).toBeUndefined();
});
