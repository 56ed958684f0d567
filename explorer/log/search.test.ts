import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EventLog, limits } from './events.ts';
import { Search } from './search.ts';

beforeAll(() => void vi.stubGlobal('requestAnimationFrame', () => {}));
afterAll(() => void vi.unstubAllGlobals());

const add = (log: EventLog, text: string, cursor = 'c') =>
  log.told({ type: 'event', result: { data: { text } }, cursor });

describe('Search', () => {
  it.each([
    ['ann', [1, 4]],
    ['a.b', [2]],
    ['\\', []],
    ['CURSOR', [3]],
    ['stopped', [5]],
  ])('finds %j', (text, numbers) => {
    const log = new EventLog();
    add(log, 'Ann');
    add(log, 'a.b');
    add(log, 'axb', 'theCursor');
    add(log, 'Joann');
    log.note('ended', 'Stopped.');
    const search = new Search(log, text);
    expect(search.look(1_000)).toBe(true);
    expect(search.numbers).toEqual(numbers);
  });

  it('goes on where it was, through rows that come and rows that are dropped', () => {
    const log = new EventLog();
    const search = new Search(log, 'match');
    let looks = 0;
    for (let n = 1; n <= 1.5 * limits.rows; n++) {
      add(log, n % 10 === 0 ? 'match' : 'other');
      if (n % 7_777 === 0) looks += search.look(0.5) ? 1 : 0;
    }
    while (!search.look(0.5)) looks += 1;
    const expected = log.rows.filter(({ text }) => text.includes('match')).map(({ number }) => number);
    expect(search.numbers).toEqual(expected);
    expect(looks).toBeGreaterThan(0);
    log.clear();
    search.look(1);
    expect(search.numbers).toEqual([]);
  });
});
