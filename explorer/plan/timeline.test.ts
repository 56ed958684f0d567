import { describe, expect, test } from 'vitest';
import { planIn, type QueryPlan, ticks, timelineOf, told } from './timeline.ts';

/** A plan with calls that began and ended at these times. */
function planOf(tookMs: number, checkedMs: number, ...calls: [subgraph: string, from: number, to: number | null][]) {
  const plan: QueryPlan = {
    ...{ tookMs, checkedMs },
    calls: calls.map(([subgraph, from, to]) => ({
      ...{ subgraph, query: '{ a }', errors: 0 },
      begunMs: from,
      tookMs: to === null ? null : to - from,
    })),
    callCount: calls.length,
  };
  return plan;
}

test('calls side by side are of one step, and what waits for them of the next', () => {
  const { calls, steps, subgraphs } = timelineOf(
    planOf(100, 1, ['people', 5, 20], ['wiki', 22, 60], ['menu', 23, 40], ['menu', 41, 50], ['air', 61, 90]),
  );
  expect(calls.map(({ subgraph, step }) => [subgraph, step])).toEqual([
    ['people', 1],
    ['wiki', 2],
    ['menu', 2],
    ['menu', 3],
    ['air', 4],
  ]);
  expect([steps, subgraphs]).toEqual([4, 4]);
});

test('the whole is the time of subgraphs, and what the gateway did before, between and after', () => {
  const plan = planOf(100, 2, ['people', 10, 20], ['wiki', 25, 60], ['menu', 30, 40], ['air', 70, 90]);
  const { gateway, working, checking, planning, joining } = timelineOf(plan);
  expect(gateway).toEqual([
    { from: 0, to: 10 },
    { from: 20, to: 25 },
    { from: 60, to: 70 },
    { from: 90, to: 100 },
  ]);
  expect({ working, checking, planning, joining }).toEqual({ working: 65, checking: 2, planning: 8, joining: 25 });
});

test('a call that was not over lasts until the end', () => {
  const { calls, working } = timelineOf(planOf(100, 1, ['people', 10, null]));
  expect([calls[0]!.to, working]).toEqual([100, 90]);
});

test('without calls all is checking and planning', () => {
  const timeline = timelineOf(planOf(3, 1));
  expect(timeline).toMatchObject({ steps: 0, working: 0, checking: 1, planning: 2, joining: 0 });
  expect(timeline.gateway).toEqual([{ from: 0, to: 3 }]);
});

test.each([undefined, {}, { extensions: {} }, { extensions: { plan: null } }, { extensions: { plan: { calls: 3 } } }])(
  'no plan is found in %o',
  (result) => {
    expect(planIn(result)).toBeUndefined();
  },
);

test('a plan is found', () => {
  const plan = planOf(1, 1);
  expect(planIn({ data: {}, extensions: { plan } })).toBe(plan);
});

describe('an axis', () => {
  test.each([
    [100, [0, 20, 40, 60, 80, 100]],
    [519, [0, 200, 400]],
    [0.35, [0, 0.1, 0.2, 0.3]],
    [7, [0, 2, 4, 6]],
    [0, [0]],
  ])('of %d ms', (took, expected) => {
    expect(ticks(took, 5)).toEqual(expected);
  });
});

test('times have three digits', () => {
  expect([0, 0.349, 9.996, 84.32, 99.96, 519.2, 1_234].map(told)).toEqual([
    ...['0.00 ms', '0.35 ms', '10.0 ms', '84.3 ms', '100 ms', '519 ms', '1.23 s'],
  ]);
});
