import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

// What clients do wrong is said to be their mistake, and what it is.
let world: World;
let url: string;
beforeAll(async () => {
  world = await openWorld({ LIMIT_BODY_BYTES: 4 << 20 }); // more than Kafka takes
  url = `${(await world.gateway()).url}/graphql`;
});
afterAll(() => world[Symbol.asyncDispose]());

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const ask = (query: string, variables: object = {}) => post(JSON.stringify({ query, variables }));
const nested = (depth: number) =>
  `{ person(id: 1) { ${'colleagues { edges { node { '.repeat(depth)} id ${'} } } '.repeat(depth)} } }`;

test.each<[what: string, request: () => Promise<Response>, code: string, message: string | RegExp]>([
  ['a body that is no JSON', () => post('{"query":'), 'BAD_REQUEST', ''],
  [
    'variables in a URL that are no JSON',
    () => fetch(`${url}?query={people{totalCount}}&variables=x`),
    'BAD_REQUEST',
    'Variables and extensions must be JSON',
  ],
  ['a body of 30 MB', () => post('x'.repeat(30_000_000)), 'OPERATION_TOO_LARGE', '4194304 are allowed'],
  ['a syntax that is none', () => ask('{'), 'GRAPHQL_PARSE_FAILED', 'Syntax Error'],
  ['a field that is not there', () => ask('{ horses }'), 'GRAPHQL_VALIDATION_FAILED', 'Cannot query field "horses"'],
  ['nesting of 1,000 levels', () => ask(nested(333)), 'OPERATION_TOO_LARGE', 'levels of depth'],
  ['nesting of 5,000 levels', () => ask(nested(1_666)), 'OPERATION_TOO_LARGE', 'levels of depth'],
  [
    'an operation of 100 KB',
    () => ask(`{ __typename # ${'x'.repeat(100_000)}\n}`),
    'OPERATION_TOO_LARGE',
    'into variables',
  ],
  [
    'a literal that is no time',
    () => ask('{ wikiTop(by: USER, from: "yesterday", to: "2026-01-01T00:00:00Z") { key } }'),
    'BAD_USER_INPUT',
    'Argument "from" has invalid value "yesterday"',
  ],
  [
    'a variable that is no time',
    () => ask('query ($t: DateTime!) { wikiTop(by: USER, from: $t, to: $t) { key } }', { t: 'yesterday' }),
    'BAD_USER_INPUT',
    '$t',
  ],
  [
    'a message larger than Kafka takes',
    () =>
      ask('mutation ($m: [JSON!]!) { publishPeople(messages: $m) { accepted } }', {
        m: [{ type: 'Person', data: { person_id: 1, name: 'x', more: 'y'.repeat(1_500_000) } }],
      }),
    'BAD_USER_INPUT',
    'larger than people.events takes',
  ],
])('%s', async (_, request, code, message) => {
  const response = await request();
  expect(response.status).toBeLessThan(500);
  const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
  expect(errors[0]).toMatchObject({ message: expect.stringContaining(message as string), extensions: { code } });
});

test('of a variable that lacks a property, or has one too many, the others are not told', async () => {
  const query = 'mutation ($feed: FeedInput!) { startFeed(input: $feed) { message } }';
  for (const feed of [
    { adapter: 'IQAIR_DAILY', secretKey: 'hunter2' },
    { adapter: 'IQAIR_DAILY', endpoint: 'http://api.example/', secretkey: 'hunter2} at "; {' },
    [{ secretKey: 'hunter2' }],
  ]) {
    const told = await (await ask(query, { feed })).text();
    expect(told).toContain('got invalid value');
    expect(told).toContain('"code":"BAD_USER_INPUT"');
    expect(told).not.toContain('hunter2');
  }
});
