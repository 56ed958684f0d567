import type { Drawing } from './series.ts';

/** Where the viewer is: times are shown as they are there. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const plain = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 });
const scientific = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, notation: 'scientific' });

/** What a chart shows, in words: how many points, from where to where, and between which values. */
export function summaryOf({ x, categories, series, notes }: Drawing): string {
  const count = series.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return ['0 points.', ...notes].join(' ');
  const least = Math.min(...series.map((one) => one.least));
  const greatest = Math.max(...series.map((one) => one.greatest));
  const of = series.length === 1 ? ` of ${series[0]!.name}` : ` in ${series.length} series`;
  const said = `${plain.format(count)} point${count === 1 ? '' : 's'}${of}`;
  const range = `min ${readNumber(least)}, max ${readNumber(greatest)}`;
  return [`${said}, ${span({ x, categories, series })}, ${range}.`, ...notes].join(' ');
}

/** A number in at most 6 digits. */
export function readNumber(value: number): string {
  const size = Math.abs(value);
  return (size !== 0 && (size >= 1e15 || size < 1e-6) ? scientific : plain).format(value);
}

function span({ x, categories, series }: Omit<Drawing, 'notes'>): string {
  if (x === 'category') return `over ${categories.length} ${categories.length === 1 ? 'category' : 'categories'}`;
  const filled = series.filter(({ points }) => points.length > 0);
  const from = Math.min(...filled.map(({ points }) => points[0]![0]));
  const to = Math.max(...filled.map(({ points }) => points.at(-1)![0]));
  if (x === 'number') return `from ${readNumber(from)} to ${readNumber(to)}`;
  return `from ${moment.format(from)} to ${moment.format(to)} (${timeZone})`;
}
