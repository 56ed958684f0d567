import { once } from 'node:events';
import { type IncomingMessage, request as post } from 'node:http';
import { connect } from 'node:net';
import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Answer, type Closed, World } from './limits/world.ts';

// How GraphQL is carried over HTTP and WebSocket: who may ask, in which form, and how much at once.
let gateway: World;
beforeAll(async () => {
  gateway = await World.open({ LIMIT_BODY_MS: 300 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const query = '{ wikiEdit(id: "1") { id } }';
const found = { wikiEdit: { id: '1' } };
const told = ({ status, errors }: Answer) => [status, errors?.[0]?.extensions.code];

test('the graphql-http audit passes whole', async () => {
  const results = await auditServer({ url: gateway.url });
  expect(results.length).toBeGreaterThan(50);
  expect(results.filter(({ status }) => status !== 'ok')).toEqual([]);
});

describe('there is one way to send an operation', () => {
  const json = JSON.stringify({ query });
  const form = new URLSearchParams({ query }).toString();
  test.each<[number, string, Record<string, string>, string | Buffer]>([
    [200, 'JSON', { 'content-type': 'application/json' }, json],
    [200, 'JSON that says so in capitals', { 'content-type': 'Application/JSON; charset="UTF-8"' }, json],
    [415, 'text', { 'content-type': 'text/plain' }, json],
    [415, 'a form', { 'content-type': 'application/x-www-form-urlencoded' }, form],
    [415, 'bare GraphQL', { 'content-type': 'application/graphql' }, query],
    [415, 'parts', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--'],
    [415, 'two types at once', { 'content-type': 'text/plain, application/json' }, json],
    [415, 'another charset', { 'content-type': 'application/json; charset=utf-16' }, Buffer.from(json, 'utf16le')],
    [415, 'UTF-7, in which quotes hide', { 'content-type': 'application/json; charset=utf-7' }, json],
    [415, 'a compressed body', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, json],
    [400, 'what is not UTF-8', { 'content-type': 'application/json' }, Buffer.from('{"query":"\xff"}', 'latin1')],
    [400, 'UTF-16 that does not say so', { 'content-type': 'application/json' }, Buffer.from(json, 'utf16le')],
    [400, 'several at once', { 'content-type': 'application/json' }, `[${json},${json}]`],
    [400, 'an array of ten thousand', { 'content-type': 'application/json' }, `[${Array(10_000).fill('{}').join()}]`],
    [400, 'nothing', { 'content-type': 'application/json' }, ''],
    [400, 'a number', { 'content-type': 'application/json' }, '5'],
    [400, 'an empty object', { 'content-type': 'application/json' }, '{}'],
    [400, 'a parameter of somebody else', { 'content-type': 'application/json' }, '{"query":"{__typename}","x":1}'],
    [413, 'more than a mebibyte', { 'content-type': 'application/json' }, json + ' '.repeat(1 << 20)],
  ])('%i for %s', async (status, _, headers, body) => {
    const asked = gateway.asked.length;
    const answer = await gateway.send({ method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) });
    if (status === 200) expect(answer).toMatchObject({ status, data: found });
    else expect(told(answer)).toEqual([status, status === 413 ? 'OPERATION_TOO_LARGE' : 'BAD_REQUEST']);
    expect(gateway.asked.length - asked).toBe(status === 200 ? 1 : 0);
  });

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('405 for %s', async (method) => {
    const answer = await gateway.send({ method });
    expect([...told(answer), answer.headers!.get('allow')]).toEqual([405, 'BAD_REQUEST', 'GET, POST']);
  });

  test('405 for a mutation by GET', async () => {
    expect(told(await gateway.get({ query: 'mutation { __typename }' }))).toEqual([405, 'BAD_REQUEST']);
  });

  test('a body without a length is cut where it is too large, and one that does not come is given up', async () => {
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
    expect(told(await gateway.post(endless))).toEqual([413, 'OPERATION_TOO_LARGE']);
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
    );
    expect((await once(socket, 'data'))[0]).toMatch(/^HTTP\/1\.1 408 /);
    if (!socket.closed) await once(socket.resume(), 'close');
  });
});

test('no other way leads to the graph', async () => {
  const { hostname, port } = new URL(gateway.url);
  const asked = gateway.asked.length;
  for (const path of [
    '/graphql/',
    '/graphql/x',
    '//graphql',
    '/x/../graphql',
    '/healthcheck/../graphql',
    '/%67raphql',
    '/GRAPHQL',
  ]) {
    const headers = { 'content-type': 'text/plain' };
    const request = post({ hostname, port, path, method: 'POST', headers }).end(JSON.stringify({ query }));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect([path, response.statusCode]).toEqual([path, 404]);
    response.resume();
  }
  expect(gateway.asked).toHaveLength(asked);
});

describe('no page of another site can ask, unless its origin is allowed (CSRF, CORS)', () => {
  const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' };
  test.each<[boolean, string, Record<string, string>]>([
    [true, 'a program', {}],
    [true, 'the address bar of a browser', { ...browser, 'sec-fetch-site': 'none' }],
    [true, 'a page of the gateway itself', { ...browser, 'sec-fetch-site': 'same-origin' }],
    [true, 'an old browser with a header that it must ask for', { ...browser, 'apollo-require-preflight': 'yes' }],
    [true, 'a client of Apollo in a browser', { ...browser, 'x-apollo-operation-name': 'One' }],
    [false, 'an image of another site', { ...browser, 'sec-fetch-site': 'cross-site' }],
    [false, 'an image of a neighbouring host', { ...browser, 'sec-fetch-site': 'same-site' }],
    [false, 'an image of another site in an old browser', browser],
    [false, 'a form of another site', { ...browser, 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' }],
    [
      false,
      'a page that names its origin',
      { ...browser, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    ],
    [false, 'a page that hides its origin', { ...browser, origin: 'null' }],
  ])('%s for %s', async (isServed, _, headers) => {
    const asked = gateway.asked.length;
    const answer = await gateway.get({ query }, headers);
    expect(answer.status).toBe(isServed ? 200 : 403);
    expect(gateway.asked.length - asked).toBe(isServed ? 1 : 0);
  });

  test('an EventSource of the gateway itself gets its events', async () => {
    const url = `${gateway.url}?${new URLSearchParams({ query: 'subscription { wikiEdits { edit { id } } }' })}`;
    const headers = { ...browser, accept: 'text/event-stream', 'sec-fetch-site': 'same-origin' };
    expect(await (await fetch(url, { headers })).text()).toContain('"told"');
  });

  test('pages of the configured origins may ask, read what they get, and open a WebSocket; others may not', async () => {
    const [mine, other] = ['https://app.example', 'https://other.example'];
    await using shared = await World.open({ CORS_ORIGINS: `https://b.example, ${mine}` });
    const asking = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,read-after',
    };
    const preflight = await shared.send({ method: 'OPTIONS', headers: { origin: mine, ...asking } });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers!)).toMatchObject({
      'access-control-allow-origin': mine,
      'access-control-allow-headers': 'content-type,read-after',
      'access-control-allow-methods': expect.stringContaining('POST'),
      vary: expect.stringContaining('origin'),
    });
    expect((await shared.send({ method: 'OPTIONS', headers: { origin: other, ...asking } })).status).toBe(403);
    for (const answer of [
      await shared.post({ query }, { origin: mine, ...browser, 'sec-fetch-site': 'cross-site' }),
      await shared.get({ query }, { origin: mine, ...browser, 'sec-fetch-site': 'cross-site' }),
    ]) {
      expect(answer.data).toEqual(found);
      expect(answer.headers!.get('access-control-allow-origin')).toBe(mine);
      expect(answer.headers!.get('access-control-expose-headers')).toContain('retry-after');
      expect(answer.headers!.get('access-control-allow-credentials')).toBeNull();
    }
    expect((await shared.post({ query }, { origin: other })).status).toBe(403);
    for (const [origin, event] of [
      [mine, 'open'],
      [other, 'error'],
    ] as const) {
      const socket = new WebSocket(shared.url.replace('http', 'ws'), 'graphql-transport-ws', { origin });
      await once(socket, event);
      socket.terminate();
    }
    await using open = await World.open({ CORS_ORIGINS: '*' });
    const answer = await open.post({ query }, { origin: other });
    expect(answer.headers!.get('access-control-allow-origin')).toBe('*');
  });
});

describe('a WebSocket', () => {
  test('has so many operations open at once', async () => {
    await using few = await World.open({ LIMIT_OPERATIONS_PER_SOCKET: 3 });
    const ask = JSON.stringify({ query });
    const answers = (await few.overSocket([ask, ask, ask, ask, ask])) as Answer[];
    expect(answers.map((answer) => answer.data ?? told(answer)[1])).toEqual([
      found,
      found,
      found,
      'RATE_LIMITED',
      'RATE_LIMITED',
    ]);
  });

  test('is closed when it sends too much, at once or in a minute, or never begins', async () => {
    await using small = await World.open({ LIMIT_BODY_BYTES: 2_000, LIMIT_SOCKET_BYTES_PER_MINUTE: 3_000 });
    const long = JSON.stringify({ query, extensions: { x: 'x'.repeat(3_000) } });
    expect((await small.overSocket([long])).at(-1)).toMatchObject({ closed: 1009 });
    const many = await small.overSocket(Array(20).fill(JSON.stringify({ query })));
    expect(many.at(-1)).toEqual({
      closed: 1008,
      reason: 'RATE_LIMITED: more than 3000 bytes in a minute',
    } satisfies Closed);
    const silent = new WebSocket(small.url.replace('http', 'ws'), 'graphql-transport-ws');
    expect((await once(silent, 'close'))[0]).toBe(4408);
  });

  test('that sends what is none of GraphQL is told so, and stays open', async () => {
    const answers = (await gateway.overSocket([
      '{"query":"{__typename}","stranger":1}',
      '{"query":"{__typename}","operationName":"Nobody"}',
      '{"query":"{__typename}","variables":{"__proto__":{"a":1}}}',
      JSON.stringify({ query }),
    ])) as Answer[];
    expect(answers.map((answer) => answer.data ?? told(answer)[1])).toEqual([
      'BAD_REQUEST',
      'OPERATION_RESOLUTION_FAILURE',
      { __typename: 'Query' },
      found,
    ]);
  });
});

test('an address has so many connections, and those beyond are told so', async () => {
  await using few = await World.open({ LIMIT_CONNECTIONS_PER_ADDRESS: 2 });
  const { hostname, port } = new URL(few.url);
  const idle = [1, 2].map(() => connect(Number(port), hostname));
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  const asking = { query: '{ wikiEdit(id: "1") { id } }' };
  expect(told(await few.get(asking))).toEqual([429, 'RATE_LIMITED']);
  const refused = await few.post(asking);
  expect(told(refused)).toEqual([429, 'RATE_LIMITED']);
  expect(few.asked).toEqual([]);
  for (const socket of idle) socket.destroy();
  while ((await few.post({ query })).status !== 200);
});

test('what is no HTTP, or has too long a head, is answered and costs nobody else anything', async () => {
  const answer = await gateway.get({ query: `{ __typename # ${'x'.repeat(20_000)}\n}` });
  expect(told(answer)).toEqual([431, 'OPERATION_TOO_LARGE']);
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  socket.write('NONSENSE\r\n\r\n');
  expect((await once(socket, 'data'))[0]).toMatch(/^HTTP\/1\.1 400 /);
});
