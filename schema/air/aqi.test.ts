import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Concentrations, usAqi } from './aqi.ts';

/** Each class of table 6: its first concentration, its last, and their indexes. */
const classes: [keyof Concentrations, [number, number, number, number][]][] = [
  [
    'pm25',
    [
      [0, 9.0, 0, 50],
      [9.1, 35.4, 51, 100],
      [35.5, 55.4, 101, 150],
      [55.5, 125.4, 151, 200],
      [125.5, 225.4, 201, 300],
      [225.5, 325.4, 301, 500],
    ],
  ],
  [
    'pm10',
    [
      [0, 54, 0, 50],
      [55, 154, 51, 100],
      [155, 254, 101, 150],
      [255, 354, 151, 200],
      [355, 424, 201, 300],
      [425, 604, 301, 500],
    ],
  ],
  [
    'o3EightHours',
    [
      [0, 0.054, 0, 50],
      [0.055, 0.07, 51, 100],
      [0.071, 0.085, 101, 150],
      [0.086, 0.105, 151, 200],
      [0.106, 0.2, 201, 300],
    ],
  ],
  [
    'o3OneHour',
    [
      [0.125, 0.164, 101, 150],
      [0.165, 0.204, 151, 200],
      [0.205, 0.404, 201, 300],
      [0.405, 0.604, 301, 500],
    ],
  ],
  [
    'co',
    [
      [0, 4.4, 0, 50],
      [4.5, 9.4, 51, 100],
      [9.5, 12.4, 101, 150],
      [12.5, 15.4, 151, 200],
      [15.5, 30.4, 201, 300],
      [30.5, 50.4, 301, 500],
    ],
  ],
  [
    'so2OneHour',
    [
      [0, 35, 0, 50],
      [36, 75, 51, 100],
      [76, 185, 101, 150],
      [186, 304, 151, 200],
    ],
  ],
  [
    'so2Day',
    [
      [305, 604, 201, 300],
      [605, 1004, 301, 500],
    ],
  ],
  [
    'no2',
    [
      [0, 53, 0, 50],
      [54, 100, 51, 100],
      [101, 360, 101, 150],
      [361, 649, 151, 200],
      [650, 1249, 201, 300],
      [1250, 2049, 301, 500],
    ],
  ],
];
const decimals = { pm25: 1, pm10: 0, o3EightHours: 3, o3OneHour: 3, co: 1, so2OneHour: 0, so2Day: 0, no2: 0 };
const edges = classes.flatMap(([name, rows]) =>
  rows.flatMap(([low, high, lowIndex, highIndex]) => [
    { name, at: low, index: lowIndex },
    { name, at: high, index: highIndex },
  ]),
);

describe('at the breakpoints', () => {
  test.each(edges)('$name of $at has the index $index', ({ name, at, index }) => {
    expect(usAqi({ [name]: at })?.index).toBe(index);
  });

  test.each(edges)('$name is cut off, not rounded, just above $at', ({ name, at, index }) => {
    expect(usAqi({ [name]: at + 0.99 / 10 ** decimals[name] })?.index).toBe(index);
  });
});

test.each<[Concentrations, number]>([
  [{ pm25: 12 }, 56], // (100 - 51) / (35.4 - 9.1) * (12.0 - 9.1) + 51 = 56.4
  [{ pm25: 35.9 }, 102], // (150 - 101) / (55.4 - 35.5) * (35.9 - 35.5) + 101 = 101.98
  [{ pm10: 100 }, 73], // (100 - 51) / (154 - 55) * (100 - 55) + 51 = 73.27
  [{ o3EightHours: 0.0874125 }, 154], // cut to 0.087: (200 - 151) / (0.105 - 0.086) * (0.087 - 0.086) + 151 = 153.58
])('between them it is interpolated: %o', (concentrations, index) => {
  expect(usAqi(concentrations)?.index).toBe(index);
});

test.each<[string, Concentrations, number]>([
  ['PM2.5', { pm25: 325.5 }, 500],
  ['PM2.5 by far', { pm25: 9_999 }, 500],
  ['PM10', { pm10: 605 }, 500],
  ['ozone over 8 hours', { o3EightHours: 0.201 }, 300],
  ['ozone over an hour', { o3OneHour: 0.605 }, 500],
  ['sulphur dioxide over an hour', { so2OneHour: 305 }, 200],
  ['sulphur dioxide over a day', { so2Day: 1_005 }, 500],
])('above its last breakpoint %s keeps its last index', (_, concentrations, index) => {
  expect(usAqi(concentrations)?.index).toBe(index);
});

test('what no class covers has no index', () => {
  for (const nothing of [{}, { o3OneHour: 0.1249 }, { so2Day: 304.9 }, { pm25: -0.1 }, { pm25: Number.NaN }])
    expect(usAqi(nothing)).toBeUndefined();
});

test('a mean that only arithmetic keeps below a breakpoint is at it', () => {
  expect(usAqi({ pm25: 35.5 - 1e-13 })?.index).toBe(101);
});

test('the worst pollutant counts, and is named', () => {
  expect(usAqi({ pm25: 9.1, pm10: 54, co: 4.4 })).toEqual({ index: 51, main: 'p2' });
  expect(usAqi({ pm25: 9, no2: 101, so2OneHour: 1 })).toEqual({ index: 101, main: 'n2' });
  expect(usAqi({ o3EightHours: 0.201, o3OneHour: 0.405 })).toEqual({ index: 301, main: 'o3' });
  expect(usAqi({ so2OneHour: 400, so2Day: 305 })).toEqual({ index: 201, main: 's2' });
  expect(usAqi({ pm10: 154, pm25: 35.4 })).toEqual({ index: 100, main: 'p2' });
});

test('more of a pollutant never has a lower index, and no index lies outside 0 to 500', () => {
  const name = fc.constantFrom(...classes.map(([each]) => each));
  const amount = fc.double({ min: 0, max: 3_000, noNaN: true });
  fc.assert(
    fc.property(name, amount, amount, (pollutant, one, other) => {
      const less = usAqi({ [pollutant]: Math.min(one, other) })?.index ?? 0;
      const more = usAqi({ [pollutant]: Math.max(one, other) })?.index ?? 0;
      expect(Number.isInteger(more)).toBe(true);
      expect(more).toBeGreaterThanOrEqual(less);
      expect(more).toBeLessThanOrEqual(500);
    }),
    { numRuns: 2_000 },
  );
});
