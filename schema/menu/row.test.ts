import { expect, test } from 'vitest';
import { foundItem, foundTerm } from './row.ts';

const where = 'f:2';

test('a row of a menu is an item, with an id that follows from what it says unless it has one', () => {
  const values = { menuid: ' 1257', productname: 'Wine ', productdescription: ' ', price: '5' };
  const { text, key, broken } = foundItem({ where, values });
  const data = { id: key, menu: '1257', name: 'Wine', description: null };
  expect([broken, JSON.parse(text)]).toEqual([undefined, { type: 'MenuItem', data }]);
  expect(foundItem({ where, values: { ...values, itemid: ' w-1 ' } }).key).toBe('w-1');
});

test('a row of terms is a term', () => {
  const found = foundTerm({ where, values: { termid: '102', term: '1664' } });
  expect(found).toEqual({ where, key: '102', text: '{"type":"Term","data":{"id":"102","text":"1664"}}' });
});

test('what breaks the contract says why, and what is no row stays what it is', () => {
  expect(foundTerm({ where, values: { termid: '', term: 'Ale' } })).toEqual({
    ...{ where, text: '{"type":"Term","data":{"id":"","text":"Ale"}}' },
    broken: 'data.id must NOT have fewer than 1 characters, not ""',
  });
  const broken = { where, text: '1,2', broken: '2 values for 3 columns' };
  expect([foundItem(broken), foundTerm(broken)]).toEqual([broken, broken]);
});
