import { type ExecutionResult, execute, getOperationAST, OperationTypeNode, parse } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../platform/errors.ts';
import type { Graph } from '../platform/neo4j.ts';
import type { Publisher } from '../platform/publish.ts';
import { anybody } from '../subgraphs/identity/session.ts';
import * as cypher from '../subgraphs/people/statements.ts';
import { peopleSubgraph } from '../subgraphs/people/subgraph.ts';
import type { Streams } from '../subgraphs/streams/stream.ts';
import { localExecutor } from './executor.ts';

interface Parameters {
  owners: number[];
  limit: number;
  current: boolean | null;
}
const company = { id: 7, name: 'Lumen', headcount: 0 };
const stints = [
  { title: 'CTO', start: '2020-01-01', end: null, stint: '2020-01-01|CTO', ...company },
  { title: null, start: null, end: '2019-12-31', stint: '|', ...company, id: 8, name: null, headcount: null },
];
const path = [
  { isPerson: true, id: 1, name: 'Ada' },
  { isPerson: false, ...company },
];

/** Rows by statement, in the shapes that Neo4j gives. Persons from 90 on make the store fail. */
const rowsOf: Record<string, (parameters: Parameters) => object[]> = {
  [cypher.nodesById('Person')]: ({ owners }) => {
    if (owners.some((owner) => owner >= 90)) throw new TributaryError('STORE_UNAVAILABLE', 'away', { retryAfter: 1 });
    return owners
      .filter((owner) => owner < 50)
      .map((owner) => ({ owner, id: owner, name: owner === 3 ? null : 'Ada' }));
  },
  [cypher.nodesById('Company')]: ({ owners }) => owners.map((owner) => ({ ...company, owner, id: owner })),
  [cypher.nodesInOrder('Person')]: ({ limit }) =>
    [1, 2, 3].slice(0, limit).map((id) => ({ id, name: id === 3 ? null : 'Ada', sort: 'Ada' })),
  [cypher.countNodes('Person')]: () => [{ total: 3 }],
  [cypher.employersOf]: ({ owners, limit, current }) =>
    owners
      .filter((owner) => owner !== 2)
      .flatMap((owner) =>
        stints
          .filter(({ start, end }) => current === null || (start !== null && end === null) === current)
          .slice(0, limit)
          .map((stint) => ({ ...stint, owner })),
      ),
  [cypher.countEmployersOf]: ({ owners }) => {
    if (owners.includes(3)) throw new Error('no such count');
    return owners.map((owner) => ({ owner, total: 2 }));
  },
  [cypher.acquirersOf]: () => [],
  [cypher.acquisitionTreeOf]: ({ owners }) => owners.map((owner) => ({ ...company, owner, id: owner + 1, depth: 1 })),
  [cypher.shortestPathBetween('Person', 'Company', 6)]: () => path,
  [cypher.shortestPathBetween('Person', 'Company', 2)]: () => path,
};

/** The people subgraph on such a store, and what it asks. */
function open() {
  const asked: string[] = [];
  const read = async (statement: string, parameters: Parameters) => {
    asked.push(JSON.stringify([statement, parameters]));
    return rowsOf[statement]!(parameters);
  };
  const publisher = { publish: async (_: string, messages: unknown[]) => [messages.length] };
  const streams = { receipt: (topic: string, position: number[]) => `${topic}@${position}` };
  const { schema } = peopleSubgraph({
    graph: { read } as unknown as Graph,
    publisher: publisher as unknown as Publisher,
    streams: streams as unknown as Streams,
    progress: { committedWithMarks: async () => ({ position: [], marks: [] }) },
  });
  return { schema, asked };
}

const plain = (result: unknown) => {
  const { data, errors } = JSON.parse(JSON.stringify(result)) as ExecutionResult;
  // Which of two errors is told first is left open by GraphQL.
  return { data, errors: errors?.map((error) => JSON.stringify(error)).sort() };
};

const person = '{ id name }';
type Case = [name: string, query: string, variables?: Record<string, unknown>];
const whole: Case[] = [
  ['nothing found is null', '{ person(id: 50) { id } company(id: 1) { acquiredBy { merged } } }'],
  [
    'aliases and fragments',
    `{ a: person(id: 1) ${person} b: person(id: 2) { ...P } } fragment P on Person { id n: name }`,
  ],
  [
    'typenames',
    '{ __typename person(id: 1) { __typename employers { __typename edges { __typename node { __typename } } } } }',
  ],
  ['numbers as ids', 'query ($id: ID!) { person(id: $id) { id } }', { id: 1 }],
  ['unused and unknown variables', 'query ($id: ID!, $no: Int) { person(id: $id) { id } }', { id: '1', other: 2 }],
  [
    'a list of nulls and values',
    '{ people { totalCount edges { cursor node { id name } } pageInfo { hasNextPage endCursor } } }',
  ],
  ['a default of a missing variable', 'query ($first: Int = 1) { people(first: $first) { edges { node { id } } } }'],
  [
    'a null over a default',
    'query ($first: Int = 1) { people(first: $first) { edges { node { id } } } }',
    { first: null },
  ],
  ['a missing variable without default', 'query ($first: Int) { people(first: $first) { edges { node { id } } } }'],
  [
    'a default argument',
    'query ($hops: Int!) { a: shortestPath(from: { person: 1 }, to: { company: 7 }) { length } b: shortestPath(from: { person: 1 }, to: { company: 7 }, maxHops: $hops) { length } }',
    { hops: 2 },
  ],
  [
    'a union',
    'query ($from: NodeRef!) { shortestPath(from: $from, to: { company: 7 }) { nodes { __typename ... on Person { name } ... on Company { name headcount } ...C } } } fragment C on Company { title: name }',
    { from: { person: '1' } },
  ],
  [
    'entities of several types',
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ... on Person { name employers(first: 1) { edges { node { title } } } } ... on Company { headcount } } }',
    {
      representations: [
        { __typename: 'Company', id: '7' },
        { __typename: 'Person', id: '1' },
        { __typename: 'Person', id: '50' },
      ],
    },
  ],
  ...[true, false].flatMap((yes): Case[] => [
    [
      `@include and @skip with ${yes}`,
      'query ($yes: Boolean!) { person(id: 1) { id name @include(if: $yes) ... @skip(if: $yes) { employers { totalCount } } ...P @include(if: $yes) } } fragment P on Person { n: name }',
      { yes },
    ],
    [
      `a flag of ${yes}`,
      'query ($c: Boolean) { person(id: 1) { employers(current: $c) { edges { node { title current } } } } }',
      { c: yes },
    ],
  ]),
  [
    'dates and nulls',
    '{ person(id: 1) { employers { edges { node { title startDate endDate company { id name headcount } } } } } }',
  ],
  [
    'the same field twice',
    '{ person(id: 1) { employers { totalCount } } person(id: 1) { employers { edges { node { title } } } } }',
  ],
];
const withErrors: Case[] = [
  ['an error of the store', `{ person(id: 90) ${person} company(id: 1) { name } }`],
  ['an error of an argument', `{ person(id: "x") ${person} people(first: 1001) { totalCount } }`],
  [
    'an error that makes its parents null',
    '{ person(id: 3) { id employers { edges { node { title } } totalCount } } company(id: 1) { id } }',
  ],
  ['errors in a list', '{ people { edges { node { id employers { totalCount } } } } }'],
  ['an error at the root of what must not be null', '{ people(first: -1) { totalCount } }'],
  ['a variable that is missing', 'query ($id: ID!) { person(id: $id) { id } }'],
  [
    'a mutation',
    'mutation ($messages: [JSON!]!) { a: publishPeople(messages: $messages) { accepted position } b: publishPeople(messages: []) { accepted } }',
    { messages: [{ type: 'Person', data: { person_id: 1, name: null } }] },
  ],
];

const context = { caller: anybody.caller };

describe('a compiled query answers as an interpreted one', () => {
  test.each(whole)('%s', async (_, query, variables) => {
    expect((await compare(query, variables)).errors).toBeUndefined();
  });
  test.each(withErrors)('%s', async (_, query, variables) => {
    expect((await compare(query, variables)).errors).toBeDefined();
  });

  async function compare(query: string, variables?: Record<string, unknown>) {
    const document = parse(query);
    const reference = open();
    const expected = plain(
      await execute({ schema: reference.schema, document, contextValue: context, variableValues: variables ?? {} }),
    );

    const { schema, asked } = open();
    expect(isCompiledQuery(compileQuery(schema, document))).toBe(true);
    const executor = localExecutor(schema, () => undefined);
    const operationType = getOperationAST(document)!.operation;
    const run = async () =>
      plain(await executor({ document, operationType, context, ...(variables ? { variables } : {}) }));
    expect(await run()).toEqual(expected);
    expect(asked).toEqual(reference.asked);
    expect(await run()).toEqual(expected); // now from the cache
    return expected;
  }
});

test.each([
  [
    'query ($first: Int) { people(first: $first) { totalCount } }',
    { first: 'many' },
    'Variable "$first" got invalid value "many"; Expected type Int; Int cannot represent non-integer value: "many"',
  ],
  [
    'query ($from: NodeRef!) { shortestPath(from: $from, to: { company: 7 }) { length } }',
    { from: { animal: 1 } },
    'Variable "$from" got invalid value { animal: 1 }; Field "animal" is not defined by type NodeRef.',
  ],
])('%s refuses %s before it asks anything', async (query, variables, message) => {
  const { schema, asked } = open();
  const request = { document: parse(query), operationType: OperationTypeNode.QUERY, context, variables };
  const { data, errors } = (await localExecutor(schema, () => undefined)(request)) as ExecutionResult;
  expect([data, errors?.map((error) => error.message), asked]).toEqual([undefined, [message], []]);
});

test('a query waits for what must come before it, and fails with it', async () => {
  const { schema, asked } = open();
  const before = Promise.withResolvers<void>();
  const request = { document: parse('{ person(id: 1) { id } }'), operationType: OperationTypeNode.QUERY, context };
  const answer = localExecutor(schema, () => before.promise)(request) as Promise<ExecutionResult>;
  await null;
  expect(asked).toEqual([]);
  before.resolve();
  expect(plain(await answer).data).toEqual({ person: { id: '1' } });
  const refused = localExecutor(schema, () => Promise.reject(new TributaryError('READ_AFTER_TIMEOUT', 'too late')));
  await expect(refused(request)).rejects.toThrow('too late');
});
