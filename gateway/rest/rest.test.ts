import { type IncomingMessage, type ServerResponse, validateHeaderValue } from 'node:http';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import {
  execute as executeGraphQL,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  parse,
} from 'graphql';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { readSettings } from '../../platform/config.ts';
import { errorCodes } from '../../platform/errors.ts';
import { createLogger } from '../../platform/log.ts';
import type { Streams } from '../../subgraphs/streams/stream.ts';
import { openGateway } from '../gateway.ts';
import type { Execute, Executed } from './execute.ts';
import { largestBody } from './jsonBody.ts';
import { createRest, type Rest } from './rest.ts';
import { routes } from './routes.ts';

// REST over a graph in which everything is there once, and answers at once.
const log = createLogger('test', 'silent');
let schema: GraphQLSchema;
let rest: Rest;
/** What the graph was asked. */
let asked: { query: string; variables: Record<string, unknown> }[] = [];
/** What it answers instead. */
let instead: ((query: string) => Partial<Executed> | undefined) | undefined;

beforeAll(async () => {
  const gateway = await openGateway({
    subgraphs: [],
    streams: {} as Streams,
    readAfterTimeoutMs: 1,
    limits: readSettings({}),
    log,
  });
  schema = await gateway.getSchema();
  rest = createRest(schema, execute, log);
  await gateway[Symbol.asyncDispose]();
});
afterEach(() => {
  asked = [];
  instead = undefined;
});

const values: Record<string, unknown> = { Boolean: true, Float: 1.5, Int: 3 };
const anything: GraphQLFieldResolver<unknown, unknown> = (_source, _args, _context, { returnType }) => {
  if (isListType(getNullableType(returnType))) return [{}];
  const type = getNamedType(returnType);
  return isObjectType(type) ? {} : (values[type.name] ?? 'text');
};

const execute: Execute = async ({ query, variables }) => {
  asked.push({ query, variables: JSON.parse(JSON.stringify(variables)) });
  const answer = instead?.(query);
  const document = parse(query);
  const result = await executeGraphQL({
    schema,
    document,
    variableValues: asked.at(-1)!.variables,
    fieldResolver: anything,
  });
  return {
    status: 200,
    headers: { 'cache-control': 'private, no-cache' },
    result: JSON.parse(JSON.stringify(result)),
    ...answer,
  };
};

interface Told {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** What is answered to a request as Node gives it: whatever target a client has sent. */
function call(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body: Iterable<Buffer> = [],
): Promise<Told> {
  return new Promise((resolve) => {
    const told = { status: 0, headers: {} };
    const response = {
      once() {},
      writeHead(status: number, headers: Record<string, string>) {
        for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value);
        Object.assign(told, { status, headers });
        return response;
      },
      end: (text = '') => resolve({ ...told, text }),
    };
    const request = Object.assign(Readable.from(body), { method, url, headers, complete: true });
    rest.handle(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
}

const get = (url: string, headers = {}) => call('GET', url, headers);
const send = (method: string, url: string, body: unknown, headers = {}) =>
  call(method, url, { 'content-type': 'application/json', ...headers }, [
    Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  ]);

const codeOf = ({ status, headers, text }: Told) => {
  expect(headers['content-type']).toBe('application/problem+json');
  const problem = JSON.parse(text);
  expect(problem).toEqual({ title: expect.any(String), status, code: expect.any(String), detail: expect.any(String) });
  expect(Object.keys(errorCodes)).toContain(problem.code);
  return [status, problem.code, problem.detail];
};

test('a page has its items, and leads to the next one with all that was asked for', async () => {
  const { status, headers, text } = await get('/people?name=%C3%84%26+x&limit=3&total=true');
  expect([status, JSON.parse(text)]).toEqual([200, { items: [{ id: 'text', name: 'text' }], next: 'text', total: 3 }]);
  expect(headers.link).toBe('</people?name=%C3%84%26%20x&limit=3&total=true&after=text>; rel="next"');
  expect(asked[0]!.variables).toEqual({ name: 'Ä& x', limit: 3, total: true });
  await get(/<(.*)>/.exec(headers.link!)![1]!);
  expect(asked[1]!.variables).toEqual({ name: 'Ä& x', limit: 3, total: true, after: 'text' });
});

test('the last page leads nowhere, and counts nothing that nobody has asked for', async () => {
  instead = () => ({ result: { data: { dpus: { edges: [], pageInfo: { hasNextPage: false, endCursor: 'x' } } } } });
  const { headers, text } = await get('/api/v1/dpus');
  expect([headers.link, text]).toEqual([undefined, '{"items":[],"next":null}\n']);
});

test('what is named by others is its id alone', async () => {
  const { text } = await get('/api/v1/doorways/X');
  expect(JSON.parse(text)).toEqual({ id: 'text', name: 'text', ingress: 'text', egress: 'text' });
});

test.each([
  ['/people/a%2Fb', { id: 'a/b' }],
  ['/people/..', { id: '..' }],
  ['/people/%2e%2e', { id: '..' }],
  ['/people/__proto__', { id: '__proto__' }],
  ['/people/a+b', { id: 'a+b' }],
  ['/api/v1/counts/%F0%9F%8F%A2/current', { space: '🏢' }],
  ['/api/v1/counts/x?from=2026-01-31T00:00:00%2B01:00&to=2026-02-01T00:00:00Z', { every: undefined }],
])('%s is read as it was sent', async (url, variables) => {
  expect((await get(url)).status).toBe(200);
  for (const [name, value] of Object.entries(variables)) expect(asked[0]!.variables[name]).toBe(value);
});

test.each([
  ['/people/', 404],
  ['/people//employers', 404],
  ['//people', 404],
  ['/people/1/', 404],
  ['/People', 404],
  ['/api/v1/nothing', 404],
  ['/people/%', 400],
  ['/people/%ff', 400],
  ['/people/%00', 400],
  ['/people/\xc3\x84', 400],
  ['/people?name=\xc3', 400],
  ['/people/a%0Ab', 400],
  ['/people?name=%c3', 400],
  ['/people?name=a&name=b', 400],
  ['/people?name=a&%6eame=b', 400],
  ['/people?nmae=a', 400],
  ['/people?__proto__=a', 400],
  ['/people?constructor', 400],
  ['/people?limit=0', 400],
  ['/people?limit=1001', 400],
  ['/people?limit=1e3', 400],
  ['/people?limit=99999999999999999999999999', 400],
  [`/people?limit=${'9'.repeat(5000)}`, 400],
  ['/people?limit=', 400],
  ['/people?total=yes', 400],
  ['/people/1?limit=3', 400],
  ['/people/1/employers?current=1', 400],
  ['/api/v1/readings?from=yesterday', 400],
  ['/api/v1/readings?from=2026-13-01T00:00:00Z', 400],
  ['/api/v1/counts/x?from=2026-01-01T00:00:00Z', 400],
])('%s is answered with %i, and asks nothing of the graph', async (url, status) => {
  const [told, code] = codeOf(await get(url));
  expect([told, code]).toEqual([status, status === 404 ? 'NOT_FOUND' : 'BAD_USER_INPUT']);
  expect(asked).toEqual([]);
});

test('a message names the parameter', async () => {
  expect(codeOf(await get('/people?nmae=a'))[2]).toBe(
    'There is no parameter "nmae" here. Those that there are: name, limit, after, total.',
  );
  expect(codeOf(await get('/api/v1/readings?to=x'))[2]).toContain('to: ');
  expect(codeOf(await get('/api/v1/counts/x?to=2026-01-01T00:00:00Z'))[2]).toContain('from is missing');
});

test('a verb that is not there, and what is there', async () => {
  const told = await call('PATCH', '/api/v1/spaces/A');
  expect([codeOf(told).slice(0, 2), told.headers.allow]).toEqual([
    [405, 'METHOD_NOT_ALLOWED'],
    'GET, PUT, DELETE, HEAD, OPTIONS',
  ]);
  expect(await call('OPTIONS', '/api/v1/readings')).toMatchObject({
    status: 204,
    headers: { allow: 'GET, POST, HEAD, OPTIONS' },
  });
  expect(codeOf(await call('POST', '/docs')).slice(0, 2)).toEqual([405, 'METHOD_NOT_ALLOWED']);
  expect(codeOf(await call('constructor', '/people')).slice(0, 2)).toEqual([405, 'METHOD_NOT_ALLOWED']);
});

test.each([
  [undefined, 200],
  ['*/*', 200],
  ['text/html, application/*;q=0.1', 200],
  ['text/html', 406],
  ['application/json;q=0, */*', 406],
  ['application/json; charset=utf-8', 200],
  [';;,,=', 406],
])('Accept: %s is answered with %i', async (accept, status) => {
  const told = await get('/people', accept === undefined ? {} : { accept });
  expect(told.status).toBe(status);
  if (status === 406) expect(codeOf(told)[1]).toBe('NOT_ACCEPTABLE');
});

test('an answer that is still the same is not sent again', async () => {
  const first = await get('/people/1');
  expect(first.headers).toMatchObject({
    etag: expect.stringMatching(/^"[\w-]{43}"$/),
    'cache-control': 'private, no-cache',
  });
  for (const tag of [first.headers.etag, `W/${first.headers.etag}`, `"other", ${first.headers.etag}`, '*'])
    expect(await get('/people/1', { 'if-none-match': tag })).toMatchObject({
      ...{ status: 304, text: '' },
      headers: { etag: first.headers.etag },
    });
  expect(await get('/people/1', { 'if-none-match': '"other"' })).toEqual(first);
  const head = await call('HEAD', '/people/1');
  expect([head.status, head.headers]).toEqual([200, first.headers]); // Node leaves out the body
  instead = () => ({ result: { data: { person: { id: '1', name: null } } } });
  expect((await get('/people/1')).headers.etag).not.toBe(first.headers.etag);
});

const isThere = (is: boolean) => (query: string) =>
  query.includes('present:') ? { result: { data: { present: is ? { id: 'x' } : null } } } : undefined;

test('what is created has an id, an address and a position', async () => {
  instead = isThere(false);
  const created = await send('POST', '/api/v1/spaces', { id: 'a/b ü', name: 'Lobby' });
  expect(created).toMatchObject({
    status: 201,
    headers: { location: '/api/v1/spaces/a%2Fb%20%C3%BC', 'read-after': 'text' },
  });
  expect(JSON.parse(created.text)).toEqual({ id: 'a/b ü', accepted: 3, position: 'text' });
  expect(asked[1]!.variables).toEqual({ input: { id: 'a/b ü', name: 'Lobby' } });

  const { headers, text } = await send('POST', '/api/v1/dpus', {});
  const { id } = JSON.parse(text);
  expect([id, headers.location]).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), `/api/v1/dpus/${id}`]);
  expect(await send('PUT', '/api/v1/dpus/7', {})).toMatchObject({
    status: 201,
    headers: { location: '/api/v1/dpus/7' },
  });
});

test('what is there already is replaced, but not created again', async () => {
  instead = isThere(true);
  const replaced = await send('PUT', '/api/v1/spaces/A', { name: 'Lobby' });
  expect([replaced.status, replaced.headers.location]).toEqual([200, undefined]);
  expect(asked[1]!.variables).toEqual({ input: { id: 'A', name: 'Lobby' } });
  expect(codeOf(await send('POST', '/api/v1/spaces', { id: 'A', name: 'Lobby' })).slice(0, 2)).toEqual([
    409,
    'CONFLICT',
  ]);
  expect(asked).toHaveLength(3);
});

const refusal = {
  result: { data: null, errors: [{ message: 'No.', extensions: { code: 'BAD_USER_INPUT' } }] },
} as never;
test.each([
  [true, 409, 'CONFLICT'],
  [false, 404, 'NOT_FOUND'],
])('what may not be deleted is in the way (%s), or not there', async (is, status, code) => {
  instead = (query) => isThere(is)(query) ?? refusal;
  expect(codeOf(await call('DELETE', '/api/v1/doorways/X')).slice(0, 2)).toEqual([status, code]);
  instead = undefined;
  const deleted = await call('DELETE', '/api/v1/doorways/X');
  expect([deleted.status, deleted.text, deleted.headers['read-after']]).toEqual([204, '', 'text']);
});

test('one reading or many', async () => {
  const reading = { dpu: '1', time: '2026-01-31T12:00:00Z', direction: 1 };
  const sent = { ...reading, time: '2026-01-31T12:00:00.000Z' };
  expect((await send('POST', '/api/v1/readings', reading)).status).toBe(201);
  expect((await send('POST', '/api/v1/readings', [reading, reading])).status).toBe(201);
  expect(asked.map(({ variables }) => variables)).toEqual([{ readings: [sent] }, { readings: [sent, sent] }]);
});

const space = '/api/v1/spaces';
test.each<[what: string, request: () => Promise<Told>, status: number, detail: string]>([
  ['no JSON', () => send('POST', space, '{"name":x}'), 400, 'not JSON: Unexpected token'],
  ['JSON that breaks off', () => send('POST', space, '{"name":'), 400, 'not JSON: Unexpected end'],
  ['nothing', () => send('POST', space, ''), 400, 'empty'],
  ['no UTF-8', () => send('POST', space, Buffer.from([0x22, 0xff, 0x22])), 400, 'UTF-8'],
  ['no object', () => send('POST', space, []), 400, 'must be a JSON object'],
  ['null', () => send('PUT', `${space}/A`, 'null'), 400, 'must be a JSON object'],
  ['a name that is missing', () => send('POST', space, {}), 400, 'body: Field "name"'],
  ['a name that is unknown', () => send('POST', space, { name: 'A', nmae: 'B' }), 400, 'body: Field "nmae"'],
  ['a name of objects', () => send('POST', space, '{"name":"A","__proto__":{}}'), 400, 'body: Field "__proto__"'],
  ['a place that is a text', () => send('POST', space, { name: 'A', latitude: 'x' }), 400, 'body.latitude: '],
  ['an id of lists', () => send('POST', space, { id: [[]], name: 'A' }), 400, 'body.id'],
  ['far too many lists', () => send('POST', space, `{"id":${'['.repeat(5e5)}${']'.repeat(5e5)}}`), 400, 'nested'],
  ['half a character', () => send('POST', space, '{"id":"\\ud800","name":"A"}'), 400, 'half of a character'],
  ['another id', () => send('PUT', `${space}/A`, { id: 'B', name: 'A' }), 400, 'the path says "A"'],
  [
    'a reading amiss',
    () => send('POST', '/api/v1/readings', [{ dpu: '1', time: 'x', direction: 1 }]),
    400,
    'body[0].time',
  ],
  ['a condition', () => send('PUT', `${space}/A`, { name: 'A' }, { 'if-match': '"x"' }), 400, 'If-Match'],
  ['another type', () => send('POST', space, {}, { 'content-type': 'text/json' }), 415, 'application/json'],
  ['no type', () => call('POST', space, {}, [Buffer.from('{}')]), 415, 'application/json'],
  ['no such type', () => send('POST', space, {}, { 'content-type': ';' }), 415, 'application/json'],
  [
    'another charset',
    () => send('POST', space, {}, { 'content-type': 'application/json; charset=utf-7' }),
    415,
    'UTF-8',
  ],
  ['what is compressed', () => send('POST', space, {}, { 'content-encoding': 'gzip' }), 415, 'Content-Encoding'],
  ['too much', () => send('POST', space, ' '.repeat(largestBody + 1)), 413, 'larger than'],
  ['what says so', () => send('POST', space, '', { 'content-length': String(largestBody + 1) }), 413, 'larger than'],
])('%s is refused with a reason, and asks nothing of the graph', async (_, request, status, detail) => {
  expect(codeOf(await request())).toEqual([status, expect.any(String), expect.stringContaining(detail)]);
  expect(asked).toEqual([]);
});

test.each([
  ['BAD_USER_INPUT', 200, 400],
  ['UNAUTHENTICATED', 200, 401],
  ['FORBIDDEN', 200, 403],
  ['STORE_UNAVAILABLE', 200, 503],
  ['BROKER_UNAVAILABLE', 200, 503],
  ['READ_AFTER_TIMEOUT', 200, 503],
  ['RATE_LIMITED', 429, 429],
  ['SOMETHING_NEW', 413, 413],
  ['constructor', 200, 500],
])('%s of the graph, answered with %i, is %i', async (code, answered, status) => {
  const errors = [{ message: 'Why.', extensions: { code } }] as never;
  instead = () => ({ status: answered, headers: {}, result: { data: { person: null }, errors } });
  const { headers, ...told } = await get('/people/1');
  expect([told.status, JSON.parse(told.text)]).toEqual([status, expect.objectContaining({ code, detail: 'Why.' })]);
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['retry-after']).toBe([429, 503].includes(status) ? '2' : undefined);
  expect(headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
});

test('what is not there is not found', async () => {
  instead = () => ({ result: { data: { person: null, space: null } } });
  expect(codeOf(await get('/people/7/employers'))).toEqual([404, 'NOT_FOUND', 'There is no "7" among the people.']);
  expect(codeOf(await get('/api/v1/counts/B/current'))[2]).toBe('There is no "B" among the spaces.');
});

test('a sign of life asks nothing of anybody', async () => {
  expect((await get('/api/v1/health')).text).toBe('{"status":"ok"}\n');
  expect(asked).toEqual([]);
});

test('a fault of our own is told as such, and no more', async () => {
  instead = () => {
    throw new Error('secret');
  };
  const told = codeOf(await get('/people'));
  expect(told.slice(0, 2)).toEqual([500, 'INTERNAL_SERVER_ERROR']);
  expect(told[2]).not.toContain('secret');
});

const words = [
  ...new Set(routes.flatMap(({ path }) => path.split('/'))),
  'openapi.json',
  'docs',
  '__proto__',
  '..',
  '%2F',
  '%00',
  '%FF',
  '%',
  '?',
  '&',
  '=',
  '+',
  '/',
  'limit',
  'after',
  'total',
  'from',
  'id',
  '2026-01-01T00:00:00Z',
  'true',
  '-1',
  '1e400',
];
const piece = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 5 }));
const target = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`),
  fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join('/')}`),
  fc
    .tuple(fc.constantFrom(...routes.map(({ path }) => path)), piece, fc.array(piece, { maxLength: 6 }))
    .map(([path, id, query]) => `${path.replace(/\{\w+\}/, encodeURIComponent(id.toWellFormed()))}?${query.join('=')}`),
);
const header = fc.oneof(fc.string(), fc.constantFrom('application/json', '*/*', '"x"', '*', 'gzip', '1'));
const request = fc.record({
  method: fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'toString'),
  target,
  headers: fc.dictionary(
    fc.constantFrom('accept', 'content-type', 'content-length', 'content-encoding', 'if-none-match', 'if-match'),
    header,
  ),
  body: fc.oneof(
    fc.json(),
    fc.string(),
    fc.json({ depthSize: 'large' }).map((json) => `{"id":${json},"name":"x"}`),
  ),
});

test('no request of any kind is a fault of our own', async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ method, target, headers, body }) => {
      const typed = body.startsWith('{') ? { 'content-type': 'application/json', ...headers } : headers;
      const told = await call(method, target, typed, [Buffer.from(body)]);
      expect(told.status).toBeGreaterThanOrEqual(200);
      if (told.status >= 400) expect(codeOf(told)[0]).toBeLessThan(500);
    }),
    { numRuns: 2_000 },
  );
});
