import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSettings } from '../../platform/config.ts';
import { ContractError } from '../../schema/contract.ts';
import { RawResponses } from './store.ts';

let folder: string;
let store: RawResponses;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-objects-'));
  store = await RawResponses.open(readSettings({ TRIBUTARY_DATA: folder }));
});
afterEach(() => rm(folder, { recursive: true }));

const filesIn = async (path: string) =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length));

test.each([
  ['JSON', Buffer.from('{"ü":1}')],
  ['nothing', Buffer.alloc(0)],
  ['what is no text', Buffer.from([0, 255, 13, 10, 26])],
  ['much', Buffer.alloc(4 << 20, 'x')],
])('%s comes back untouched', async (_, body) => {
  expect(await store.put('public', 'results', 'bangkok', 'r-1', body)).toEqual({
    id: 'r-1',
    filename: 'results/bangkok/r-1.json',
  });
  expect((await store.get('public', 'results/bangkok/r-1.json'))?.equals(body)).toBe(true);
  expect(await filesIn(folder)).toEqual(['/objects/public/results/bangkok/r-1.json']);
  expect((await readFile(join(folder, 'objects/public/results/bangkok/r-1.json'))).equals(body)).toBe(true);
});

test('what is stored again replaces itself', async () => {
  await store.put('public', 'results', 'bangkok', 'r-1', Buffer.from('longer'));
  await store.put('public', 'results', 'bangkok', 'r-1', Buffer.from('new'));
  expect(String(await store.get('public', 'results/bangkok/r-1.json'))).toBe('new');
});

test('what is not there is told from a store that is away', async () => {
  expect(await store.get('public', 'results/bangkok/r-1.json')).toBeUndefined();
  await writeFile(join(folder, 'objects'), 'a file where the folder should be');
  await expect(store.get('public', 'results/bangkok/r-1.json')).rejects.toThrow();
  await expect(store.put('public', 'results', 'bangkok', 'r-1', Buffer.from('x'))).rejects.toThrow();
});

describe('no name leads elsewhere:', () => {
  const wicked = [
    '',
    '.',
    '..',
    '...',
    '../x',
    'x/..',
    'a/../../x',
    '/etc',
    'a\\..\\b',
    'a\0',
    'a b',
    '.hidden',
    'ä',
    'a\n',
  ];

  test.each(wicked)('the bucket, feed or run %j', async (name) => {
    const named: [bucket: string, feed: string, run: string][] = [
      [name, 'f', 'r'],
      ['b', name, 'r'],
      ['b', 'f', name],
    ];
    for (const [bucket, feed, run] of named) {
      await expect(store.put('public', bucket, feed, run, Buffer.from('x'))).rejects.toThrow(ContractError);
      await expect(store.get('public', `${bucket}/${feed}/${run}.json`)).rejects.toThrow(ContractError);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test('tenants whose names mean something to folders have folders of their own', async () => {
    const tenants = ['public', '.', '..', '...', '....', 'a', '.a', 'a.', 'a..', 'a...', 'a....', '..a', '-', '_'];
    for (const tenant of tenants) await store.put(tenant, 'b', 'f', 'r', Buffer.from(tenant));
    for (const tenant of tenants) expect(String(await store.get(tenant, 'b/f/r.json'))).toBe(tenant);
    const files = await filesIn(folder);
    expect(files).toHaveLength(tenants.length);
    for (const file of files) expect(file).toMatch(/^\/objects\/[^/]+\/b\/f\/r\.json$/);
  });
});
