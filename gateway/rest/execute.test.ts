import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, GraphQLError } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettings } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import { projectRoot } from '../../platform/root.ts';
import type { Streams } from '../../subgraphs/streams/stream.ts';
import { openGateway } from '../gateway.ts';
import { type GatewayServer, serveGateway } from '../server.ts';
import { openRest } from './rest.ts';

// REST through the real gateway, which runs trusted documents alone, over a subgraph that tells what it was asked with.
let server: GatewayServer;
let asked: Request;
let answer: () => unknown;
beforeAll(async () => {
  const text = readFileSync(join(projectRoot, 'schema', 'occupancy', 'occupancy.graphql'), 'utf8');
  const schema = buildSchema(text, { assumeValid: true, assumeValidSDL: true });
  schema.getQueryType()!.getFields().space!.resolve = (_source, { id }, context: { request: Request }) => {
    asked = context.request;
    return id === 'slow' ? answer() : { id, name: 'Lobby' };
  };
  const log = createLogger('test', 'silent');
  const subgraphs = [{ name: 'occupancy', schema, views: {} }];
  const trusted = join(mkdtempSync(join(tmpdir(), 'tributary-rest-')), 'trusted.json');
  writeFileSync(trusted, '{"one": "{ __typename }"}');
  const limits = readSettings({ PORT: '0', TRUSTED_DOCUMENTS: trusted, TRUSTED_DOCUMENTS_ONLY: 'true' });
  const gateway = await openGateway({ subgraphs, streams: {} as Streams, readAfterTimeoutMs: 1, log, limits });
  server = await serveGateway(gateway, limits, { rest: await openRest(gateway, log) });
});
afterAll(() => server.stop());

test('who asks, and in which trace, is passed on, and nothing that is about REST itself', async () => {
  const passed = { authorization: 'Bearer x', 'x-api-key': 'k', traceparent: '00-1-2-01', 'x-request-id': 'mine' };
  const response = await fetch(`${server.url}/api/v1/spaces/A`, {
    headers: { ...passed, 'if-none-match': '*', accept: '*/*', 'x-other': 'y' },
  });
  expect(response.status).toBe(304);
  expect(Object.fromEntries([...asked.headers].filter(([name]) => name !== 'content-length'))).toEqual({
    ...passed,
    ...{ 'content-type': 'application/json', accept: 'application/graphql-response+json' },
  });
});

test('what is asked of the graph ends when the client goes away', async () => {
  let arrived = () => {};
  const isAsked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  answer = () => {
    arrived();
    return new Promise((resolve) => asked.signal.addEventListener('abort', () => resolve(null)));
  };
  const going = request(`${server.url}/api/v1/spaces/slow`)
    .end()
    .on('error', () => {});
  await isAsked;
  expect(asked.signal.aborted).toBe(false);
  const aborted = once(asked.signal, 'abort');
  going.destroy();
  await aborted;
});

test('an error of the graph is masked, and has its status', async () => {
  answer = () => new GraphQLError('no store', { extensions: { code: 'STORE_UNAVAILABLE' } });
  const away = await fetch(`${server.url}/api/v1/spaces/slow`);
  expect([away.status, away.headers.get('retry-after'), await away.json()]).toEqual([
    ...[503, '2'],
    { title: 'Service Unavailable', status: 503, code: 'STORE_UNAVAILABLE', detail: 'no store' },
  ]);
  answer = () => new Error('SELECT secret');
  const fault = await fetch(`${server.url}/api/v1/spaces/slow`);
  expect([fault.status, await fault.text()]).toEqual([500, expect.not.stringContaining('secret')]);
});
