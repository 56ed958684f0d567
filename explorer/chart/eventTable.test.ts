import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EventLog, limits } from '../log/events.ts';
import { EventTable } from './eventTable.ts';

beforeEach(() => void vi.stubGlobal('requestAnimationFrame', () => 0));
afterEach(() => void vi.unstubAllGlobals());

const tell = (log: EventLog, value: unknown) =>
  log.told({ type: 'event', cursor: undefined, result: { data: { spaceCount: value } as Record<string, unknown> } });
const valuesOf = (events: EventTable, path: string) =>
  events.table.columns().find((column) => column.path === path)?.values;

it('reads each event once, and not what became of the connection', () => {
  const log = new EventLog();
  const events = new EventTable();
  tell(log, { at: 'now', count: { value: 1 } });
  log.note('lost', 'Lost.');
  expect(events.read(log)).toBe(false);
  tell(log, { at: 'then', count: { value: 2 } });
  events.read(log);
  events.read(log);
  expect(valuesOf(events, 'count.value')).toEqual([1, 2]);
  expect(events.table.columns().at(-1)).toMatchObject({ path: 'received', kind: 'time' });
});

it('draws a log that goes on as one that was read at once', () => {
  const log = new EventLog();
  const [slowly, atOnce] = [new EventTable(), new EventTable()];
  for (let value = 0; value < 50; value++) {
    tell(log, { value });
    if (value % 7 === 0) while (slowly.read(log, 3));
  }
  while (slowly.read(log, 3));
  atOnce.read(log);
  expect(slowly.table.columns()).toEqual(atOnce.table.columns());
});

it('forgets what the log has dropped, read or not', () => {
  const log = new EventLog();
  const events = new EventTable();
  tell(log, { value: -1 });
  events.read(log);
  log.clear();
  events.read(log);
  expect(events.table.length).toBe(0);
  for (let value = 0; value < limits.rows + 2_000; value++) tell(log, { value });
  while (events.read(log));
  expect(events.table.length).toBe(log.rows.length);
  expect(valuesOf(events, 'value')![0]).toBe(limits.rows + 2_000 - log.rows.length);
});

it('takes a payload without fields, and an event that failed', () => {
  const log = new EventLog();
  const events = new EventTable();
  tell(log, 7);
  log.told({ type: 'event', cursor: undefined, result: { data: null } });
  events.read(log);
  expect(valuesOf(events, 'spaceCount')).toEqual([7, null]);
});
