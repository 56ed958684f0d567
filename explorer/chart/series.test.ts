import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Choice, choiceOf, mostSeries, rowCount } from './choice.ts';
import { listsOf } from './lists.ts';
import { type Point, seenPoints, seriesOf } from './series.ts';
import { summaryOf } from './summary.ts';

function draw(rows: object[], chosen: Partial<Choice> = {}) {
  const columns = listsOf({ rows })[0]!.table.columns();
  return seriesOf(columns, choiceOf(columns, chosen));
}
const time = (ms: number) => new Date(ms).toISOString();

describe('over time', () => {
  it('sorts the points and leaves gaps', () => {
    const { series, notes } = draw([
      { at: time(3_000), value: 3 },
      { at: time(1_000), value: 0 },
      { at: time(2_000), value: null },
      { at: null, value: 9 },
    ]);
    expect(series).toEqual([
      {
        ...{ name: 'value', count: 2, least: 0, greatest: 3 },
        points: [
          [1_000, 0],
          [2_000, null],
          [3_000, 3],
        ],
      },
    ]);
    expect(notes).toEqual(['Left out: 1 without at.']);
  });

  it('counts rows by buckets, the empty ones too', () => {
    const { series, notes } = draw([0, 100, 4_200].map((ms) => ({ at: time(ms), title: 'a' })));
    expect(series[0]!.points).toEqual([
      [0, 2],
      [1_000, 0],
      [2_000, 0],
      [3_000, 0],
      [4_000, 1],
    ]);
    expect(notes).toEqual(['Rows are counted by 1 s.']);
  });

  it('counts by the days of the viewer', () => {
    vi.stubEnv('TZ', 'Europe/Vienna'); // whose clocks change on 29 March
    const days = Array.from({ length: 60 }, (_, at) => new Date(Date.UTC(2026, 2, 1 + at)).toISOString().slice(0, 10));
    const { points } = draw(days.map((day) => ({ day }))).series[0]!;
    expect(points).toEqual(days.map((_, at) => [new Date(2026, 2, 1 + at).getTime(), 1]));
    vi.unstubAllEnvs();
  });

  it('counts each row once in at most a few hundred buckets', () => {
    const moment = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(fc.array(moment, { minLength: 1 }), (times) => {
        const { points } = draw(times.map((ms) => ({ at: time(ms) }))).series[0]!;
        expect(points.reduce((sum, [, count]) => sum + count!, 0)).toBe(times.length);
        expect(points.length).toBeLessThan(300);
      }),
    );
  });
});

describe('by category', () => {
  it('sums what repeats, and says so', () => {
    const rows = [
      { name: 'a', value: 1 },
      { name: 'b', value: null },
      { name: 'a', value: 2 },
      { name: null, value: 4 },
    ];
    const { series, categories, notes } = draw(rows, { x: 'name', split: '' });
    expect(categories).toEqual(['a', 'b']);
    expect(series[0]!.points).toEqual([
      [0, 3],
      [1, null],
    ]);
    expect(notes).toEqual(['Left out: 1 without name.', 'Where name repeats, values are summed.']);
  });

  it('sums bars that would stand at the same place, over time too', () => {
    const rows = [2_000, 1_000, 2_000].map((ms, n) => ({ at: time(ms), value: n }));
    const { series, notes } = draw(rows, { shape: 'bar', split: '' });
    expect(series[0]!.points).toEqual([
      [1_000, 1],
      [2_000, 2],
    ]);
    expect(notes).toEqual(['Where at repeats, values are summed.']);
    expect(draw(rows, { split: '' }).series[0]!.points.length).toBe(3);
  });

  it('loses nothing of a sum, however it is split', () => {
    const row = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      group: fc.constantFrom('x', 'y', null),
      value: fc.integer(),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.constantFrom('', 'group'), (rows, split) => {
        const { series } = draw(rows, { x: 'name', y: ['value'], split });
        const drawn = series.flatMap(({ points }) => points).reduce((sum, [, value]) => sum + (value ?? 0), 0);
        expect(drawn).toBe(rows.reduce((sum, { value }) => sum + value, 0));
      }),
    );
  });
});

it('draws at most 12 series, those with the most rows, and says so', () => {
  const rows = Array.from({ length: 20 }, (_, group) =>
    Array.from({ length: group + 1 }, (_, n) => ({ at: time(n), group: `g${group}`, a: n, b: n })),
  ).flat();
  const { series, notes } = draw(rows, { split: 'group', y: ['a', 'b', rowCount] });
  expect(series.length).toBe(mostSeries);
  expect(series.map(({ name }) => name).slice(0, 3)).toEqual(['g16: a', 'g16: b', 'g16: rows']);
  expect(notes[0]).toBe('4 of the 20 values of group are shown, those with the most rows.');
});

it('takes what no axis can hold for a gap', () => {
  const { series } = draw([
    { at: time(1), value: JSON.parse('1e999') },
    { at: time(2), value: 1e300 },
  ]);
  expect(series[0]).toMatchObject({ count: 1, least: 1e300 });
});

describe('seenPoints', () => {
  it('leaves a line of few points as it is', () => {
    const points: Point[] = [
      [0, null],
      [1, 1],
    ];
    expect(seenPoints(points)).toBe(points);
  });

  it('keeps all values of a dense line, and of its gaps those that are wide', () => {
    const isWide = (x: number) => x >= 5_000 && x < 6_000;
    const points = Array.from({ length: 10_000 }, (_, x): Point => [x, x % 3 === 0 || isWide(x) ? null : x]);
    const seen = seenPoints(points);
    expect(seen.filter(([, value]) => value !== null)).toEqual(points.filter(([, value]) => value !== null));
    expect(seen.filter(([, value]) => value === null)).toEqual([[5_000, null]]);
  });
});

describe('summaryOf', () => {
  it('says how many points there are, and between what', () => {
    const summary = summaryOf(draw([{ at: '2026-01-31T12:00:00Z', value: 1e300 }]));
    expect(summary).toMatch(/^1 point of value, from Jan 31, 2026, .* to Jan 31, 2026, .*, min 1E300, max 1E300\.$/);
  });

  it('says when there is none', () => {
    expect(summaryOf(draw([{ name: 'a', value: 1 }], { y: [] }))).toBe('0 points. Choose a y.');
    expect(summaryOf(draw([{ at: null }]))).toMatch(/^0 points\. /);
  });
});

it('draws 100,000 rows', () => {
  const rows = Array.from({ length: 100_000 }, (_, n) => ({ at: time(n * 1_000), city: `c${n % 4}`, a: n, b: -n }));
  expect(summaryOf(draw(rows))).toMatch(/^100,000 points in 4 series, .* min 0, max 99,999\.$/);
  expect(draw(rows, { x: 'a', y: [rowCount, 'b'] }).series.map(({ count }) => count)).toEqual([100_000, 100_000]);
});
