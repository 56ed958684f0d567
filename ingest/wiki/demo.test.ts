import { expect, test } from 'vitest';
import { toWikiEdit } from '../../schema/wiki/edit.ts';
import { inventedEdits } from './demo.ts';

const noon = Date.UTC(2026, 0, 31, 12) / 1000;
const hours = (first: number, count: number) =>
  Array.from({ length: count * 3600 }, (_, at) => inventedEdits(first + at)).flat();

test('invented edits are the same every time, each with an id of its own', () => {
  const edits = hours(noon, 1);
  expect(hours(noon, 1)).toEqual(edits);
  expect(new Set(edits.map(({ meta }) => meta?.id)).size).toBe(edits.length);
  expect(edits[0]!.meta!.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('invented edits keep the contract, and have whatever real ones have', () => {
  const edits = hours(noon, 1).map((event) => toWikiEdit(event, { topic: 'wiki.edits', partition: 0, offset: 0 }));
  const values = (name: 'type' | 'wiki' | 'bot' | 'minor' | 'namespace') => [
    ...new Set(edits.map((edit) => edit[name])),
  ];
  expect(values('type').sort()).toEqual(['categorize', 'edit', 'external', 'log', 'new']);
  expect(values('wiki').length).toBe(6);
  expect(values('namespace').sort((a, b) => Number(a) - Number(b))).toEqual([0, 1, 2, 6, 14]);
  for (const name of ['bot', 'minor'] as const) expect(values(name)).toHaveLength(2);
  expect(edits.some(({ delta }) => delta! < 0) && edits.some(({ delta }) => delta! > 0)).toBe(true);
  expect(edits.filter(({ title }) => title === 'Northwind Systems').length).toBeGreaterThan(10);
  expect(edits.filter(({ user }) => user.startsWith('192.0.2.')).length).toBeGreaterThan(10);
});

test('there are more invented edits by day than by night', () => {
  const [day, night] = [hours(noon + 3 * 3600, 1), hours(noon - 9 * 3600, 1)];
  expect(day.length / night.length).toBeGreaterThan(2);
});
