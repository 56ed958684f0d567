import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../platform/log.ts';
import { openSubgraphs } from '../subgraphs/roster.ts';
import { serveSubgraph } from '../subgraphs/serve.ts';
import { metricsOf } from './metrics.ts';
import { doorway, dpu, mount, publishReadings, publishTopology, reading, space } from './occupancyMessages.ts';
import { openWorld, type World } from './world.ts';

// What a client may keep of an answer: over HTTP, as a browser and as a router see it.
let world: World;
let url: string;
const noon = Date.UTC(2026, 0, 31, 12);
const iso = (seconds: number) => new Date(noon + seconds * 1000).toISOString();
const at = `at: "${iso(60)}"`;
const span = `from: "${iso(0)}", to: "${iso(120)}"`;

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 30_000 });
  await world.ingest();
  ({ url } = await world.gateway());
  const topology = [space('A'), space('B'), doorway('X', 'A'), doorway('Y', 'B'), dpu('1'), mount('1', 'X', noon)];
  const readAfter = await publishTopology(world, topology);
  await get('{ spaces { totalCount } }', readAfter);
  await get('{ dpus { totalCount } }', await publishReadings(world, [reading('1', noon + 1_000, 1, 'first')]));
});
afterAll(() => world[Symbol.asyncDispose]());

async function get(query: string, headers: Record<string, string> = {}, from = url) {
  const response = await fetch(`${from}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'application/json', 'apollo-require-preflight': 'yes', ...headers },
  });
  return seen(response);
}

async function post(query: string, headers: Record<string, string> = {}, from = url) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return seen(await fetch(`${from}/graphql`, { ...init, body: JSON.stringify({ query }) }));
}

async function seen(response: Response) {
  const header = (name: string) => response.headers.get(name);
  const [body, cache, etag, vary] = [await response.text(), header('cache-control'), header('etag'), header('vary')];
  return { status: response.status, body, cache, etag, vary };
}

const settled = {
  status: 200,
  cache: 'private, no-cache',
  etag: expect.stringMatching(/^"[\w-]{43}"$/),
  vary: 'accept, origin',
};
const notKept = { cache: 'no-store', etag: null };

test('an answer about a time that is over is kept until something is recorded late', async () => {
  const question = `{ space(id: "A") { name count(${at}) { value } series(${span}, every: "PT1M") { start value } } }`;
  const first = await get(question);
  expect(first).toMatchObject({ ...settled, body: expect.stringContaining('"value":1') });
  expect(JSON.parse(first.body)).toEqual({ data: expect.any(Object) });
  const ask = (etag: string, headers = {}) => get(question, { 'if-none-match': etag, ...headers });
  const unchanged = { ...settled, status: 304, body: '', etag: first.etag };
  for (const etags of [first.etag!, `W/${first.etag}`, `"other", ${first.etag}`, '*'])
    expect(await ask(etags)).toEqual(unchanged);
  expect(await Promise.all(Array.from({ length: 8 }, () => ask(first.etag!)))).toEqual(Array(8).fill(unchanged));
  expect(await ask('"other"')).toEqual(first);
  const other = await ask(first.etag!, { accept: 'application/graphql-response+json' });
  expect(other).toMatchObject({ ...settled, body: first.body });
  expect(other.etag).not.toBe(first.etag); // it has another type

  const late = await publishReadings(world, [reading('1', noon + 2_000, 1, 'late')]);
  const second = await ask(first.etag!, late);
  expect(second).toMatchObject({ ...settled, body: expect.stringContaining('"value":2') });
  expect(await ask(second.etag!)).toMatchObject({ status: 304 });

  const moved = await publishTopology(world, [mount('1', 'Y', noon + 1_500)]);
  const third = await ask(second.etag!, moved);
  expect(third).toEqual(first); // the late one belongs to the other space now
  // What comes for the present leaves it as it is.
  const now = await publishReadings(world, [reading('1', Date.now(), 1)]);
  expect(await ask(third.etag!, now)).toEqual(unchanged);
});

test('the other headers of an answer stay, whether it is kept, unchanged or neither', async () => {
  const ask = async (question: string, headers: Record<string, string> = {}) => {
    const { status, headers: told } = await fetch(`${url}/graphql?query=${encodeURIComponent(question)}`, {
      headers: { accept: 'application/json', 'apollo-require-preflight': 'yes', 'x-request-id': 'mine', ...headers },
    });
    return [status, told.get('x-request-id'), told.get('content-type')];
  };
  const question = `{ space(id: "A") { count(${at}) { value } } }`;
  const json = 'application/json; charset=utf-8';
  expect(await ask('{ __typename }')).toEqual([200, 'mine', json]);
  expect(await ask(question)).toEqual([200, 'mine', json]);
  expect(await ask(question, { 'if-none-match': '*' })).toEqual([304, 'mine', null]);
});

test.each([
  `{ readings(dpu: "1", ${span}) { edges { node { id doorway { id } } } } }`,
  `{ dpu(id: "1") { doorway(${at}) { id } } }`,
  `{ wikiTop(by: USER, ${span}) { key } wikiEdits(to: "${iso(0)}") { totalCount } }`,
  `{ wikiActivity(${span}, every: "PT1M") { edits } space(id: "A") { count(${at}) { value } } }`,
])('it may be of any field with an end, and of several subgraphs: %s', async (question) => {
  const answer = await get(question);
  expect(answer).toMatchObject(settled);
  expect(await get(question, { 'if-none-match': answer.etag! })).toMatchObject({ status: 304 });
});

const far = '2099-01-01T00:00:00Z';
test.each([
  ['about now', '{ space(id: "A") { count { value } } }'],
  ['about no time', '{ space(id: "A") { name doorways { id } } }'],
  ['about nothing', '{ __typename }'],
  ['about a time to come', `{ space(id: "A") { count(at: "${far}") { value } } }`],
  ['without an end', `{ readings(from: "${iso(0)}") { totalCount } }`],
  [
    'to an end to come',
    `{ space(id: "A") { series(from: "2098-12-31T00:00:00Z", to: "${far}", every: "P1D") { value } } }`,
  ],
  ['about then and now', `{ space(id: "A") { now: count { value } then: count(${at}) { value } } }`],
  ['about now and then', `{ space(id: "A") { then: count(${at}) { value } } dpu(id: "1") { doorway { id } } }`],
  ['of which one part is about now', `{ wikiEdits { totalCount } space(id: "A") { count(${at}) { value } } }`],
  [
    'of which one part fails',
    `{ space(id: "A") { count(${at}) { value } } readings(${span}, first: 5000) { totalCount } }`,
  ],
  ['that is none', '{ nonsense }'],
  ['that cannot be read', '{'],
])('an answer %s is not kept', async (_, question) => {
  const answer = await get(question);
  expect(answer).toMatchObject(notKept);
  expect(await get(question, { 'if-none-match': '*' })).toMatchObject({ status: answer.status, ...notKept });
});

test('what is posted says the same, but is never answered with 304, and a mutation is not kept', async () => {
  const question = `{ space(id: "A") { count(${at}) { value } } }`;
  const posted = await post(question);
  expect(posted).toEqual(await get(question));
  expect(await post(question, { 'if-none-match': posted.etag! })).toEqual(posted);
  const mutation = 'mutation { saveSpace(input: { id: "C", name: "C" }) { accepted } }';
  expect(await post(mutation)).toMatchObject({ status: 200, ...notKept });
});

test('a subscription has the headers of a stream', async () => {
  const stream = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: `subscription { spaceCount(space: "A") { count { value } cursor } }` }),
  });
  expect([stream.headers.get('cache-control'), stream.headers.get('etag')]).toEqual(['no-cache', null]);
  await stream.body!.cancel();
});

test('a subgraph by itself tells a router, and counts what is asked of it', async () => {
  const before = await metricsOf();
  const { subgraphs, close } = await openSubgraphs(world.settings, ['occupancy'], createLogger('test', 'silent'));
  const server = await serveSubgraph(subgraphs[0]!, world.settings);
  const from = server.url.replace('/graphql', '');
  expect(await post(`{ space(id: "A") { count(${at}) { value } } }`, {}, from)).toMatchObject({
    ...{ status: 200, cache: 'private, no-cache' },
  });
  const notSettled = [
    `{ space(id: "A") { now: count { value } then: count(${at}) { value } } }`,
    `{ space(id: "A") { count(${at}) { value } } readings(${span}, first: 5000) { totalCount } }`,
    '{ nonsense }',
  ];
  for (const question of notSettled) expect(await post(question, {}, from)).toMatchObject(notKept);
  const asked = (await metricsOf()).since(before);
  expect(asked.value('tributary_requests_total', { operation: 'query', code: 'OK' })).toBe(2);
  expect(asked.value('tributary_requests_total', { operation: 'query', code: 'BAD_USER_INPUT' })).toBe(1);
  expect(asked.value('tributary_requests_total', { code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
  await server.stop();
  await close();
});
