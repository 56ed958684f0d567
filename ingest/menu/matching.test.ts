import { expect, test } from 'vitest';
import { parseMatch } from '../../schema/menu/match.ts';
import { KnownTerms } from './knownTerms.ts';
import { matchesOf, type PlacedItem } from './matching.ts';

const known = new KnownTerms();
known.take('public', { id: 't', saved: { id: 't', text: 'Boulard' } }, 7);
known.take('acme', { id: 'x', saved: { id: 'x', text: 'Boulard' } }, 8);

const item = (data: object, more: Partial<PlacedItem> = {}): PlacedItem => ({
  ...{ offset: 5, at: 1_700_000_000_000, headers: undefined },
  ...{ value: JSON.stringify({ type: 'MenuItem', data }), ...more },
});

test('a match keeps its contract and says which messages it is about, with the tenant of both', async () => {
  const data = { id: 'i', menu: 'm', name: 'A Boulard', description: 'no Boulart' };
  const [first, second, foreign, ...others] = await matchesOf(known, 3, [
    item(data),
    item({ ...data, description: null }, { headers: { tenant: Buffer.from('acme') } }),
    item({ ...data, name: 'Boulevard' }, { offset: 6, headers: { tenant: 'acme' } }),
  ]);
  expect(parseMatch(first!.value as string)).toEqual({
    ...{ item: 'i', menu: 'm', itemPartition: 3, itemOffset: 5, itemAt: 1_700_000_000_000, term: 't', termOffset: 7 },
    ...{ part: 'NAME', kind: 'EXACT', score: 1, found: 'Boulard', start: 2, end: 9 },
  });
  expect([first!.key, first!.headers]).toEqual(['i', undefined]);
  expect(parseMatch(second!.value as string)).toMatchObject({ part: 'DESCRIPTION', kind: 'FUZZY', found: 'Boulart' });
  expect(foreign!.headers).toEqual({ tenant: 'acme' });
  expect(others.map(({ value }) => parseMatch(value as string).part)).toEqual(['DESCRIPTION']);
});

test('what is no item, or is deleted, is passed over', async () => {
  const deleted = JSON.stringify({ type: 'MenuItemDeleted', data: { id: 'Boulard' } });
  const items = [null, 'Boulard', deleted].map((value) => item({}, { value }));
  const foreign = item({ id: 'i', menu: 'm', name: 'Boulard' }, { headers: { tenant: 'no name' } });
  expect(await matchesOf(known, 0, [...items, foreign])).toEqual([]);
});

test('others have their turn while many items are matched', async () => {
  let turns = 0;
  let goesOn = true;
  const other = () => {
    turns++;
    if (goesOn) setImmediate(other);
  };
  setImmediate(other);
  const description = 'words of no meaning '.repeat(20);
  const began = performance.now();
  const items = Array.from({ length: 5_000 }, (_, at) => item({ id: at, menu: 'm', name: 'Boulard', description }));
  expect((await matchesOf(known, 0, items)).length).toBe(5_000);
  goesOn = false;
  expect(turns).toBeGreaterThan((performance.now() - began) / 50);
});
