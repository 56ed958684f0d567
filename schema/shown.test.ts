import { expect, test } from 'vitest';
import { shownValue } from './shown.ts';

const facts = { id: 'graz', adapter: 'IQAIR_DAILY', endpoint: 'http://api.example/', interval: 60_000, bucket: 'b' };
const feed = (more: object) => JSON.stringify({ type: 'Feed', data: { ...facts, state: 'STARTED', ...more } });

test('of a feed everything is shown but its secret, and what nobody knows', () => {
  const shown = JSON.parse(shownValue('air.feeds', {}, feed({ secret: 'v1.c2VhbGVk.c2VhbGVk', key: 'hunter2' })));
  expect(shown).toEqual({ type: 'Feed', data: { ...facts, state: 'STARTED', secret: '***' } });
  expect(shownValue('air.feeds', {}, feed({}))).toBe(feed({}));
});

test.each([
  feed({ secret: 'hunter2' }),
  feed({ endpoint: 'http://api.example/?key=hunter2' }),
  '{"secret": "hunter2"',
  'hunter2',
  '',
])('nothing is shown of a feed that breaks its contract, nor of its dead letter: %s', (value) => {
  expect(shownValue('air.feeds', {}, value)).toBe('***');
  expect(shownValue('dead.letters', { 'dead-letter-topic': 'air.feeds' }, value)).toBe('***');
  // Whoever writes this header elsewhere makes nothing seen.
  expect(shownValue('air.feeds', { 'dead-letter-topic': 'menu.items' }, value)).toBe('***');
});

test('other messages are shown as they are', () => {
  const value = feed({ secret: 'x' });
  expect(shownValue('menu.items', {}, value)).toBe(value);
  expect(shownValue('dead.letters', { 'dead-letter-topic': 'menu.items' }, value)).toBe(value);
});
