import { expect, test } from 'vitest';
import { derivedItemId, parseItemMessage } from './item.ts';

const parse = (type: string, data: unknown) => parseItemMessage(JSON.stringify({ type, data }));

test('an item keeps its texts but for the space around them, and no description is null', () => {
  const data = { id: 7, menu: 1257, name: ' Red  Wine\n', description: ' dry ' };
  const saved = { id: '7', menu: '1257', name: 'Red  Wine', description: 'dry' };
  expect(parse('MenuItem', data)).toEqual({ id: '7', saved });
  for (const description of [undefined, null, '', ' \n'])
    expect(parse('MenuItem', { ...data, description }).saved).toEqual({ ...saved, description: null });
  expect(parse('MenuItemDeleted', { id: 'x' })).toEqual({ id: 'x', saved: null });
});

test('what UTF-8 does not have becomes what it has, so that every store keeps the same', () => {
  const { saved } = parse('MenuItem', { id: 'a\ud800', menu: 'm', name: '\udc00b' });
  expect(saved).toMatchObject({ id: 'a\ufffd', name: '\ufffdb' });
});

test.each([
  [null, /^the message has no value; menu\.items takes deletions as messages of their own$/],
  ['{', /^not JSON: /],
  ['{"data":{}}', /^"type" is missing; it must be one of MenuItem, MenuItemDeleted$/],
  ['{"type":"MenuItem","data":{"id":"1","menu":"2"}}', /^data must have required property 'name'$/],
  ['{"type":"MenuItem","data":{"id":"1","menu":"2","name":" "}}', /^data\.name is empty$/],
  ['{"type":"MenuItem","data":{"id":"","menu":"2","name":"a"}}', /^data\.id must NOT have fewer than 1 characters/],
])('%s is no item', (value, reason) => {
  expect(() => parseItemMessage(value)).toThrow(reason);
});

test('the same row of a menu has the same id, and another row another', () => {
  const id = derivedItemId('1257', 'Wine', null);
  expect(id).toMatch(/^1257\/[0-9a-f]{16}$/);
  const others = [
    derivedItemId('1257', 'Wine', 'null'),
    derivedItemId('1258', 'Wine', null),
    derivedItemId('1257', 'Win', 'e'),
  ];
  expect(new Set([id, derivedItemId('1257', 'Wine', null), ...others]).size).toBe(4);
  expect(derivedItemId('m'.repeat(200), 'Wine', null).length).toBeLessThanOrEqual(200);
});
