import { OperationTypeNode } from 'graphql';
import { expect, it, vi } from 'vitest';
import { EventLog, limits } from './log/events.ts';
import { beginRun, showTab, useRuns } from './runs.ts';

vi.stubGlobal('requestAnimationFrame', () => {});

function watch(tab: string, characters: number): EventLog {
  const log = new EventLog();
  beginRun(tab, { operation: { query: '' }, type: OperationTypeNode.SUBSCRIPTION, log });
  log.told({ type: 'event', result: { data: { text: 'x'.repeat(characters) } }, cursor: 'c' });
  return log;
}

it('clears the logs of the tabs that ran longest ago when all hold too much', () => {
  vi.useFakeTimers();
  const logs = ['a', 'b', 'c', 'd'].map((tab) => {
    vi.advanceTimersByTime(1);
    return watch(tab, limits.characters * 0.4);
  });
  expect(logs.map(({ rows }) => rows.length)).toEqual([0, 1, 1, 1]);
});

it('forgets what closed tabs ran', () => {
  watch('e', 1);
  watch('f', 1);
  showTab('f', ['f']);
  expect(Object.keys(useRuns.getState().byTab)).toEqual(['f']);
});
