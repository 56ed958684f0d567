import type { Message } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, client } from './client.ts';
import { fieldsNotAsked } from './fields.ts';
import { item, matchesHeld, menuChanges } from './menuMessages.ts';
import { allMatched } from './progress.ts';
import { messagesOf } from './topic.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let gateway: Client;
let url: string;
const asked: string[] = [];
const query: Client['query'] = (text, variables, headers) => {
  asked.push(text);
  return gateway.query(text, variables, headers);
};

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 60_000 });
  await world.ingest();
  url = (await world.gateway()).url;
  gateway = client(url);
});
afterAll(() => world[Symbol.asyncDispose]());

interface Connected<Node> {
  edges: { node: Node; cursor: string }[];
  totalCount: number;
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}
const nodesOf = <Node>({ edges }: Connected<Node>) => edges.map(({ node }) => node);

const saveTerms = (terms: { id: string; text: string }[]) =>
  query<{ saveTerms: { accepted: number; position: string } }>(
    'mutation ($terms: [TermInput!]!) { saveTerms(terms: $terms) { accepted position } }',
    { terms },
  );
const post = async (csv: string) => {
  const response = await fetch(`${url}/menu/items`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: csv,
  });
  return (await response.json()) as { accepted: number; broken: number; position: string };
};
const readAfter = (position: string) => ({ 'read-after': position });

test('what is posted is found with its matches by whoever reads after the receipt', async () => {
  const { saveTerms: saved } = await saveTerms([
    { id: 'b', text: 'Boulard' },
    { id: 'y', text: 'Yellow Tail' },
    { id: 'y2', text: 'Yellow Tail' },
  ]);
  expect(saved.accepted).toBe(3);
  const sent = await post(
    'MenuId,ProductName,ProductDescription\r\nbar,"YELLOWTAIL, 2019",with Boulart\r\nbar,Boulevard,\r\n',
  );
  expect(sent).toMatchObject({ accepted: 2, broken: 0 });
  const { menu } = await query<{
    menu: { id: string; items: Connected<{ id: string; menuId: string; name: string }> };
  }>(
    `{ menu(id: "bar") { id items { totalCount pageInfo { endCursor hasNextPage hasPreviousPage startCursor }
       edges { cursor node { id menuId name description matches(scope: NAME_AND_DESCRIPTION) { term { id text } part kind score found start end } } } } } }`,
    {},
    readAfter(sent.position),
  );
  expect(menu.items.totalCount).toBe(2);
  const found = { kind: 'FOLDED', score: expect.any(Number), found: 'YELLOWTAIL', start: 0, end: 10, part: 'NAME' };
  expect(nodesOf(menu.items).sort((one, other) => one.name.localeCompare(other.name))).toEqual([
    { id: expect.stringMatching(/^bar\//), menuId: 'bar', name: 'Boulevard', description: null, matches: [] },
    {
      ...{ id: expect.stringMatching(/^bar\//), menuId: 'bar', name: 'YELLOWTAIL, 2019', description: 'with Boulart' },
      matches: [
        { ...found, term: { id: 'y', text: 'Yellow Tail' }, kind: expect.any(String) },
        { ...found, term: { id: 'y2', text: 'Yellow Tail' }, kind: expect.any(String) },
        {
          ...{ term: { id: 'b', text: 'Boulard' }, part: 'DESCRIPTION', kind: 'FUZZY', score: expect.any(Number) },
          ...{ found: 'Boulart', start: 5, end: 12 },
        },
      ],
    },
  ]);
  expect(await query('{ menu(id: "nobody\'s") { id } }')).toEqual({ menu: null });
});

test('terms are listed, counted and deleted, and nothing stale remains', async () => {
  await saveTerms([{ id: 'w', text: 'Wolf Blass' }]);
  const before = await post(
    `MenuId,ProductName\n${Array.from({ length: 5 }, (_, at) => `wolf,Wolf Blass ${at}`).join('\n')}`,
  );
  await allMatched(world);
  const about = `{ term(id: "w") { id text mentions items(first: 2) { totalCount pageInfo { endCursor hasNextPage } edges { node { name } } } }
    terms(text: "WOLF") { totalCount pageInfo { hasNextPage } edges { cursor node { id } } } }`;
  interface About {
    term: { mentions: number; items: Connected<{ name: string }> };
    terms: Connected<{ id: string }>;
  }
  const { term: wolf, terms } = await query<About>(about, {}, readAfter(before.position));
  expect(wolf).toMatchObject({ id: 'w', text: 'Wolf Blass', mentions: 5 });
  expect(wolf.items).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true } });
  expect(nodesOf(terms)).toEqual([{ id: 'w' }]);
  const rest = await query<{ term: { items: Connected<{ name: string }> } }>(
    'query ($after: String) { term(id: "w") { items(after: $after) { pageInfo { hasNextPage } edges { node { name } } } } }',
    { after: wolf.items.pageInfo.endCursor },
  );
  const names = [...nodesOf(wolf.items), ...nodesOf(rest.term.items)].map(({ name }) => name);
  expect(names.sort()).toEqual(Array.from({ length: 5 }, (_, at) => `Wolf Blass ${at}`));

  // Another text: what was found of the first is gone with it, whatever the table still holds.
  await saveTerms([{ id: 'w', text: 'Wolfgang' }]);
  await allMatched(world);
  expect(await query('{ term(id: "w") { text mentions } }')).toEqual({ term: { text: 'Wolfgang', mentions: 0 } });
  await saveTerms([{ id: 'w', text: 'Wolf Blass' }]);
  await allMatched(world);
  expect(await query('{ term(id: "w") { mentions } }')).toEqual({ term: { mentions: 5 } });
  const { deleteTerm } = await query<{ deleteTerm: { position: string } }>(
    'mutation { deleteTerm(id: "w") { accepted position } }',
  );
  const left = await query<{ menuItems: Connected<unknown> }>(
    '{ term(id: "w") { id } menuItems(text: "wolf blass", unmatched: true) { totalCount } }',
    {},
    readAfter(deleteTerm.position),
  );
  expect(left).toEqual({ term: null, menuItems: { totalCount: 5 } });
});

test('items without a match are those that no term is found in, page by page', async () => {
  await saveTerms([{ id: 'k', text: 'Kronenbourg' }]);
  const sent = await post(
    `MenuId,ProductName,ProductDescription\n${Array.from({ length: 30 }, (_, at) => `pub,Pub ${at % 3 === 0 ? 'Kronenbourg' : 'lager'} ${at},${at % 3 === 1 ? 'like Kronenbourg' : ''}`).join('\n')}`,
  );
  const list = async (filter: string) => {
    const all: string[] = [];
    for (let after: string | null = null; ; ) {
      const { menuItems }: { menuItems: Connected<{ name: string }> } = await query(
        `query ($after: String) { menuItems(text: "PUB ", ${filter}, first: 7, after: $after) { totalCount pageInfo { endCursor hasNextPage } edges { node { name } } } }`,
        { after },
        readAfter(sent.position),
      );
      all.push(...nodesOf(menuItems).map(({ name }) => name));
      if (!menuItems.pageInfo.hasNextPage) {
        expect(menuItems.totalCount).toBe(all.length);
        return all.length;
      }
      after = menuItems.pageInfo.endCursor;
    }
  };
  expect(await list('unmatched: true')).toBe(20);
  expect(await list('unmatched: false')).toBe(10);
  expect(await list('unmatched: true, scope: NAME_AND_DESCRIPTION')).toBe(10);
  expect(await list('unmatched: null')).toBe(30);
});

test('matchText finds what an item would match, with terms as they are now', async () => {
  const { saveTerms: saved } = await saveTerms([{ id: 'p', text: 'Penfolds' }]);
  const ask = (name: string, description: string | null, scope: string) =>
    query<{ matchText: unknown[] }>(
      `query ($name: String!, $description: String, $scope: MatchScope) {
        matchText(name: $name, description: $description, scope: $scope) { term { id text } part kind found start end } }`,
      { name, description, scope },
      readAfter(saved.position),
    );
  const match = { term: { id: 'p', text: 'Penfolds' }, kind: 'EXACT', found: 'penfolds' };
  expect(await ask('A penfolds', 'penfolds', 'NAME')).toEqual({
    matchText: [{ ...match, part: 'NAME', start: 2, end: 10 }],
  });
  expect(await ask('A', 'penfolds', 'NAME_AND_DESCRIPTION')).toEqual({
    matchText: [{ ...match, part: 'DESCRIPTION', start: 0, end: 8 }],
  });
  const { saveTerms: changed } = await saveTerms([{ id: 'p', text: 'Tignanello' }]);
  expect(await query('{ matchText(name: "Penfolds") { kind } }', {}, readAfter(changed.position))).toEqual({
    matchText: [],
  });
});

interface Told {
  termMatched: {
    item: { id: string; name: string };
    match: { term: { id: string }; found: string };
    cursor: string;
    at: string;
  };
}
const watch = (given: Record<string, unknown>) => gateway.subscribe<Told>(watching, given);
const watching = `subscription ($term: ID, $menu: ID, $after: Cursor, $since: DateTime, $until: DateTime) {
      termMatched(term: $term, menu: $menu, after: $after, since: $since, until: $until) {
        item { id name } match { term { id } found } cursor at } }`;

test('matches are told live, of new items and of new terms, and resumed after a cursor (S1, S28, S50)', async () => {
  const since = new Date(Date.now() - 1).toISOString();
  await saveTerms([{ id: 'h', text: 'Hendricks' }]);
  const live = watch({ menu: 'live', since });
  const told: Told[] = [];
  for (const name of ['one', 'two']) {
    await post(`MenuId,ProductName\nlive,${name} Hendrick's and Moët\nelsewhere,${name} Hendrick's`);
    told.push((await live.next()).value);
  }
  await saveTerms([{ id: 'm', text: 'Moet' }]);
  told.push((await live.next()).value, (await live.next()).value);
  await live.return!();
  expect(told.map(({ termMatched: { match } }) => [match.term.id, match.found])).toEqual([
    ['h', "Hendrick's"],
    ['h', "Hendrick's"],
    ['m', 'Moët'],
    ['m', 'Moët'],
  ]);
  const resumed = watch({ menu: 'live', after: told[0]!.termMatched.cursor });
  for (const expected of told.slice(1)) expect((await resumed.next()).value).toEqual(expected);
  await resumed.return!();
  const history: Told[] = [];
  for await (const event of watch({ term: 'h', since, until: new Date().toISOString() })) history.push(event);
  expect(history).toHaveLength(4);
});

test('a match that was published twice is told once, and one that holds no longer is not told (S50)', async () => {
  const since = new Date(Date.now() - 1).toISOString();
  for (const { topic, message } of menuChanges(5, 600)) await world.publisher.publish(topic, [message]);
  await allMatched(world);
  // As a worker does that was killed after it had published, and before it could commit.
  const published = (await messagesOf(world, 'menu.matches')).filter(({ key }) => /^i\d+$/.test(String(key)));
  await world.publisher.publish(
    'menu.matches',
    published.slice(-200).map(({ key, value, headers }) => ({ key, value, headers }) as Message),
  );
  // And as nobody should: about items and terms that there are not.
  const { value } = published[0]!;
  const forged = [{ itemOffset: 999_999 }, { termOffset: 999_999 }, { itemPartition: 4_000_000_000 }].map(
    (nowhere) => ({
      key: 'i1',
      value: JSON.stringify({ ...JSON.parse(String(value)), ...nowhere }),
    }),
  );
  await world.publisher.publish('menu.matches', forged);
  await allMatched(world);
  const told: string[] = [];
  for await (const { termMatched } of watch({ since, until: new Date().toISOString() }))
    told.push(`${termMatched.item.id} ${termMatched.match.term.id}`);
  const held = (await matchesHeld(world))
    .map((line) => JSON.parse(line))
    .filter(([tenant, id, , part]) => tenant === 'public' && part === 'NAME' && /^i\d+$/.test(id))
    .map(([, id, termId]) => `${id} ${termId}`);
  expect(held.length).toBeGreaterThan(50);
  expect(told.filter((line) => line.startsWith('i')).sort()).toEqual(held.sort());
});

test('a company is mentioned where a term is found that is spelled as its name, and such a term leads to it', async () => {
  const { publishPeople } = await query<{ publishPeople: { position: string } }>(
    'mutation ($messages: [JSON!]!) { publishPeople(messages: $messages) { position } }',
    {
      messages: [
        { type: 'Company', data: { company_id: 71, company_name: 'Ruinart Frères' } },
        { type: 'Company', data: { company_id: 72, company_name: 'Nobody Drinks' } },
      ],
    },
  );
  await saveTerms([
    { id: 'v', text: 'RUINART FRÈRES' },
    { id: 'n', text: 'Nameless' },
  ]);
  await world.publisher.publish('menu.items', [item('v1', 'Ruinart Frèrs'), item('v2', 'a Ruinart-Freres, cold')]);
  await allMatched(world);
  expect(
    await query(
      '{ found: company(id: "71") { name brandMentions } other: company(id: "72") { brandMentions } term(id: "v") { company { id name } } nameless: term(id: "n") { company { id } } }',
      {},
      readAfter(publishPeople.position),
    ),
  ).toEqual({
    found: { name: 'Ruinart Frères', brandMentions: 2 },
    other: { brandMentions: 0 },
    term: { company: { id: '71', name: 'Ruinart Frères' } },
    nameless: { company: null },
  });
});

test('what is wrong is refused with the reason, and nothing is written', async () => {
  const refused = async (mutation: string, variables: object = {}) =>
    (await gateway.ask(mutation, variables)).errors?.map(({ message, extensions }) => [extensions.code, message]);
  const save = 'mutation ($terms: [TermInput!]!) { saveTerms(terms: $terms) { accepted } }';
  const input = (message: string) => [['BAD_USER_INPUT', message]];
  expect(await refused(save, { terms: [] })).toEqual(input('terms is empty; send at least one.'));
  expect(
    await refused(save, {
      terms: [
        { id: 'a', text: 'A' },
        { id: 'b', text: ' ' },
      ],
    }),
  ).toEqual(input('terms[1]: text is empty.'));
  const twice = [
    { id: 'a', text: 'A' },
    { id: 'a', text: 'B' },
  ];
  expect(await refused(save, { terms: twice })).toEqual(input('terms[1]: the id "a" is there twice.'));
  expect(await refused('mutation { deleteTerm(id: "nobody") { accepted } }')).toEqual(
    input('There is no term "nobody".'),
  );
  expect(await query('{ term(id: "a") { id } }')).toEqual({ term: null });
  const matching =
    'query ($name: String!, $description: String) { matchText(name: $name, description: $description) { found } }';
  expect(await refused(matching, { name: 'n'.repeat(10_001) })).toEqual(
    input('name has 10001 characters; it may have 10000.'),
  );
  expect(await refused(matching, { name: 'n', description: 'd'.repeat(100_001) })).toEqual(
    input('description has 100001 characters; it may have 100000.'),
  );
});

test('every field of menus was asked for', () => {
  // Companies are reached through people alone, whom this schema does not know.
  const unasked = fieldsNotAsked('menu', [...asked, watching]).filter((field) => !field.startsWith('Company.'));
  expect(unasked).toEqual([]);
});
