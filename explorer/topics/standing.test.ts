import { expect, it } from 'vitest';
import { markOf, type Standing, standing } from './standing.ts';

const topics = (lag: number, rate: number) => [{ name: 'wiki.edits', views: [{ view: 'wiki', lag, rate }] }];

/** What is said of a view after a series of answers, each so many seconds after the last. */
function after(answers: { seconds: number; lag: number; rate: number }[]) {
  let known: Standing = new Map();
  let now = 0;
  for (const { seconds, lag, rate } of answers) {
    now += seconds * 1_000;
    known = standing(known, topics(lag, rate), now);
  }
  const { lag, rate } = answers.at(-1)!;
  return markOf(known, 'wiki.edits', { view: 'wiki', lag, rate }, now).words;
}

it('is up to date without a lag', () => expect(after([{ seconds: 0, lag: 0, rate: 0 }])).toBe('up to date'));

it('catches up as long as it moves', () =>
  expect(
    after([
      { seconds: 0, lag: 9, rate: 0 },
      { seconds: 20, lag: 8, rate: 0.1 },
      { seconds: 9, lag: 8, rate: 0 },
    ]),
  ).toBe('catching up'));

it('is stuck when it lags and has not moved for ten seconds', () =>
  expect(
    after([
      { seconds: 0, lag: 9, rate: 1 },
      { seconds: 3, lag: 9, rate: 0 },
      { seconds: 12, lag: 99, rate: 0 },
    ]),
  ).toBe('stuck for 12 s'));

it('begins anew when it has moved', () =>
  expect(
    after([
      { seconds: 0, lag: 9, rate: 0 },
      { seconds: 30, lag: 5, rate: 2 },
      { seconds: 3, lag: 5, rate: 0 },
      { seconds: 3, lag: 5, rate: 0 },
    ]),
  ).toBe('catching up'));
