import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Graph } from '../platform/neo4j.ts';
import * as cypher from '../subgraphs/people/statements.ts';
import { type Client, client } from './client.ts';
import { fieldsNotAsked } from './fields.ts';
import { acquisition, company, person, publish, stint } from './messages.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let gateway: Client;
let graph: Graph;
const asked = new Set<string>();

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 30_000 }); // however slow the machine
  await world.ingest();
  const opened = await world.gateway();
  graph = opened.graph;
  const { ask, query, ...rest } = client(opened.url);
  gateway = {
    ...rest,
    ask,
    query: (text, ...more) => {
      asked.add(text);
      return query(text, ...more);
    },
  };
});
afterAll(() => world[Symbol.asyncDispose]());

describe('the graph of a small story', () => {
  let told: { 'Read-After': string };
  const analyst = { title: 'Analyst', startDate: '2012-03-01', endDate: '2015-06-30', current: false };
  const lead = { title: 'Lead Analyst', startDate: '2015-07-01', endDate: '2018-01-31', current: false };
  const officer = { title: 'Chief Technology Officer', startDate: '2018-02-01', endDate: null, current: true };
  const adviser = { title: 'Adviser', startDate: null, endDate: null, current: false };
  const unknown = { title: null, startDate: null, endDate: '2011-12-31', current: false };
  const ada = { id: '101', name: 'Ada Lindqvist' };
  const bruno = { id: '102', name: 'Bruno Okafor' };
  const northwind = { id: '111', name: 'Northwind', headcount: 40 };
  const harbor = { id: '112', name: 'Harbor', headcount: null };
  const unnamed = { id: '113', name: null, headcount: null };

  beforeAll(async () => {
    told = await publish(gateway, [
      stint(101, 111, 'Lead Analyst', '2015-07-01 00:00:00', '2018-01-31 00:00:00'),
      stint(101, 111, 'Analyst', '2012-03-01', '2015-06-30'),
      stint(101, 112, 'Chief Technology Officer', '2018-02-01', null),
      stint(101, 113, 'Adviser', null, null),
      stint(101, 111, null, null, '2011-12-31'),
      stint(102, 112, 'Manager', '2020-01-15', null),
      stint(103, 112, 'Intern', '2019-01-01', '2019-06-30'),
      acquisition(112, 111, true),
      acquisition(111, 113),
      person(101, '  Ada\t Lindqvist '),
      person(102, 'Bruno Okafor'),
      company(111, 'Northwind', 40),
      company(112, 'Harbor'),
    ]);
  });

  test('shows where a person has worked, with title and dates on the stint, latest start first', async () => {
    const stints = `{ totalCount edges { node { title startDate endDate current person { id name } company { id name headcount } } } }`;
    const found = await gateway.query<{ person: Record<string, unknown> }>(
      `{ person(id: 101) { __typename id name employers ${stints} now: employers(current: true) ${stints} past: employers(current: false) ${stints} either: employers(current: null) ${stints} } }`,
      {},
      told,
    );
    const all = [
      { ...officer, person: ada, company: harbor },
      { ...lead, person: ada, company: northwind },
      { ...analyst, person: ada, company: northwind },
      { ...unknown, person: ada, company: northwind },
      { ...adviser, person: ada, company: unnamed },
    ];
    const list = (nodes: object[]) => ({ totalCount: nodes.length, edges: nodes.map((node) => ({ node })) });
    expect(found.person).toEqual({
      __typename: 'Person',
      ...ada,
      employers: list(all),
      now: list(all.slice(0, 1)),
      past: list(all.slice(1)),
      either: list(all),
    });
  });

  test('shows who has worked at a company, and what it bought and who bought it', async () => {
    const stints =
      '{ totalCount edges { node { title startDate endDate current person { id name } company { id } } } }';
    const found = await gateway.query(
      `query ($id: ID!) { company(id: $id) { __typename id name headcount
        employees ${stints} now: employees(current: true) { totalCount edges { node { person { id } } } } past: employees(current: false) { totalCount edges { node { person { id name } } } }
        acquisitions { totalCount edges { node { merged acquirer { id name headcount } acquired { id name headcount } } } }
        acquiredBy { merged acquirer { id name headcount } acquired { id name headcount } }
        acquisitionTree { depth company { id name headcount } } } }`,
      { id: 112 },
      told,
    );
    const at = (node: object) => ({ node: { ...node, company: { id: '112' } } });
    expect(found).toEqual({
      company: {
        __typename: 'Company',
        ...harbor,
        employees: {
          totalCount: 3,
          edges: [
            at({ title: 'Manager', startDate: '2020-01-15', endDate: null, current: true, person: bruno }),
            at({
              title: 'Intern',
              startDate: '2019-01-01',
              endDate: '2019-06-30',
              current: false,
              person: { id: '103', name: null },
            }),
            at({ ...officer, person: ada }),
          ],
        },
        now: { totalCount: 2, edges: [{ node: { person: { id: '102' } } }, { node: { person: { id: '101' } } }] },
        past: { totalCount: 1, edges: [{ node: { person: { id: '103', name: null } } }] },
        acquisitions: { totalCount: 1, edges: [{ node: { merged: true, acquirer: harbor, acquired: northwind } }] },
        acquiredBy: [],
        acquisitionTree: [
          { depth: 1, company: northwind },
          { depth: 2, company: unnamed },
        ],
      },
    });
    const bought = await gateway.query(
      '{ company(id: 111) { acquiredBy { merged acquirer { id name headcount } acquired { id name headcount } } acquisitions { edges { node { merged } } } } }',
      {},
      told,
    );
    expect(bought).toEqual({
      company: {
        acquiredBy: [{ merged: true, acquirer: harbor, acquired: northwind }],
        acquisitions: { edges: [{ node: { merged: false } }] },
      },
    });
  });

  test('knows nobody and nothing by ids that no message has mentioned', async () => {
    expect(await gateway.query('{ person(id: 111) { id } company(id: 101) { id } }', {}, told)).toEqual({
      person: null,
      company: null,
    });
  });

  test('is changed by later messages: a stint ends and begins anew, names come to what was only mentioned', async () => {
    const read = await publish(gateway, [
      stint(101, 112, 'Chief Technology Officer', '2018-02-01', '2024-12-31'),
      stint(101, 112, 'Chief Executive', '2025-01-01', '2025-02-01'),
      stint(101, 112, 'Chief Executive', '2025-01-01', null),
      person(103, 'Chiara Moretti'),
      person(103, 'Chiara Moretti-Okafor'),
      company(113, 'Lumen', 0),
      acquisition(111, 113, true),
    ]);
    const found = await gateway.query(
      `{ person(id: 101) { employers(first: 2) { totalCount edges { node { title startDate endDate current } } } }
         new: person(id: 103) { name }
         company(id: 113) { name headcount acquiredBy { merged } } }`,
      {},
      read,
    );
    expect(found).toEqual({
      person: {
        employers: {
          totalCount: 6,
          edges: [
            { node: { title: 'Chief Executive', startDate: '2025-01-01', endDate: null, current: true } },
            { node: { ...officer, endDate: '2024-12-31', current: false } },
          ],
        },
      },
      new: { name: 'Chiara Moretti-Okafor' },
      company: { name: 'Lumen', headcount: 0, acquiredBy: [{ merged: true }] },
    });
  });
});

test('colleagues are those whose time at the same company overlapped, by a day at least', async () => {
  const read = await publish(gateway, [
    company(211, 'Here'),
    company(212, 'There'),
    stint(201, 211, 'the one who asks', '2010-01-01', '2012-12-31'),
    stint(201, 211, 'and again', '2020-01-01', '2020-12-31'),
    stint(202, 211, 'came on the last day', '2012-12-31', null),
    stint(203, 211, 'left on the first day', '2001-01-01', '2010-01-01'),
    stint(204, 211, 'came a day later', '2013-01-01', '2019-12-31'),
    stint(205, 211, 'was there all the time', '2000-01-01', null),
    stint(205, 211, 'twice even', '2011-01-01', '2011-02-01'),
    stint(206, 211, 'nobody knows since when', null, null),
    stint(207, 212, 'was elsewhere', '2010-01-01', '2012-12-31'),
    stint(208, 211, 'came back too', '2020-12-31', null),
    ...[201, 202, 203, 204, 205, 206, 207, 208].map((id) => person(id, `Colleague ${id}`)),
  ]);
  const colleagues = async (id: number) => {
    const found = await gateway.query<{
      person: { colleagues: { totalCount: number; edges: { node: { id: string; name: string } }[] } };
    }>('query ($id: ID!) { person(id: $id) { colleagues { totalCount edges { node { id name } } } } }', { id }, read);
    const { totalCount, edges } = found.person.colleagues;
    expect(totalCount).toBe(edges.length);
    for (const { node } of edges) expect(node.name).toBe(`Colleague ${node.id}`);
    return edges.map(({ node }) => Number(node.id));
  };
  expect(await colleagues(201)).toEqual([202, 203, 205, 208]);
  expect(await colleagues(204)).toEqual([202, 205]);
  expect(await colleagues(206)).toEqual([]);
  expect(await colleagues(208)).toEqual([201, 202, 205]);
});

test('people and companies are found by any part of their name, in any case, script and composition', async () => {
  const names = [
    'Zoë O’Hara-Straße',
    'ZOE PLAIN',
    'Ὀδυσσεύς Παπαδάκης',
    'İpek Yıldız',
    'Ａｄａ Wide',
    'A%b_c.*\\"\'--',
    '李小龙',
    '😀 Smile',
  ];
  const read = await publish(gateway, [
    ...names.map((name, at) => person(301 + at, name)),
    ...names.map((name, at) => company(311 + at, name)),
    person(320, null),
  ]);
  const search = async (name: string) => {
    const found = await gateway.query<
      Record<'people' | 'companies', { totalCount: number; edges: { node: { name: string } }[] }>
    >(
      'query ($name: String!) { people(name: $name) { totalCount edges { node { name } } } companies(name: $name) { totalCount edges { node { name } } } }',
      { name },
      read,
    );
    const [people, companies] = [found.people, found.companies].map(({ edges }) => edges.map(({ node }) => node.name));
    expect(people).toEqual(companies);
    expect(found.people.totalCount).toBe(people!.length);
    expect(found.companies.totalCount).toBe(companies!.length);
    return people!.map((name) => names.indexOf(name));
  };
  expect(await search('zoë')).toEqual([0]);
  expect(await search('ZOE\u0308')).toEqual([0]);
  expect(await search('zo')).toEqual([1, 0]);
  expect(await search('hara-STRASSE')).toEqual([0]);
  expect(await search('Straẞe')).toEqual([0]);
  expect(await search('ὀδυσσευσ'.toUpperCase())).toEqual([]);
  expect(await search('ὈΔΥΣ')).toEqual([2]);
  expect(await search('παπαδάκησ')).toEqual([2]);
  expect(await search('IPEK yildiz')).toEqual([3]);
  expect(await search('ada WIDE')).toEqual([4]);
  expect(await search('小')).toEqual([6]);
  expect(await search('😀')).toEqual([7]);
  expect(await search('%B_c.*\\"\'-')).toEqual([5]);
  for (const wild of ['%', '_', '.*', '\\', '"']) expect(await search(wild)).toEqual([5]);
  expect(await search('.+')).toEqual([]);
  expect(await search("') RETURN n //")).toEqual([]);
});

interface Page {
  totalCount: number;
  edges: { cursor: string; node: Record<string, unknown> }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

describe('pages', () => {
  const parts =
    'totalCount edges { cursor node { NODE } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
  const lists = {
    people: `people(name: "Pager", first: $first, after: $after) { ${parts.replace('NODE', 'id name')} }`,
    companies: `companies(name: "Pager", first: $first, after: $after) { ${parts.replace('NODE', 'id name')} }`,
    colleagues: `owner: person(id: 400) { list: colleagues(first: $first, after: $after) { ${parts.replace('NODE', 'id name')} } }`,
    employers: `owner: person(id: 400) { list: employers(first: $first, after: $after) { ${parts.replace('NODE', 'title startDate company { id }')} } }`,
    employees: `owner: company(id: 400) { list: employees(first: $first, after: $after) { ${parts.replace('NODE', 'title startDate person { id }')} } }`,
    acquisitions: `owner: company(id: 400) { list: acquisitions(first: $first, after: $after) { ${parts.replace('NODE', 'acquired { id name }')} } }`,
  };

  /** All pages of a list, one after the other, with something that happens in between. */
  async function* turn(list: string, first: number, read: Record<string, string>): AsyncGenerator<Page> {
    for (let after: string | null = null, more = true; more; ) {
      const found: Record<string, unknown> = await gateway.query(
        `query ($first: Int, $after: String) { ${list} }`,
        { first, after },
        read,
      );
      const value = Object.values(found)[0] as Page | { list: Page };
      const page = 'list' in value ? value.list : value;
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      yield page;
      more = page.pageInfo.hasNextPage;
      after = page.pageInfo.endCursor;
    }
  }

  async function drain(pages: AsyncGenerator<Page>): Promise<Page[]> {
    const found: Page[] = [];
    for await (const page of pages) found.push(page);
    return found;
  }

  test('one after the other are the whole list, in its order', async () => {
    // Names and starts that are equal, and missing ones, so that the order must fall back on more than one of them.
    const names = [...Array(17).keys()].map((at) => `Pager ${String.fromCodePoint(0x61 + (at % 4))}`);
    names.push('😀 Pager');
    const start = (at: number) => (at % 5 === 0 ? null : `20${10 + (at % 3)}-01-01`);
    const read = await publish(gateway, [
      person(400, 'the one who asks'),
      stint(400, 400, 'Asker', '2000-01-01', null),
      ...names.flatMap((name, at) => [
        person(401 + at, name),
        company(401 + at, name),
        stint(401 + at, 400, `Title ${at % 2}`, '2005-01-01', null),
        stint(401 + at, 400, at % 2 ? null : 'Title', start(at), '2020-01-01'),
        stint(400, 401 + (at % 5), `Title ${at}`, start(at), '2020-01-01'),
        acquisition(400, 401 + at),
      ]),
      acquisition(400, 499), // has no name
    ]);
    const byName = (a: string | null, b: string | null, then: number) =>
      a === b ? then : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
    type Node = { id: string; name: string | null };
    type Stint = { title: string | null; startDate: string | null; person?: Node; company?: Node };
    const nodes = (a: Node, b: Node) => byName(a.name, b.name, Number(a.id) - Number(b.id));
    const stints = (a: Stint, b: Stint) => {
      const other = ({ person, company }: Stint) => Number((person ?? company)!.id);
      if (a.startDate !== b.startDate) return (a.startDate ?? '') < (b.startDate ?? '') ? 1 : -1;
      return other(a) - other(b) || ((a.title ?? '') < (b.title ?? '') ? -1 : 1);
    };
    const orders: Record<keyof typeof lists, (a: never, b: never) => number> = {
      people: nodes,
      companies: nodes,
      colleagues: nodes,
      employers: stints,
      employees: stints,
      acquisitions: (a: { acquired: Node }, b: { acquired: Node }) => nodes(a.acquired, b.acquired),
    };
    const lengths = { people: 18, companies: 18, colleagues: 18, employers: 19, employees: 37, acquisitions: 19 };
    for (const [name, list] of Object.entries(lists) as [keyof typeof lists, string][]) {
      const [whole] = await drain(turn(list, 1000, read));
      const all = whole!.edges.map(({ node }) => node);
      expect([name, whole!.totalCount, all.length]).toEqual([name, lengths[name], lengths[name]]);
      expect(all).toEqual([...all].sort(orders[name] as never));
      for (const first of [1, 4, all.length - 1, all.length]) {
        const pages = await drain(turn(list, first, read));
        expect(pages.flatMap(({ edges }) => edges)).toEqual(whole!.edges);
        expect(pages).toHaveLength(Math.ceil(all.length / first));
        for (const { totalCount, edges, pageInfo } of pages) {
          expect(totalCount).toBe(all.length);
          expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]!.cursor, edges.at(-1)!.cursor]);
        }
      }
    }
    expect(
      (
        await gateway.query<{ people: Page }>(
          `query { ${lists.people.replace('$first', '0').replace('$after', 'null')} }`,
          {},
          read,
        )
      ).people,
    ).toEqual({
      totalCount: 18,
      edges: [],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  test('show everybody who stays once, while others come, go and change their names', async () => {
    const ids = [...Array(12).keys()].map((at) => 501 + at);
    const name = (at: number) => `Mover ${String.fromCodePoint(0x61 + at)}`;
    const read = await publish(gateway, [
      ...ids.map((id, at) => person(id, name(at))),
      ...ids.map((id, at) => stint(id, 500, 'Clerk', `2020-01-${31 - at}`, null)),
    ]);
    const changes = [
      // The last one seen leaves; one comes before everybody, one right after the last, one at the end.
      [person(503, 'Gone'), person(520, 'Mover '), person(521, `${name(2)}a`), person(522, 'Mover z')],
      // One seen moves behind, one not seen moves before.
      [person(501, 'Mover y'), person(512, 'Mover 0')],
      [person(523, name(0)), person(505, 'Gone too')],
    ];
    const seen: string[] = [];
    for await (const { edges } of turn(lists.people.replace('Pager', 'Mover'), 3, read)) {
      seen.push(...edges.map(({ node }) => String(node.id)));
      const next = changes.shift();
      if (next) Object.assign(read, await publish(gateway, next));
    }
    // 501 has moved behind the place that was reached, so it comes again; 512 has moved before it, so it never comes.
    expect(seen.map(Number)).toEqual([501, 502, 503, 521, 504, 505, 506, 507, 508, 509, 510, 511, 501, 522]);

    const ends = [[502, 504], [503, 509], []];
    const clerks: number[] = [];
    const list =
      'owner: company(id: 500) { list: employees(current: true, first: $first, after: $after) { totalCount edges { cursor node { person { id } } } pageInfo { hasNextPage hasPreviousPage endCursor } } }';
    const totals: number[] = [];
    for await (const { edges, totalCount } of turn(list, 3, read)) {
      totals.push(totalCount);
      clerks.push(...edges.map(({ node }) => Number((node.person as { id: string }).id)));
      const ending = (ends.shift() ?? []).map((id) =>
        stint(id, 500, 'Clerk', `2020-01-${31 - (id - 501)}`, '2024-01-01'),
      );
      if (ending.length > 0) Object.assign(read, await publish(gateway, ending));
    }
    expect(clerks).toEqual([501, 502, 503, 505, 506, 507, 508, 510, 511, 512]);
    expect(totals).toEqual([12, 10, 8, 8]);
  });
});

describe('acquisitions', () => {
  test('are followed to every company once, at the least depth, and cycles end', async () => {
    const chain = [...Array(11).keys()].map((at) => 620 + at);
    const read = await publish(gateway, [
      ...[601, 602, 603, 604, 605].map((id) => company(id, `Company ${id}`)),
      acquisition(601, 602),
      acquisition(602, 603),
      acquisition(603, 604),
      acquisition(604, 601), // back to where it began
      acquisition(603, 602), // and a cycle within
      acquisition(601, 604), // a shorter way to 604
      acquisition(602, 605),
      acquisition(604, 605), // two ways of one length
      ...chain.map((id) => acquisition(id, id + 1)),
    ]);
    const tree = async (id: number, maxDepth?: number) => {
      const found = await gateway.query<{ company: { acquisitionTree: { depth: number; company: { id: string } }[] } }>(
        `query ($id: ID!) { company(id: $id) { acquisitionTree${maxDepth ? `(maxDepth: ${maxDepth})` : ''} { depth company { id } } } }`,
        { id },
        read,
      );
      return found.company.acquisitionTree.map(({ depth, company }) => `${company.id}@${depth}`);
    };
    expect(await tree(601)).toEqual(['602@1', '604@1', '603@2', '605@2']);
    expect(await tree(601, 1)).toEqual(['602@1', '604@1']);
    expect(await tree(605)).toEqual([]);
    expect(await tree(620)).toEqual(chain.slice(0, 10).map((id, at) => `${id + 1}@${at + 1}`));
    expect(await tree(620, 11)).toHaveLength(11);
  });

  test('and employments are the links of the shortest path', async () => {
    const read = await publish(gateway, [
      stint(701, 711, 'a', null, null),
      stint(702, 711, 'b', '2020-01-01', '2020-02-01'),
      stint(702, 712, 'c', null, null),
      acquisition(713, 712),
      acquisition(714, 713),
      stint(703, 714, 'd', null, null),
      stint(703, 715, 'e', null, null),
      acquisition(711, 715, true), // 701 to 703 over 711 and 715
      stint(704, 716, 'elsewhere', null, null),
      person(705, 'Nowhere'),
    ]);
    const path = async (from: object, to: object, maxHops?: number) => {
      const { shortestPath } = await gateway.query<{
        shortestPath: { length: number; nodes: { __typename: string; person: string; company: string }[] } | null;
      }>(
        `query ($from: NodeRef!, $to: NodeRef!) { shortestPath(from: $from, to: $to${maxHops ? `, maxHops: ${maxHops}` : ''}) { length nodes { __typename ... on Person { person: id } ... on Company { company: id } } } }`,
        { from, to },
        read,
      );
      if (shortestPath) expect(shortestPath.length).toBe(shortestPath.nodes.length - 1);
      return shortestPath?.nodes
        .map(({ __typename, person, company }) => `${__typename[0]}${person ?? company}`)
        .join(' ');
    };
    expect(await path({ person: 701 }, { person: 703 })).toBe('P701 C711 C715 P703');
    expect(await path({ person: 703 }, { person: '701' })).toBe('P703 C715 C711 P701');
    expect(await path({ company: 714 }, { company: 712 })).toBe('C714 C713 C712');
    expect(await path({ person: 702 }, { company: 714 })).toBe('P702 C712 C713 C714');
    expect(await path({ person: 701 }, { person: 703 }, 3)).toBe('P701 C711 C715 P703');
    expect(await path({ person: 701 }, { person: 703 }, 2)).toBeUndefined();
    expect(await path({ person: 701 }, { company: 711 }, 1)).toBe('P701 C711');
    expect(await path({ person: 705 }, { person: 705 })).toBe('P705');
    expect(await path({ company: 716 }, { company: 716 }, 1)).toBe('C716');
    expect(await path({ person: 701 }, { person: 704 }, 15)).toBeUndefined();
    expect(await path({ person: 701 }, { person: 705 })).toBeUndefined();
    expect(await path({ person: 701 }, { person: 799 })).toBeUndefined();
    expect(await path({ person: 799 }, { person: 799 })).toBeUndefined();
    expect(await path({ company: 701 }, { person: 703 })).toBeUndefined();
  });
});

describe('a bad request is refused with a code, and says what is wrong:', () => {
  const badCursor = 'after is not a cursor of this list. Use an endCursor of the same field.';
  const path = (from: string, to: string) => `{ shortestPath(from: ${from}, to: ${to}) { length } }`;
  const cursorOf = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url');
  const messages = 'mutation ($messages: [JSON!]!) { publishPeople(messages: $messages) { accepted } }';
  const good = { type: 'Person', data: { person_id: 801, name: 'Not taken' } };

  test.each<[code: string, message: string | RegExp, query: string, variables?: object]>([
    ['BAD_USER_INPUT', 'The id of a person is a whole number, not "x".', '{ person(id: "x") { id } }'],
    ['BAD_USER_INPUT', 'The id of a company is a whole number, not "-1".', '{ company(id: -1) { id } }'],
    [
      'BAD_USER_INPUT',
      'The id of a person is a whole number, not "9007199254740993".',
      '{ person(id: 9007199254740993) { id } }',
    ],
    ['BAD_USER_INPUT', 'first must be between 0 and 1000, not -1.', '{ people(first: -1) { totalCount } }'],
    [
      'BAD_USER_INPUT',
      'first must be between 0 and 1000, not 1001.',
      '{ person(id: 101) { employers(first: 1001) { totalCount } } }',
    ],
    ['BAD_USER_INPUT', badCursor, '{ companies(after: "nonsense") { totalCount } }'],
    [
      'BAD_USER_INPUT',
      badCursor,
      `{ company(id: 111) { employees(after: "${cursorOf(['Ada', 101])}") { totalCount } } }`,
    ],
    [
      'BAD_USER_INPUT',
      badCursor,
      `{ person(id: 101) { colleagues(after: "${cursorOf(['2020', 101, 'x'])}") { totalCount } } }`,
    ],
    [
      'BAD_USER_INPUT',
      'maxDepth must be between 1 and 100, not 0.',
      '{ company(id: 111) { acquisitionTree(maxDepth: 0) { depth } } }',
    ],
    [
      'BAD_USER_INPUT',
      'maxDepth must be between 1 and 100, not 101.',
      '{ company(id: 111) { acquisitionTree(maxDepth: 101) { depth } } }',
    ],
    [
      'BAD_USER_INPUT',
      'maxHops must be between 1 and 15, not 16.',
      '{ shortestPath(from: { person: 1 }, to: { person: 2 }, maxHops: 16) { length } }',
    ],
    [
      'GRAPHQL_VALIDATION_FAILED',
      'OneOf Input Object "NodeRef" must specify exactly one key.',
      path('{ person: 1 }', '{ person: 1, company: 2 }'),
    ],
    [
      'BAD_USER_INPUT',
      /^Variable "\$from" got invalid value \{\}; Exactly one key must be specified for OneOf type "NodeRef"/,
      'query ($from: NodeRef!) { shortestPath(from: $from, to: { person: 1 }) { length } }',
      { from: {} },
    ],
    [
      'BAD_USER_INPUT',
      'The id of a company is a whole number, not "Lumen".',
      path('{ company: "Lumen" }', '{ person: 1 }'),
    ],
    ['BAD_USER_INPUT', 'messages is empty; send at least one.', messages, { messages: [] }],
    [
      'BAD_USER_INPUT',
      'messages[1]: data.person_id must be integer, not "1".',
      messages,
      { messages: [good, { type: 'Person', data: { person_id: '1' } }, 7] },
    ],
    [
      'BAD_USER_INPUT',
      /^messages holds 10001; send at most 10000 at once/,
      messages,
      { messages: Array(10_001).fill(good) },
    ],
    ['GRAPHQL_PARSE_FAILED', /^Syntax Error: Expected Name, found <EOF>/, '{ people {'],
    ['GRAPHQL_VALIDATION_FAILED', /^Cannot query field "nam" on type "Person"/, '{ person(id: 1) { nam } }'],
    [
      'GRAPHQL_VALIDATION_FAILED',
      /^Int cannot represent non-integer value: "many"/,
      '{ people(first: "many") { totalCount } }',
    ],
    [
      'BAD_USER_INPUT',
      /^Variable "\$id" of required type "ID!" was not provided/,
      'query ($id: ID!) { person(id: $id) { id } }',
    ],
    [
      'BAD_USER_INPUT',
      /^Variable "\$first" got invalid value "many"; Int cannot represent/,
      'query ($first: Int) { people(first: $first) { totalCount } }',
      { first: 'many' },
    ],
    ['BAD_USER_INPUT', /^Variable "\$messages" got invalid value/, messages, { messages: [null] }],
  ])('%s: %s', async (code, message, query, variables) => {
    const { data, errors } = await gateway.ask<Record<string, unknown>>(query, variables);
    expect(Object.values(data ?? {}).every((value) => value === null || typeof value === 'object')).toBe(true);
    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions.code).toBe(code);
    if (typeof message === 'string') expect(errors![0]!.message).toBe(message);
    else expect(errors![0]!.message).toMatch(message);
  });

  test('and of messages of which one is wrong, none is taken', async () => {
    const read = await publish(gateway, [person(802, 'Taken')]);
    expect(await gateway.query('{ a: person(id: 801) { id } b: person(id: 802) { id } }', {}, read)).toEqual({
      a: null,
      b: { id: '802' },
    });
  });

  test('a Read-After header that is no receipt, or was edited', async () => {
    const receipt = (await publish(gateway, [person(803, 'Read')]))['Read-After'];
    const edited = receipt.replace(/.(?=.{30}$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
    for (const header of ['nonsense', receipt.slice(0, -1), edited]) {
      const { data, errors } = await gateway.ask('{ person(id: 803) { name } }', {}, { 'Read-After': header });
      expect([data, errors?.map(({ extensions }) => extensions.code)]).toEqual([undefined, ['CURSOR_INVALID']]);
    }
  });
});

test('a deep question about fifty people is as many statements as about two', async () => {
  const ids = [...Array(50).keys()].map((at) => 901 + at);
  const read = await publish(
    gateway,
    ids.flatMap((id, at) => [
      person(id, `Batch ${id}`),
      ...[0, 1, 2].map((more) => stint(id, 901 + ((at + more) % 7), 'Engineer', `201${more}-01-01`, null)),
      acquisition(901 + (at % 7), 901 + ((at + 3) % 7)),
    ]),
  );
  const statements: string[] = [];
  const askAbout = async (first: number) => {
    const begin = statements.length;
    const { people } = await gateway.query<{ people: { edges: { node: { employers: { totalCount: number } } }[] } }>(
      `query ($first: Int) { people(name: "batch", first: $first) { edges { node {
        employers(first: 2) { totalCount edges { node { company {
          employees(first: 3) { totalCount edges { node { person { colleagues(first: 4) { totalCount edges { node { name } } } } } } }
          acquisitions(first: 3) { totalCount edges { node { acquired { acquisitionTree { depth } } } } }
          acquiredBy { acquirer { name } }
        } } } }
      } } } }`,
      { first },
      read,
    );
    expect(people.edges).toHaveLength(first);
    for (const { node } of people.edges) expect(node.employers.totalCount).toBe(3);
    return statements.slice(begin).sort();
  };
  await gateway.query('{ person(id: 901) { id } }', {}, read); // what comes after asks no more how far the view is
  graph.onStatement = (statement) => statements.push(statement);
  const expected = [
    cypher.nodesByName('Person'),
    cypher.employersOf,
    cypher.countEmployersOf,
    cypher.employeesOf,
    cypher.countEmployeesOf,
    cypher.colleaguesOf,
    cypher.countColleaguesOf,
    cypher.acquisitionsOf,
    cypher.countAcquisitionsOf,
    cypher.acquisitionTreeOf,
    cypher.acquirersOf,
  ].sort();
  expect(await askAbout(2)).toEqual(expected);
  expect(await askAbout(50)).toEqual(expected);

  // Fields of one tick are gathered wherever they stand in the query.
  const aliases = ids.map((id) => `p${id}: person(id: ${id}) { name }`).join(' ');
  const begin = statements.length;
  await gateway.query(`{ ${aliases} }`);
  expect(statements.slice(begin)).toEqual([cypher.nodesById('Person')]);
});

test('every field of the subgraph is asked for above, but those of its subscription and of menus', () => {
  const left = fieldsNotAsked('people', asked).filter((field) => !/^(Subscription|GraphChange|Term)\./.test(field));
  expect(left).toEqual([]);
});
