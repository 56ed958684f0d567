import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readSettings } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { projectRoot } from '../platform/root.ts';
import { guard } from '../subgraphs/guard.ts';
import { keepKey, newApiKey } from '../subgraphs/identity/apiKeys.ts';
import { Identity } from '../subgraphs/identity/identity.ts';
import { serveSubgraph } from '../subgraphs/serve.ts';
import type { Streams } from '../subgraphs/streams/stream.ts';
import { metricsOf } from '../test/metrics.ts';
import { openGateway } from './gateway.ts';
import { serveGateway } from './server.ts';
import { uploadsOf } from './uploads.ts';

// The real gateway, and the subgraph by itself, over a subgraph whose subscription goes on for ever.
const secret = 's'.repeat(32);
const log = createLogger('test', 'silent');
const limits = readSettings({});
const host = { ...limits, PORT: 0 };
const subscription = 'subscription { wikiEdits { edit { id } } }';
/** The subscriptions that are being run. */
const open = new Set<unknown>();
let urls: Record<'gateway' | 'subgraph', string>;
let machine: ReturnType<typeof newApiKey>;
const ends: (() => Promise<unknown>)[] = [];
const settings = readSettings({
  ...{ JWT_SECRET: secret, JWT_ISSUER: 'i', JWT_AUDIENCE: 'a', JWT_CLOCK_SKEW_SECONDS: '0' },
  TRIBUTARY_DATA: await mkdtemp(join(tmpdir(), 'tributary-signin-')),
});

beforeAll(async () => {
  const sdl = await readFile(join(projectRoot, 'schema', 'wiki', 'wiki.graphql'), 'utf8');
  const schema = buildSchema(sdl, { assumeValid: true, assumeValidSDL: true });
  schema.getQueryType()!.getFields().wikiTop!.resolve = (_source, _args, { caller }) => [
    { key: JSON.stringify(caller), edits: 1, delta: 0 },
  ];
  schema.getSubscriptionType()!.getFields().wikiEdits!.subscribe = events;
  const wiki = { name: 'wiki', schema: guard(schema), views: {}, uploads: { '/upload': async () => ({}) as never } };
  machine = newApiKey({ name: 'machine', tenant: 'acme', scopes: ['b', 'a'] });
  await keepKey(settings, machine.key);
  const identity = await Identity.open(settings, log);
  const gateway = await openGateway({
    subgraphs: [wiki],
    streams: {} as Streams,
    readAfterTimeoutMs: 1,
    ...{ limits, log, identity },
  });
  const server = await serveGateway(gateway, host, { uploads: uploadsOf([wiki], log, identity), identity });
  const subgraph = await serveSubgraph(wiki, host, identity);
  urls = { gateway: `${server.url}/graphql`, subgraph: subgraph.url };
  ends.push(
    () => server.stop(),
    () => subgraph.stop(),
    async () => identity.close(),
    () => rm(settings.TRIBUTARY_DATA, { recursive: true }),
  );
});
afterAll(async () => {
  for (const end of ends) await end();
});

function events(): AsyncIterableIterator<unknown> {
  const stop = Promise.withResolvers<void>();
  let told = 0;
  const source: AsyncIterableIterator<unknown> = {
    [Symbol.asyncIterator]: () => source,
    next: async () => {
      const come = new Promise((resolve) => setTimeout(resolve, 20, true));
      if (!(await Promise.race([come, stop.promise]))) return { done: true, value: undefined };
      return { done: false, value: { wikiEdits: { cursor: `c${told++}`, at: new Date(), edit: { id: 'e' } } } };
    },
    return: async () => {
      open.delete(source);
      stop.resolve();
      return { done: true, value: undefined };
    },
  };
  open.add(source);
  return source;
}
const allEnded = async () => {
  while (open.size > 0) await new Promise(setImmediate);
};

const token = (seconds = 60, change: object = {}, key = secret) =>
  new SignJWT({ iss: 'i', aud: 'a', sub: 'ada', tenant: 'acme', exp: Date.now() / 1000 + seconds, ...change })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(key));
const bearer = async (...given: Parameters<typeof token>) => ({ authorization: `Bearer ${await token(...given)}` });

test('who is not known is counted as such, wherever the request goes', async () => {
  const before = await metricsOf();
  for (const url of Object.values(urls)) expect((await post(url, '{ __typename }')).status).toBe(401);
  expect((await post(urls.gateway.replace('/graphql', '/upload'), '')).status).toBe(401);
  const moved = (await metricsOf()).since(before);
  const unknown = { transport: 'http', code: 'UNAUTHENTICATED' };
  expect(moved.value('tributary_requests_total', { ...unknown, operation: 'none' })).toBe(2);
  expect(moved.value('tributary_requests_total', { ...unknown, operation: 'upload' })).toBe(1);
  expect(moved.value('tributary_requests_total')).toBe(3);
});

const post = (url: string, query: string, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
const answerOf = async (response: Response) =>
  (await response.json()) as { data?: Record<string, unknown>; errors?: { message: string; extensions: object }[] };
const who = '{ wikiTop(by: TITLE, from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { key } }';
const unauthenticated = (message: unknown) => [{ message, extensions: { code: 'UNAUTHENTICATED' } }];

describe.each(['gateway', 'subgraph'] as const)('a %s', (role) => {
  test('refuses pages of other sites, by HTTP and by WebSocket, even those that know a token', async () => {
    const page = { origin: 'https://evil.example', ...(await bearer()) };
    expect((await post(urls[role], who, page)).status).toBe(403);
    const socket = new WebSocket(urls[role].replace('http', 'ws'), 'graphql-transport-ws', { headers: page });
    const [error] = await once(socket, 'error');
    expect(error.message).toContain('403');
  });

  test('takes a token or an API key, and tells resolvers who it is', async () => {
    const callerOf = async (headers: Record<string, string>) => {
      const { data } = await answerOf(await post(urls[role], who, headers));
      return JSON.parse((data as { wikiTop: { key: string }[] }).wikiTop[0]!.key);
    };
    expect(await callerOf(await bearer())).toEqual({ subject: 'ada', tenant: 'acme', scopes: [] });
    const key = { subject: 'machine', tenant: 'acme', scopes: ['b', 'a'] };
    expect(await callerOf({ 'x-api-key': machine.text })).toEqual(key);
    expect(await callerOf({ authorization: `Bearer ${machine.text}` })).toEqual(key);
  });

  test.each<[string, () => Promise<Record<string, string>>, string, string]>([
    ['nothing', async () => ({}), 'Send a token or an API key.', 'Bearer'],
    ['an expired token', () => bearer(-1), 'The token has expired.', 'Bearer error="invalid_token"'],
    [
      'a foreign token',
      () => bearer(60, {}, 'x'.repeat(32)),
      'The signature of the token',
      'Bearer error="invalid_token"',
    ],
    ['another API key', async () => ({ 'x-api-key': `${machine.text.slice(0, -1)}!` }), 'is unknown', 'Bearer error='],
    ['a wrong key beside a right token', async () => ({ 'x-api-key': 'x', ...(await bearer()) }), 'unknown', 'Bearer '],
  ])('refuses %s with 401 before anything else, also for introspection', async (_, headers, why, challenge) => {
    for (const query of [
      who,
      '{ __schema { types { name } } }',
      '{ __typename }',
      '{ _service { sdl } }',
      '{ broken',
    ]) {
      const response = await post(urls[role], query, await headers());
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain(challenge);
      expect((await answerOf(response)).errors).toEqual(unauthenticated(expect.stringContaining(why)));
    }
    const got = await fetch(`${urls[role]}?query=%7B__typename%7D`, { headers: await headers() });
    expect(got.status).toBe(401);
  });

  const connect = (headers: Record<string, string>, connectionParams?: object) => {
    const socket = new WebSocket(urls[role].replace('http', 'ws'), 'graphql-transport-ws', { headers });
    const told: { type: string; payload?: { data?: unknown } }[] = [];
    const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
    const events = Promise.withResolvers<void>();
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: connectionParams })));
    socket.on('message', (text) => {
      const message = JSON.parse(String(text));
      told.push(message);
      if (message.type === 'connection_ack')
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: subscription } }));
      if (message.type === 'next') events.resolve();
    });
    return { socket, told, closed, event: events.promise };
  };

  test('takes a connection over WebSocket by its parameters, or else by the headers of its request', async () => {
    const { authorization } = await bearer();
    const wrong = await bearer(-1);
    for (const [headers, parameters] of [
      [{}, { authorization }],
      [{}, { Authorization: authorization }],
      [{}, { apiKey: machine.text }],
      [wrong, { authorization }],
      [{ authorization }, undefined],
      [{ authorization }, { 'Read-After': 'x' }],
      [{ 'x-api-key': machine.text }, {}],
      [{}, { 'x-api-key': machine.text }],
    ] as const) {
      const { socket, event, closed, told } = connect(headers, parameters);
      await Promise.race([event, closed.then((why) => Promise.reject(new Error(String(why))))]);
      expect(told[1]).toMatchObject({ type: 'next', payload: { data: { wikiEdits: { edit: { id: 'e' } } } } });
      socket.terminate();
    }
    await allEnded();
    for (const [headers, parameters, why] of [
      [{}, undefined, 'Send a token or an API key.'],
      [{}, wrong, 'The token has expired. Sign in again.'],
      [{ authorization }, wrong, 'The token has expired. Sign in again.'],
      [{}, { authorization: 7 }, 'The Authorization must be Bearer, and a token or an API key.'],
      [{}, { apiKey: { toString: 'x' } }, 'Send a token or an API key.'],
    ] as const) {
      const { closed, told } = connect(headers, parameters);
      expect(await closed).toEqual([4403, why]);
      expect(told).toEqual([]);
    }
  });

  test('ends a connection over WebSocket when its token expires, and when its key is revoked', async () => {
    const short = connect({}, await bearer(1));
    const { text, key } = newApiKey({ name: 'short', tenant: 'acme', scopes: [] });
    await keepKey(settings, key);
    while ((await post(urls[role], '{ __typename }', { 'x-api-key': text })).status === 401)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const byKey = connect({}, { apiKey: text });
    const others = connect({}, await bearer());
    await Promise.all([short.event, byKey.event, others.event]);
    expect(await short.closed).toEqual([4403, 'The token has expired. Sign in again.']);
    await keepKey(settings, { ...key, revoked: new Date().toISOString() });
    expect(await byKey.closed).toEqual([4403, 'The API key is revoked.']);
    expect(others.socket.readyState).toBe(WebSocket.OPEN);
    others.socket.terminate();
    await allEnded();
  });
});

test.each([
  ['server-sent events', 'text/event-stream', subscription],
  ['server-sent events alone', 'text/event-stream', 'subscription { wikiEdits @skip(if: false) { edit { id } } }'],
  ['multipart', 'multipart/mixed;subscriptionSpec="1.0"', subscription],
])('a subscription over %s needs a token, and ends with the reason when it expires', async (_, accept, query) => {
  const get = (headers: Record<string, string>) =>
    fetch(`${urls.gateway}?query=${encodeURIComponent(query)}`, { headers: { accept, ...headers } });
  for (const refused of [await get({}), await post(urls.gateway, query, { accept, ...(await bearer(-1)) })])
    expect([refused.status, (await answerOf(refused)).errors]).toEqual([401, unauthenticated(expect.anything())]);
  expect(open.size).toBe(0);

  const asked = [await get(await bearer(1)), await post(urls.gateway, query, { accept, ...(await bearer(1)) })];
  for (const response of asked) {
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toContain('"id":"e"');
    expect(text).toMatch(
      /"message":"The token has expired\. Sign in again\.","extensions":\{"code":"UNAUTHENTICATED"\}/,
    );
  }
  await allEnded();
});

test('who shares a subscription with others does not end it for them', async () => {
  const accept = 'text/event-stream';
  const [short, long] = await Promise.all(
    [1, 60].map(async (seconds) => post(urls.gateway, subscription, { accept, ...(await bearer(seconds)) })),
  );
  await short!.text();
  expect(open.size).toBe(1);
  await long!.body!.cancel();
  await allEnded();
});

test('an upload needs a token, and only what tells nothing is for everybody', async () => {
  const base = urls.gateway.replace('/graphql', '');
  const upload = (headers: Record<string, string>) =>
    fetch(`${base}/upload`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...headers },
      body: '{}',
    });
  expect((await upload(await bearer())).status).toBe(200);
  const refused = await upload({});
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  expect((await answerOf(refused)).errors).toEqual(unauthenticated('Send a token or an API key.'));
});

test('an upload ends when its token expires', async () => {
  const body = new ReadableStream<Uint8Array>({
    async pull(stream) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      stream.enqueue(Buffer.from('{}\n'));
    },
  });
  const headers = { 'content-type': 'application/x-ndjson', ...(await bearer(1)) };
  const url = urls.gateway.replace('/graphql', '/upload');
  const answer = await fetch(url, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
  expect(answer.status).toBe(401);
  expect((await answerOf(answer)).errors).toEqual(unauthenticated('The token has expired. Sign in again.'));
});

test('while the keys of the issuer cannot be fetched, clients are told to come back', async () => {
  const identity = await Identity.open({ ...settings, JWT_SECRET: '', JWT_JWKS_URL: 'http://127.0.0.1:1/' }, log);
  const gateway = await openGateway({
    subgraphs: [],
    streams: {} as Streams,
    readAfterTimeoutMs: 1,
    limits,
    log,
    identity,
  });
  const server = await serveGateway(gateway, host, { identity });
  const url = `${server.url}/graphql`;
  const { privateKey } = generateKeyPairSync('ed25519');
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey);
  const response = await post(url, '{ __typename }', { authorization: `Bearer ${token}` });
  expect(response.status).toBe(503);
  expect((await answerOf(response)).errors).toMatchObject([{ extensions: { code: 'IDENTITY_UNAVAILABLE' } }]);
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  socket.on('open', () => {
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  });
  expect((await once(socket, 'close'))[0]).toBe(1013);
  identity.close();
  await server.stop();
});

test('with identity any address is served, and without only this machine', async () => {
  const none = await openGateway({ subgraphs: [], streams: {} as Streams, readAfterTimeoutMs: 1, limits, log });
  await expect(serveGateway(none, { ...host, HOST: '0.0.0.0' })).rejects.toThrow('no identity is configured');
  const identity = await Identity.open(settings, log);
  const open = await serveGateway(none, { ...host, HOST: '0.0.0.0' }, { identity });
  identity.close();
  await open.stop();
});

test('a subgraph by itself, without identity, is called by the names of this machine alone', async () => {
  const subgraph = await serveSubgraph({ name: 'wiki', schema: buildSchema('type Query { a: Int }'), views: {} }, host);
  const askAs = async (name: string) => {
    const headers = { host: name, 'content-type': 'application/json' };
    const asking = request(subgraph.url, { method: 'POST', headers }).end('{"query":"{ a }"}');
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    return answer.resume().statusCode;
  };
  // The name of a site that lets it point here.
  expect([await askAs('localhost:4001'), await askAs('evil.example:4001')]).toEqual([200, 403]);
  await subgraph.stop();
});

test('a subgraph by itself reads no more of a body than it takes, whatever was said of its length', async () => {
  const piece = ' '.repeat(1 << 16);
  const body = new ReadableStream<Uint8Array>({ pull: (stream) => stream.enqueue(Buffer.from(piece)) });
  const headers = { 'content-type': 'application/json', ...(await bearer()) };
  const answer = await fetch(urls.subgraph, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
  expect(answer.status).toBe(413);
});
