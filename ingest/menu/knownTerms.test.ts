import { expect, test } from 'vitest';
import { KnownTerms } from './knownTerms.ts';

const item = (name: string, description: string | null = null) => ({ id: 'i', menu: 'm', name, description });
const save = (known: KnownTerms, offset: number, id: string, text: string | null, tenant = 'public') =>
  known.take(tenant, { id, saved: text === null ? null : { id, text } }, offset);
const found = (known: KnownTerms, name: string, tenant = 'public') =>
  known.find(tenant, item(name)).map(({ term, termOffset }) => `${term}@${termOffset}`);

test('a term is found by its last text, with the offset of its message, among those of its tenant', () => {
  const known = new KnownTerms();
  save(known, 0, 'a', 'Boulard');
  save(known, 1, 'b', 'Boulard');
  save(known, 2, 'a', 'Boulard', 'acme');
  expect([found(known, 'one boulard'), found(known, 'one boulard', 'acme')]).toEqual([['a@0', 'b@1'], ['a@2']]);
  save(known, 3, 'a', 'Yellow Tail');
  save(known, 4, 'b', null);
  expect([found(known, 'one boulard'), found(known, 'yellow tail')]).toEqual([[], ['a@3']]);
  expect(found(known, 'one boulard', 'acme')).toEqual(['a@2']);
  expect(found(known, 'one boulard', 'nobody')).toEqual([]);
});

test('name and description are looked through each by itself', () => {
  const known = new KnownTerms();
  save(known, 0, 'a', 'Wolf Blass');
  expect(known.find('public', item('Wolf', 'Blass'))).toEqual([]);
  const places = known.find('public', item('the Wolf Blass', 'Wolf Blass')).map(({ part, start }) => [part, start]);
  expect(places).toEqual([
    ['NAME', 4],
    ['DESCRIPTION', 0],
  ]);
});

test('messages that come again change nothing', () => {
  const known = new KnownTerms();
  save(known, 0, 'a', 'Boulard');
  save(known, 1, 'a', null);
  known.position = 2;
  save(known, 0, 'a', 'Boulard');
  expect(found(known, 'Boulard')).toEqual([]);
});

test('since an offset there are the terms whose last message stands there or behind it', async () => {
  const known = new KnownTerms();
  save(known, 0, 'a', 'Boulard');
  save(known, 1, 'b', 'Battery', 'acme');
  save(known, 2, 'c', 'Campari');
  save(known, 3, 'c', null);
  save(known, 4, 'd', 'Dubonnet');
  const text = 'Boulard Battery Campari Dubonnet';
  const since = async (offset: number) => {
    const terms = await known.since(offset);
    return terms && [...found(terms, text), ...found(terms, text, 'acme')];
  };
  expect([await since(0), await since(1), await since(2)]).toEqual([['a@0', 'd@4', 'b@1'], ['d@4', 'b@1'], ['d@4']]);
  expect(await since(5)).toBeUndefined();
});
