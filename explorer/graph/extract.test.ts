import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { buildSchema, execute, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { expect, it } from 'vitest';
import { readingOf } from './extract.ts';
import { Relations } from './relations.ts';

const schema = buildSchema(readFileSync(new URL('../../schema/release.graphql', import.meta.url), 'utf8'));

function reading(query: string, variables?: Record<string, unknown>) {
  const document = parse(query);
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)!;
  return readingOf({ schema, document, operation: operation as OperationDefinitionNode, variables });
}

/** What a result shows, in words. */
function shown(query: string, data: unknown, variables?: Record<string, unknown>) {
  const { read, missing } = reading(query, variables);
  const relations = new Relations();
  read(data, relations);
  return {
    nodes: [...relations.nodes.values()].map(({ key, name }) => (name ? `${key} ${name}` : key)),
    edges: [...relations.edges.values()].map(({ key, stints, merged, depth }) => ({
      key,
      ...(stints.length > 0 && { stints }),
      ...(merged !== undefined && { merged }),
      ...(depth !== undefined && { depth }),
    })),
    missing: [...missing.ids, ...missing.names, ...missing.types],
  };
}

it('finds the person whose id is only in the arguments, and the stints', () => {
  const query = `query ($id: ID = "1") { someone: person(id: $id) { name jobs: employers(current: false) {
    edges { node { title startDate endDate company { id name } } } } } }`;
  const job = (title: string, startDate: string) => ({
    node: { title, startDate, endDate: '2020-01-01', company: { id: '7', name: 'Acme' } },
  });
  const data = { someone: { name: 'Ada', jobs: { edges: [job('Cook', '2010-01-01'), job('Chef', '2015-01-01')] } } };
  const over = { endDate: '2020-01-01', current: false };
  expect(shown(query, data)).toEqual({
    nodes: ['Person:1 Ada', 'Company:7 Acme'],
    edges: [
      {
        key: 'employment Person:1 Company:7',
        stints: [
          { title: 'Cook', startDate: '2010-01-01', ...over },
          { title: 'Chef', startDate: '2015-01-01', ...over },
        ],
      },
    ],
    missing: [],
  });
});

it('reads fragments, on unions too, and the nodes of a path in their order', () => {
  const query = `{ shortestPath(from: {person: "1"}, to: {company: "8"}) { steps: nodes { kind: __typename ...P ...on Company { id called: name } } } }
    fragment P on Person { id name }`;
  const nodes = [
    { kind: 'Person', id: '1', name: 'Ada' },
    { kind: 'Company', id: '7', called: 'Acme' },
    { kind: 'Company', id: '8', called: null },
  ];
  expect(shown(query, { shortestPath: { steps: nodes } })).toEqual({
    nodes: ['Person:1 Ada', 'Company:7 Acme', 'Company:8'],
    edges: [{ key: 'employment Person:1 Company:7' }, { key: 'deal Company:7 Company:8' }],
    missing: [],
  });
});

it('joins nothing across what it does not know in a path', () => {
  const query = `{ shortestPath(from: {person: "1"}, to: {person: "2"}) { nodes {
    ...on Person { __typename id name } ...on Company { id name } } } }`;
  const person = (id: string) => ({ __typename: 'Person', id, name: id });
  expect(shown(query, { shortestPath: { nodes: [person('1'), { id: '7', name: 'Acme' }, person('2')] } })).toEqual({
    nodes: ['Person:1 1', 'Person:2 2'],
    edges: [],
    missing: ['shortestPath.nodes'],
  });
});

it('reads acquisitions either way round, and trees of them', () => {
  const query = `{ company(id: "1") { name
    acquisitions { edges { node { merged acquired { id name } } } }
    acquiredBy { merged acquirer { id name } }
    acquisitionTree { depth company { id name } } } }`;
  const data = {
    company: {
      name: 'A',
      acquisitions: { edges: [{ node: { merged: true, acquired: { id: '2', name: 'B' } } }] },
      acquiredBy: [{ merged: false, acquirer: { id: '3', name: 'C' } }],
      acquisitionTree: [
        { depth: 1, company: { id: '2', name: 'B' } },
        { depth: 2, company: { id: '4', name: 'D' } },
      ],
    },
  };
  expect(shown(query, data).edges).toEqual([
    { key: 'acquisition Company:1 Company:2', merged: true },
    { key: 'acquisition Company:3 Company:1', merged: false },
    { key: 'descent Company:1 Company:4', depth: 2 },
  ]);
});

it('reads what colleagues are to a person', () => {
  const query = '{ person(id: "2") { name colleagues { edges { node { id name } } } } }';
  const data = { person: { name: 'B', colleagues: { edges: [{ node: { id: '1', name: 'A' } }] } } };
  expect(shown(query, data).edges).toEqual([{ key: 'colleagues Person:1 Person:2' }]);
});

it('reads the events of a subscription', () => {
  const query = `subscription { graphChanged { person { id name } company { id name } employment { title startDate endDate } } }`;
  const person = { id: '1', name: 'Ada' };
  const company = { id: '7', name: 'Acme' };
  const { read } = reading(query);
  const relations = new Relations();
  read({ graphChanged: { person, company: null, employment: null } }, relations);
  expect(relations.nodes.size).toBe(1);
  const employment = { title: 'Cook', startDate: '2010-01-01', endDate: null };
  read({ graphChanged: { person, company, employment } }, relations);
  read({ graphChanged: { person, company, employment: { ...employment, endDate: '2011-01-01' } } }, relations);
  expect([...relations.edges.values()].map(({ stints }) => stints)).toEqual([
    [{ title: 'Cook', startDate: '2010-01-01', endDate: '2011-01-01' }],
  ]);
});

it('says what was not asked for', () => {
  const query = `{ companies { edges { node { id employees { edges { node { person { name } } } } } } }
    shortestPath(from: {person: "1"}, to: {company: "8"}) { nodes { ...on Person { id name } } } }`;
  const employees = { edges: [{ node: { person: { name: 'Ada' } } }] };
  const data = { companies: { edges: [{ node: { id: '1', employees } }] }, shortestPath: { nodes: [{ id: '1' }] } };
  expect(shown(query, data)).toEqual({
    nodes: ['Company:1'],
    edges: [],
    missing: ['companies.edges.node.employees.edges.node.person', 'companies.edges.node', 'shortestPath.nodes'],
  });
});

it.each([null, undefined, {}, { topics: [{ name: 'a' }] }, { company: null }, { company: 'odd' }])(
  'finds nothing in %j',
  (data) => expect(shown('{ topics { name } company(id: "1") { id } }', data).nodes).toEqual([]),
);

/** A small world of who works where and who bought whom, to which graphql itself answers. */
const world = fc.record({
  jobs: fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(3)), { selector: String, maxLength: 30 }),
  deals: fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(5)), { selector: String, maxLength: 15 }),
});

it('shows exactly the relations that the graph answered with', () =>
  fc.assert(
    fc.property(world, ({ jobs, deals }) => {
      const page = (nodes: unknown[]) => ({ edges: nodes.map((node) => ({ node })) });
      const person = (id: number) => ({ id: `${id}`, name: `p${id}` });
      const company = (id: number): object => ({
        ...{ id: `${id}`, name: `c${id}` },
        employees: () =>
          page(jobs.filter(([, of]) => of === id).map(([who, , n]) => ({ title: `t${n}`, person: person(who) }))),
        acquisitions: () => page(deals.filter(([by]) => by === id).map(([, of]) => ({ acquired: company(of) }))),
      });
      const query = `{ companies { edges { node { ...All again: acquisitions { edges { node { acquired { ...All } } } } } } } }
        fragment All on Company { id name
          employees { edges { node { title person { id name } } } }
          acquisitions { edges { node { acquired { id name } } } } }`;
      const rootValue = { companies: () => page([0, 1, 2, 3, 4, 5].map(company)) };
      const { data } = execute({ schema, document: parse(query), rootValue }) as { data: unknown };
      const relations = new Relations();
      const { read } = reading(query);
      read(data, relations);
      const before = structuredClone(relations.edges);
      read(data, relations);
      expect(relations.edges).toEqual(before);
      const stints = [...relations.edges.values()].flatMap(({ type, from, to, stints }) =>
        type === 'employment' ? stints.map(({ title }) => `${from} ${to} ${title}`) : [],
      );
      expect(stints.sort()).toEqual(jobs.map(([who, of, n]) => `Person:${who} Company:${of} t${n}`).sort());
      const bought = [...relations.edges.values()].filter(({ type }) => type === 'acquisition');
      expect(bought.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(
        deals.map(([by, of]) => `Company:${by} Company:${of}`).sort(),
      );
    }),
  ));
