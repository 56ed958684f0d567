import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import type { Row } from '../log/events.ts';
import type { Answer } from './neighbours.ts';
import { type Ask, bounds, Picture } from './picture.ts';

const schema = buildSchema(readFileSync(new URL('../../schema/release.graphql', import.meta.url), 'utf8'));

const people = (...ids: number[]) => ({ edges: ids.map((id) => ({ node: { id: `${id}`, name: `p${id}` } })) });

function pictureOf(ask: Ask, ...ids: number[]): Picture {
  const picture = new Picture(ask, schema, { query: '{ people { edges { node { id name } } } }' });
  picture.readResult({ data: { people: people(...ids) } });
  return picture;
}

/** One of three employers at a time. */
const pages: Answer[] = [7, 8, 9].map((id) => ({
  person: {
    id: '1',
    employers: {
      totalCount: 3,
      edges: [{ node: { title: 't', company: { id: `${id}`, name: `c${id}` } } }],
      pageInfo: { hasNextPage: id < 9, endCursor: `after ${id}` },
    },
  },
}));

const keys = ({ shown }: Picture) => shown.nodes.map(({ key }) => key);

it('is expanded once, a page at a time, and collapsed to what the result has', async () => {
  const asked: unknown[] = [];
  const picture = pictureOf(async (_, variables) => pages[asked.push(variables) - 1]!, 1, 2);
  await Promise.all([picture.expand('Person:1'), picture.expand('Person:1')]);
  await picture.expand('Person:1');
  expect(keys(picture)).toEqual(['Person:1', 'Person:2', 'Company:7']);
  expect(picture.expansions.get('Person:1')?.pages?.left).toBe(2);
  await Promise.all([picture.more('Person:1'), picture.more('Person:1')]);
  await picture.more('Person:1');
  await picture.more('Person:1');
  expect(keys(picture).slice(2)).toEqual(['Company:7', 'Company:8', 'Company:9']);
  expect(asked).toEqual([{ id: '1' }, { id: '1', employers: 'after 7' }, { id: '1', employers: 'after 8' }]);
  picture.collapse('Person:1');
  expect(keys(picture)).toEqual(['Person:1', 'Person:2']);
});

it('says why it could not be expanded, and can be expanded then', async () => {
  const answers = [() => Promise.reject(new Error('away')), async () => pages[2]!, async () => ({ person: null })];
  const picture = pictureOf(() => answers.shift()!(), 1, 2);
  await picture.expand('Person:1');
  expect(picture.expansions.get('Person:1')?.error?.message).toBe('away');
  await picture.expand('Person:1');
  expect(picture.expansions.get('Person:1')).toMatchObject({ error: undefined, pages: { left: 0 } });
  await picture.expand('Person:2');
  expect(picture.expansions.get('Person:2')?.error?.message).toBe('The graph has no person with the id 2.');
});

it('adds nothing of what was collapsed while it was asked for', async () => {
  const picture = pictureOf(async () => pages[0]!, 1);
  const expanding = picture.expand('Person:1');
  picture.collapse('Person:1');
  await expanding;
  expect(keys(picture)).toEqual(['Person:1']);
});

it('draws no more than its bound, and others when some are hidden', () => {
  const ids = Array.from({ length: bounds.nodes + 2 }, (_, id) => id);
  const picture = pictureOf(async () => ({}), ...ids);
  picture.select('Person:0');
  expect(picture.shown).toMatchObject({ left: 2, hidden: 0 });
  picture.hide('Person:0');
  expect(picture.shown).toMatchObject({ left: 1, hidden: 1 });
  expect([picture.selected, picture.shown.nodes.length]).toEqual([undefined, bounds.nodes]);
  picture.showHidden();
  expect(picture.shown).toMatchObject({ left: 2, hidden: 0 });
});

it('reads every row of a log once, some at a time, also when the oldest are dropped', () => {
  const query = 'subscription { graphChanged { person { id name } } }';
  const picture = new Picture(async () => ({}), schema, { query });
  const row = (number: number): Row => ({
    ...{ type: 'event', number, came: 0, cursor: undefined },
    text: JSON.stringify({ data: { graphChanged: { person: { id: `${number % 9}`, name: `at ${number}` } } } }),
  });
  const rows = Array.from({ length: bounds.rowsAtOnce + 1 }, (_, index) => row(index + 1));
  expect([picture.readRows(rows), picture.readRows(rows), picture.readRows(rows)]).toEqual([true, false, false]);
  const { version } = picture;
  picture.readRows(rows.slice(300));
  expect(picture.version).toBe(version);
  picture.readRows([...rows.slice(300), row(rows.length + 1)]);
  expect(picture.shown.nodes.find(({ id }) => id === `${(rows.length + 1) % 9}`)?.name).toBe(`at ${rows.length + 1}`);
});
