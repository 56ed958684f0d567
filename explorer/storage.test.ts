import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { storage } from './storage.ts';

const kept = new Map<string, string>();
beforeAll(() => void vi.stubGlobal('localStorage', { setItem: (key: string, value: string) => kept.set(key, value) }));
afterAll(() => void vi.unstubAllGlobals());

it.each(['queries', 'favorites'])('keeps no headers in the %s of the history', (name) => {
  const item = { query: '{ a }', variables: '{"headers": 1}', operationName: null };
  storage.setItem(`graphiql:${name}`, JSON.stringify({ [name]: [{ ...item, headers: '{"x-api-key":"secret"}' }] }));
  expect(JSON.parse(kept.get(`graphiql:${name}`)!)).toEqual({ [name]: [item] });
});

it('keeps everything else as it is', () => {
  storage.setItem('graphiql:theme', 'dark');
  expect(kept.get('graphiql:theme')).toBe('dark');
});
