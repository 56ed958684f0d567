import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventLog, limits } from './events.ts';

/** What waits for the next frame. */
let frames: (() => void)[] = [];
beforeAll(() => void vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame)));
afterAll(() => void vi.unstubAllGlobals());
beforeEach(() => {
  frames = [];
});

const event = (log: EventLog, n: number, text = '') =>
  log.told({ type: 'event', result: { data: { n, text } }, cursor: `c${n}` });
const numbers = (log: EventLog) => [log.rows[0]!.number, log.rows.at(-1)!.number];

describe('EventLog', () => {
  it('says when a subscription begins again, because no event had come to go on after', () => {
    const log = new EventLog();
    log.told({ type: 'connected', after: undefined });
    log.told({ type: 'lost', reason: 'The server is silent.', retryMs: 500 });
    log.told({ type: 'connected', after: undefined });
    expect(log.rows.map(({ type, text }) => type === 'connected' && text)).toEqual([
      'Connected',
      false,
      'Connected, and begins again: no event had come to go on after',
    ]);
  });

  it('holds events, and what became of the connection between them', () => {
    const log = new EventLog();
    log.told({ type: 'connected', after: undefined });
    event(log, 1);
    log.told({ type: 'lost', reason: 'The server is silent.', retryMs: 500 });
    log.told({ type: 'connected', after: 'c1' });
    event(log, 2);
    expect(log.rows.map(({ number, type, cursor }) => [number, type, cursor])).toEqual([
      [1, 'connected', undefined],
      [2, 'event', 'c1'],
      [3, 'lost', undefined],
      [4, 'connected', 'c1'],
      [5, 'event', 'c2'],
    ]);
    log.told({ type: 'connected', after: 'c1' });
    expect(log.cursor).toBe('c1');
    event(log, 2);
    expect(log.eventBefore(5)).toBe(log.row(2));
    expect(log.eventBefore(2)).toBeUndefined();
    expect(log).toMatchObject({
      events: 3,
      cursor: 'c2',
      lastNote: { type: 'connected', number: 6 },
      last: { data: { n: 2 } },
    });
  });

  it('can go on after the earliest cursor that an error tells', () => {
    const log = new EventLog();
    const errors = [new GraphQLError('Expired.', { extensions: { code: 'CURSOR_EXPIRED', earliest: 'c9' } })];
    log.told({ type: 'event', result: { errors }, cursor: undefined });
    expect([log.row(1)?.cursor, log.cursor]).toEqual(['c9', 'c9']);
  });

  it('goes on counting after it is cleared', () => {
    const log = new EventLog();
    for (const n of [1, 2, 3]) event(log, n);
    log.clear();
    event(log, 4);
    expect(numbers(log)).toEqual([4, 4]);
    expect(log).toMatchObject({ dropped: 3, cleared: 3, events: 4 });
    expect(log.eventBefore(4)).toBeUndefined();
    expect(log.row(3)).toBeUndefined();
  });

  it('drops the oldest rows past its limit', () => {
    const log = new EventLog();
    for (let n = 1; n <= 3 * limits.rows; n++) event(log, n);
    expect(log.rows.length).toBeGreaterThanOrEqual(limits.rows);
    expect(log.rows.length).toBeLessThanOrEqual(limits.rows + 1_000);
    expect(numbers(log)).toEqual([log.dropped + 1, 3 * limits.rows]);
    expect(log.row(3 * limits.rows)).toMatchObject({ cursor: `c${3 * limits.rows}` });
  });

  it('drops as many of the oldest rows as it takes to hold a long one', () => {
    const log = new EventLog();
    for (let n = 1; n <= 1_000; n++) event(log, n);
    const text = 'x'.repeat(limits.characters / 4);
    for (let n = 1_001; n <= 1_010; n++) event(log, n, text);
    const held = log.rows.reduce((sum, row) => sum + row.text.length, 0);
    expect(held).toBeLessThanOrEqual(limits.characters + 1024 * 1024);
    expect(numbers(log)).toEqual([1_007, 1_010]);
    event(log, 1_011, 'x'.repeat(limits.characters + 2 * 1024 * 1024));
    expect(numbers(log)).toEqual([1_011, 1_011]);
  });

  it('tells with the next frame, but at most ten times a second', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    const log = new EventLog();
    const told = vi.fn();
    const stop = log.subscribe(told);
    for (let n = 1; n <= 10_000; n++) event(log, n);
    expect(frames).toHaveLength(1);
    expect(told).not.toHaveBeenCalled();
    frames.shift()!();
    expect(told).toHaveBeenCalledTimes(1);
    for (let n = 1; n <= 10; n++) event(log, n);
    expect(frames).toHaveLength(0);
    vi.advanceTimersByTime(100);
    frames.shift()!();
    expect(told).toHaveBeenCalledTimes(2);
    stop();
    vi.advanceTimersByTime(100);
    event(log, 1);
    frames.shift()!();
    expect(told).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });
});
