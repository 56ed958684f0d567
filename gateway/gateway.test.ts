import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, GraphQLError } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettings } from '../platform/config.ts';
import { TributaryError } from '../platform/errors.ts';
import { createLogger } from '../platform/log.ts';
import { projectRoot } from '../platform/root.ts';
import type { Streams } from '../subgraphs/streams/stream.ts';
import { openGateway } from './gateway.ts';
import { type GatewayServer, serveGateway } from './server.ts';

// The real gateway over a subgraph whose third event, and whose end, fail.
let server: GatewayServer;
let logged = '';
beforeAll(async () => {
  const text = readFileSync(join(projectRoot, 'schema', 'wiki', 'wiki.graphql'), 'utf8');
  const schema = buildSchema(text, { assumeValid: true, assumeValidSDL: true });
  schema.getSubscriptionType()!.getFields().wikiEdits!.subscribe = events;
  schema.getQueryType()!.getFields().wikiTop!.resolve = () => {
    throw new Error('the inner workings');
  };
  const write = (line: string) => {
    logged += line;
  };
  const log = createLogger('test', 'error', [], { write });
  const subgraphs = [{ name: 'wiki', schema, views: {} }];
  const settings = { ...readSettings({}), PORT: 0 };
  const gateway = await openGateway({
    subgraphs,
    streams: {} as Streams,
    readAfterTimeoutMs: 1,
    limits: settings,
    log,
  });
  server = await serveGateway(gateway, settings);
});
afterAll(() => server.stop());

const away = (what: string) => () => {
  throw new GraphQLError(`no ${what}`, { extensions: { code: 'STORE_UNAVAILABLE' } });
};

async function* events() {
  for (let at = 0; at < 5; at++) {
    const edit = { id: `e${at}`, title: at === 3 ? away('title') : 't', revision: at === 1 ? away('revision') : '1' };
    yield { wikiEdits: { cursor: `c${at}`, at: new Date(), edit } };
  }
  throw new TributaryError('CURSOR_EXPIRED', 'too old', { earliest: 'c9' });
}

const withError = (code: string) => expect.objectContaining({ extensions: expect.objectContaining({ code }) });

test.each([
  ['shared', 'subscription { wikiEdits { edit { id revision title } } }'],
  ['alone', 'subscription { wikiEdits @include(if: true) { edit { id revision title } } }'],
])('errors belong to their event alone, and no event is told twice (S35, S44): %s', async (how, query) => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables: null }),
  });
  const told = (await response.text())
    .split('\n\n')
    .filter((block) => block.includes('event: next'))
    .map((block) => ({
      id: /^id: (.*)$/m.exec(block)?.[1],
      ...(JSON.parse(/^data: (.*)$/m.exec(block)![1]!) as { data: unknown; errors?: unknown[] }),
    }));
  const edit = (at: number, revision: string | null = '1') => ({
    id: how === 'shared' ? `c${at}` : undefined,
    data: { wikiEdits: { edit: { id: `e${at}`, revision, title: 't' } } },
  });
  expect(told).toEqual([
    edit(0),
    { ...edit(1, null), errors: [withError('STORE_UNAVAILABLE')] },
    edit(2),
    { id: undefined, data: null, errors: [withError('STORE_UNAVAILABLE')] },
    edit(4),
    { id: undefined, data: null, errors: [withError('CURSOR_EXPIRED')] },
  ]);
});

test.each([{ query: null }, { query: 5 }, { query: ['subscription'] }, {}, { query: '{ __typename }', variables: 5 }])(
  'a request that is none of GraphQL is the mistake of its client: %o',
  async (body) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect([response.status < 500, errors[0]?.extensions.code]).toEqual([true, 'BAD_REQUEST']);
  },
);

test('of a fault of ours a client is told the id by which the log has it', async () => {
  const query = '{ wikiTop(by: WIKI, from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { key } }';
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'not safe' },
    body: JSON.stringify({ query }),
  });
  const { errors } = (await response.json()) as { errors: { extensions: { code: string; request: string } }[] };
  const id = response.headers.get('x-request-id');
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(errors[0]!.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', request: id });
  const [line, ...others] = logged.trimEnd().split('\n');
  expect(others).toEqual([]);
  expect(JSON.parse(line!)).toMatchObject({ request: id, err: { message: 'the inner workings' } });
});
