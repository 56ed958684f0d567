import { expect, it, vi } from 'vitest';
import { ask } from '../client.ts';
import { Reader } from './reader.ts';

vi.mock('../client.ts', () => ({ ask: vi.fn() }));
vi.mock('../follow.ts', () => ({ follow: vi.fn() }));
vi.stubGlobal('requestAnimationFrame', () => 0);

it('has the page that came while nobody looked', async () => {
  const node = { partition: 0, offset: '7', key: null, value: '{}', headers: null, at: '2026-01-31T12:00:00.000Z' };
  vi.mocked(ask).mockImplementation(async (_query, _variables, signal) => {
    await Promise.resolve();
    signal?.throwIfAborted();
    return { topic: { messages: { edges: [{ cursor: 'c', node }], pageInfo: { hasNextPage: false } } } };
  });
  const reader = new Reader({ topic: 'wiki.edits', key: undefined, from: undefined });
  const page = reader.more();
  reader.pause();
  await page;
  expect(reader).toMatchObject({ state: { is: 'idle' }, hasMore: false, messages: { items: [node] } });
});
