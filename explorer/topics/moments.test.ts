import { expect, it } from 'vitest';
import { fromLocal, shownMoment, toLocal } from './moments.ts';

it.each(['2026-01-31T12:00:01.000Z', '2026-07-31T23:59:59.000Z'])('carries %j there and back', (moment) =>
  expect(fromLocal(toLocal(Date.parse(moment)))).toBe(moment),
);

it.each(['', '20261-01-31T12:00:01'])('takes %j for no moment', (local) => expect(fromLocal(local)).toBeUndefined());

it('shows the day of what is not of today', () => {
  const now = new Date(2026, 0, 31, 12, 0, 1, 5);
  const at = now.toISOString();
  expect(shownMoment(at, now.getTime())).toBe('12:00:01');
  expect(shownMoment(at, now.getTime(), true)).toBe('12:00:01.005');
  expect(shownMoment(at, now.getTime() + 86_400_000, true)).toBe('Jan 31, 12:00:01');
});
