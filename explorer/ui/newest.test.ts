import { expect, it } from 'vitest';
import { Newest } from './newest.ts';

const texts = (items: number, weight: number) => new Newest<string>((text) => text.length, { items, weight });

it('holds the newest of so many', () => {
  const list = texts(3, 100);
  list.push('a', 'b');
  list.push('c', 'd', 'e');
  expect(list).toMatchObject({ items: ['c', 'd', 'e'], dropped: 2 });
});

it('holds the newest of so much', () => {
  const list = texts(100, 6);
  list.push('aa', 'bb', 'cc');
  expect(list.dropped).toBe(0);
  list.push('ddd');
  expect(list).toMatchObject({ items: ['cc', 'ddd'], dropped: 2 });
});

it('holds one that is too heavy, and lets it go', () => {
  const list = texts(100, 6);
  list.push('a', 'too heavy');
  expect(list).toMatchObject({ items: ['too heavy'], dropped: 1 });
  list.push('b');
  expect(list).toMatchObject({ items: ['b'], dropped: 2 });
});
