import { describe, expect, it } from 'vitest';
import { changes, shortCursor, summary } from './diff.ts';

const event = (person: unknown, cursor = 'c') => JSON.stringify({ data: { graphChanged: { person, cursor } } });
const long = 'x'.repeat(100_001);

describe('changes', () => {
  it('are at their paths, with values as JSON', () =>
    expect(changes(event({ name: 'Ann', age: 1 }), event({ name: 'Bo', at: null, age: 1 }))).toEqual([
      { path: 'person.name', before: '"Ann"', after: '"Bo"' },
      { path: 'person.at', before: undefined, after: 'null' },
    ]));
  it('are whole paths where there is no event', () =>
    expect(changes(event(1), '{"data":null,"errors":[]}').map(({ path }) => path)).toEqual(['data', 'errors']));
});

describe('summary', () => {
  it.each([
    ['the event itself', undefined, event({ name: 'Ann' }), '{"person":{"name":"Ann"},"cursor":"c"}'],
    ['an error', undefined, '{"data":null,"errors":[1]}', '{"data":null,"errors":[1]}'],
    ['a change', event({ name: 'Ann' }, 'b'), event({ name: 'Bo' }), 'person.name: "Ann" → "Bo"'],
    ['what is new', event({}), event({ name: 'Bo' }), 'person.name: "Bo" is new'],
    ['what is gone', event({ name: 'Bo' }), event({}), 'person.name: "Bo" → gone'],
    ['an object for null', event(null), event({ name: 'Bo' }), 'person: null → {"name":"Bo"}'],
    [
      'a new place alone',
      '{"data":{"e":{"cursor":"b","at":1}}}',
      '{"data":{"e":{"cursor":"c","at":2}}}',
      'nothing changed',
    ],
    ['many changes', event([1, 2, 3, 4]), event([2, 3, 4, 5]), '4 changes: person.0, person.1, person.2, person.3'],
    ['what is long', event(1), event(long), '100,053 characters'],
  ])('tells %s', (_, before, after, line) => expect(summary(before, after, 'c')).toBe(line));
});

it('shortens a cursor to its end', () => {
  expect(shortCursor('AbcdefghijklmnopQ')).toBe('…jklmnopQ');
  expect(shortCursor('short')).toBe('short');
});
