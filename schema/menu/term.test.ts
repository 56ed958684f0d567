import { expect, test } from 'vitest';
import { parseTermMessage, termKey } from './term.ts';

const term = (id: string | number, text: string) => JSON.stringify({ type: 'Term', data: { id, text } });

test('a term stands under its id, with the tenant before it unless it is public', () => {
  expect(parseTermMessage('7', term(7, ' 42 Below '), 'public')).toEqual({
    id: '7',
    saved: { id: '7', text: '42 Below' },
  });
  expect(termKey('acme', '7')).toBe('acme/7');
  const deleted = JSON.stringify({ type: 'TermDeleted', data: { id: '7' } });
  expect(parseTermMessage('acme/7', deleted, 'acme')).toEqual({ id: '7', saved: null });
});

test('no id of the public is taken for a term of a tenant, which Kafka would drop for it', () => {
  expect(termKey('public', 'acme/7')).toBe('public/acme/7');
  expect(termKey('public', 'acme/7')).not.toBe(termKey('acme', '7'));
});

test.each([
  ['7', null, /^the message has no value; menu\.terms takes deletions as messages of their own$/],
  ['8', term('7', 'Ale'), /^the key must be "7", not "8"$/],
  [null, term('7', 'Ale'), /^the key must be "7", not null$/],
  ['7', term('7', ' '), /^data\.text is empty$/],
  ['7', term('7', 'x'.repeat(201)), /^data\.text must NOT have more than 200 characters/],
  ['7', term('7', 'ﷺ'.repeat(100)), /^Term 7 has \d+ letters, and a term may have 256/],
])('key %s with value %s is no term', (key, value, reason) => {
  expect(() => parseTermMessage(key, value, 'public')).toThrow(reason);
});
