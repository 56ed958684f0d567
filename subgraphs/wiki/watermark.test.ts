import { expect, test } from 'vitest';
import { patienceMs, Watermark } from './watermark.ts';

const begun = Date.UTC(2026, 0, 1);

test('nothing is known until every partition has shown an edit, or has had time to', () => {
  const watermark = new Watermark();
  expect([watermark.reached([0, 0]), watermark.newest]).toEqual([undefined, -1]);
  watermark.see(0, begun, begun - 500);
  expect(watermark.reached([1, 0])).toBeUndefined();
  watermark.see(0, begun + patienceMs, begun + patienceMs);
  expect(watermark.reached([2, 0])).toBe(begun);
});

test('the slowest partition counts, unless it has fallen silent', () => {
  const watermark = new Watermark();
  watermark.see(0, begun, begun);
  watermark.see(1, begun, begun - 60_000);
  expect(watermark.reached([1, 1])).toBe(begun - 60_000 - patienceMs);
  watermark.see(0, begun + patienceMs + 1, begun + patienceMs);
  expect(watermark.reached([2, 1])).toBe(begun);
  expect(watermark.newest).toBe(begun + patienceMs);
});

test('it never goes back by an older edit, nor ahead by one that claims to be of the future', () => {
  const watermark = new Watermark();
  watermark.see(0, begun, begun);
  watermark.see(0, begun + 1, begun - 60_000);
  expect(watermark.reached([2])).toBe(begun - patienceMs);
  watermark.see(0, begun + 2, begun + 86_400_000);
  expect(watermark.reached([3])).toBe(begun + 2 - patienceMs);
});
