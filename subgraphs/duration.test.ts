import { expect, test } from 'vitest';
import { TributaryError } from '../platform/errors.ts';
import { durationMs } from './duration.ts';

test.each([
  ['PT1M', 60_000],
  ['PT90S', 90_000],
  ['PT0.5S', 500],
  ['PT0,001S', 1],
  ['PT1H30M', 5_400_000],
  ['P1D', 86_400_000],
  ['P1DT12H', 129_600_000],
  ['P2W', 1_209_600_000],
])('%s is %i ms', (text, ms) => {
  expect(durationMs('every', text)).toBe(ms);
});

test.each([
  '',
  'P',
  'PT',
  'PT0S',
  'P1M',
  'P1Y',
  '1M',
  'pt1m',
  'PT1M ',
  'PT-1M',
  'PT0.0001S',
  'P1DT',
  'PT1S1M',
  `PT${'9'.repeat(30)}H`,
])('"%s" is refused', (text) => {
  expect(() => durationMs('every', text)).toThrow(TributaryError);
  expect(() => durationMs('every', text)).toThrow('every must be an ISO 8601 duration');
});
