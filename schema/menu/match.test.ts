import { expect, test } from 'vitest';
import { parseMatch } from './match.ts';

const match = {
  ...{ item: 'i', menu: 'm', itemPartition: 1, itemOffset: 2, itemAt: '2026-01-31T12:00:00.123Z', term: 't' },
  ...{ termOffset: 3, part: 'NAME', kind: 'FUZZY', score: 0.8, found: 'Boulart', start: 4, end: 11 },
};

test('a match says which messages it is about', () => {
  const itemAt = Date.UTC(2026, 0, 31, 12, 0, 0, 123);
  expect(parseMatch(JSON.stringify(match))).toEqual({ ...match, itemAt });
});

test.each([
  [{ end: 4 }, /^end 4 is not after start 4$/],
  [{ itemAt: 'noon' }, /^itemAt must be a moment such as/],
  [{ kind: 'CLOSE' }, /^kind must be EXACT or FOLDED or FUZZY, not "CLOSE"$/],
  [{ score: 2 }, /^score must be <= 1, not 2$/],
])('with %j it is none', (wrong, reason) => {
  expect(() => parseMatch(JSON.stringify({ ...match, ...wrong }))).toThrow(reason);
});
