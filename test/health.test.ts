import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTracing } from '../platform/trace.ts';
import { freePort } from '../servers/ports.ts';
import { client } from './client.ts';
import { openCollector } from './collector.ts';
import { command, environmentOf, killAll } from './command.ts';
import { HttpSubscriber } from './httpStream.ts';
import { person } from './messages.ts';
import { metricsOf } from './metrics.ts';
import { openProxy } from './proxy.ts';
import { SocketSubscriber } from './socket.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  killAll();
  await world[Symbol.asyncDispose]();
});

const saying = /"listening"/;

test('a gateway by itself: ready when all it needs is, not ready naming what is away, and again by itself; draining first', async () => {
  const { settings } = world;
  await using neo4j = await openProxy(new URL(settings.NEO4J_URI));
  const [broker] = settings.KAFKA_BROKERS.split(',');
  await using kafka = await openProxy(new URL(`kafka://${broker}`));
  const port = await freePort();
  const metricsPort = await freePort();
  const gateway = command(['gateway'], {
    ...environmentOf({
      ...settings,
      KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
      NEO4J_URI: `bolt://127.0.0.1:${neo4j.port}`,
      ...{ PORT: port, METRICS_PORT: metricsPort, DRAIN_MS: 300, READY_LAG: 1, LOG_LEVEL: 'debug' },
      TRIBUTARY_CURSOR_KEYS: 'one:hush-cursor-key-0123456789abcdef',
    }),
  });
  const at = (path: string, of = metricsPort) => fetch(`http://127.0.0.1:${of}${path}`);
  await gateway.says('listening');
  expect(gateway.output()).toMatch(saying);
  const isReady = async () => (await (await at('/readyz')).json()) as { ready: boolean; parts: Record<string, string> };
  const parts = async (ready: boolean, part = '') => {
    for (;;) {
      const found = await isReady();
      if (found.ready === ready && found.parts[part] !== 'ok') return found.parts;
      await delay(50);
    }
  };
  const fine = { kafka: 'ok', neo4j: 'ok', clickhouse: 'ok', views: 'ok' };
  expect(await parts(true)).toEqual(fine);

  await hushed(`http://127.0.0.1:${port}`);
  for (const [name, proxy] of Object.entries({ neo4j, kafka })) {
    proxy.cut();
    expect((await parts(false, name))[name]).toMatch(/ECONN|hang up|closed|away|does not answer|disconnected/i);
    expect((await at('/livez')).status).toBe(200);
    // Whoever comes to the port of the graph is told what is away, and not where it is, and sees no metrics.
    const outside = await at('/readyz', port);
    expect([outside.status, ((await outside.json()) as { parts: object }).parts]).toEqual([
      503,
      expect.objectContaining({ [name]: 'away' }),
    ]);
    expect((await at('/metrics', port)).status).toBe(404);
    proxy.mend();
    expect(await parts(true)).toEqual(fine);
  }

  // Nobody ingests here, so what is published is waited for.
  for (const name of ['Ada', 'Bea'])
    await world.publisher.publish('people.events', [{ key: '1', value: JSON.stringify(person(1, name)) }]);
  expect((await parts(false, 'views')).views).toContain('people is 2 messages behind');

  gateway.process.kill('SIGTERM');
  for (let state = ''; state !== 'draining'; ) state = (await isReady()).parts.role ?? '';
  expect(await client(`http://127.0.0.1:${port}`).query('{ __typename }')).toEqual({ __typename: 'Query' });
  expect(await gateway.exitCode).toBe(0);
  expect(gateway.output()).toMatch(/"request":"asked-hushed".*"answered"/);
  expect(gateway.output()).not.toContain('hush-');
});

/** Asks with secrets wherever there is room for one. */
async function hushed(url: string): Promise<void> {
  const query = `mutation Start($input: FeedInput!) { startFeed(input: $input) { id } }`;
  const input = {
    adapter: 'NONE',
    endpoint: 'https://hush-user:hush-password@example.org',
    secretKey: 'hush-argument',
  };
  const headers = {
    authorization: 'Bearer hush-token',
    cookie: 'session=hush-cookie',
    'x-api-key': 'hush-key',
    'x-request-id': 'asked-hushed',
  };
  const post = (path: string, type: string, body: string) =>
    fetch(`${url}${path}`, { method: 'POST', headers: { ...headers, 'content-type': type }, body });
  const started = await post(
    '/graphql?token=hush-url',
    'application/json',
    JSON.stringify({ query, variables: { input } }),
  );
  expect(started.headers.get('x-request-id')).toBe('asked-hushed');
  expect(await started.text()).not.toContain('hush-argument');
  await post('/graphql', 'application/json', JSON.stringify({ query: '{ x(secretKey: "hush-literal") }' }));
  await post('/menu/items?token=hush-url', 'application/x-ndjson', '{"secretKey":"hush-row"');
  const socket = new SocketSubscriber(
    url,
    'subscription { airReadings(station: "hush-station", after: "hush-cursor") { at } }',
  );
  await socket.has(1);
  await socket.close();
}

test('the counters move by exactly what was done', async () => {
  await using own = await openWorld();
  const before = await metricsOf();
  await own.ingest();
  const { url } = await own.gateway();
  const ask = client(url);

  await own.publisher.publish('people.events', [{ key: '7', value: JSON.stringify(person(6, 'Six')) }]);
  await ask.query('query One { people { totalCount } }');
  await ask.query('query Two { people { totalCount } }');
  await ask.ask('{ nothingOfThisName }');
  await ask.ask('subscription { graphChanged(after: "x") { at } }', {}, { accept: 'text/event-stream' });
  const socket = await new SocketSubscriber(url, 'subscription { nothingOfThisName }').has(1);
  await socket.close();
  await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' });
  const watching = new HttpSubscriber(url, 'sse', 'subscription { graphChanged { cursor person { name } } }');
  const same = new HttpSubscriber(url, 'sse', 'subscription { graphChanged { cursor person { name } } }');
  await until(async () => (await metricsOf()).value('tributary_subscribers', { field: 'graphChanged' }) === 2);
  expect((await metricsOf()).value('tributary_shared_runs', { field: 'graphChanged' })).toBe(1);

  await own.publisher.publish('people.events', [
    { key: '7', value: 'no message' },
    { key: '7', value: JSON.stringify(person(7, 'Seven')) },
  ]);
  await Promise.all([watching.has(1), same.has(1)]);
  const moved = (await metricsOf()).since(before);
  const http = { operation: 'query', transport: 'http' };
  expect(moved.value('tributary_requests_total', { ...http, code: 'OK' })).toBe(2);
  expect(moved.value('tributary_requests_total', { transport: 'http', code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
  expect(moved.value('tributary_requests_total', { transport: 'websocket', code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(
    1,
  );
  expect(moved.value('tributary_requests_total', { code: 'CURSOR_INVALID' })).toBe(1);
  expect(moved.value('tributary_requests_total', { code: 'BAD_REQUEST' })).toBe(1);
  expect(moved.value('tributary_requests_total', { operation: 'subscription', transport: 'sse', code: 'OK' })).toBe(2);
  expect(moved.value('tributary_request_duration_seconds_count', http)).toBe(2);
  expect(moved.value('tributary_published_messages_total', { topic: 'people.events' })).toBe(3);
  expect(moved.value('tributary_dead_letters_total', { topic: 'people.events' })).toBe(1);
  const view = { view: 'tributary.people' };
  expect(moved.value('tributary_batch_messages_sum', view)).toBe(3);
  expect(moved.value('tributary_batch_duration_seconds_count', view)).toBe(
    moved.value('tributary_batch_messages_count', view),
  );
  expect(moved.value('tributary_stream_reads_total', { topic: 'people.events', source: 'ring' })).toBe(2);
  expect(moved.value('tributary_ring_bytes', { topic: 'people.events' })).toBeGreaterThan(0);

  // Who begins before the ring does reads what is there from the log.
  const later = new HttpSubscriber(
    url,
    'sse',
    'subscription { graphChanged(since: "2020-01-01T00:00:00Z") { cursor } }',
  );
  await later.has(2);
  const read = (await metricsOf()).since(before);
  const people = { topic: 'people.events' };
  expect(read.value('tributary_stream_reads_total', { ...people, source: 'log' })).toBe(1);
  expect(read.value('tributary_stream_reads_total', { ...people, source: 'ring' })).toBe(4);

  for (const { socket } of [watching, same, later]) socket.destroy();
  await until(async () => (await metricsOf()).value('tributary_subscribers', { field: 'graphChanged' }) === 0);
});

test('a mutation is one trace through Kafka and ingest to a live delivery; without an endpoint nothing is sent', async () => {
  const collector = await openCollector();
  await using own = await openWorld();
  await own.ingest();
  const { url } = await own.gateway();
  const subscriber = new HttpSubscriber(url, 'sse', 'subscription { graphChanged { cursor person { name } } }');
  await until(async () => (await metricsOf()).value('tributary_subscribers', { field: 'graphChanged' }) === 1);
  const save = (name: string, headers: Record<string, string>) =>
    client(url).query(
      'mutation Save($messages: [JSON!]!) { publishPeople(messages: $messages) { accepted } }',
      { messages: [person(1, name)] },
      headers,
    );

  const traceOf = (digit: string, sampled: boolean) => `00-${digit.repeat(32)}-${digit.repeat(16)}-0${sampled ? 1 : 0}`;
  await save('Untraced', { traceparent: traceOf('a', true) });
  await subscriber.has(1);
  expect(collector.spans).toEqual([]);

  const stop = await startTracing({ ...own.settings, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, 'test');
  const second = new HttpSubscriber(url, 'sse', 'subscription { graphChanged { cursor at person { name } } }');
  await until(async () => (await metricsOf()).value('tributary_subscribers', { field: 'graphChanged' }) === 2);
  await save('Ms Secret', { traceparent: traceOf('b', true) });
  await save('Not sampled', { traceparent: traceOf('c', false) });
  await second.has(2);
  await stop();
  const spans = collector.spans.filter(({ traceId }) => traceId === 'b'.repeat(32));
  const names = spans.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      'mutation Save',
      'subgraph people',
      'send people.events',
      'process people.events',
      'neo4j',
      'deliver graphChanged',
    ]),
  );
  const parentOf = (name: string) => {
    const { parentSpanId } = spans.find((span) => span.name === name)!;
    return spans.find(({ spanId }) => spanId === parentSpanId)?.name ?? parentSpanId;
  };
  expect(parentOf('mutation Save')).toBe('b'.repeat(16));
  expect(parentOf('subgraph people')).toBe('mutation Save');
  expect(parentOf('send people.events')).toBe('subgraph people');
  expect(parentOf('process people.events')).toBe('send people.events');
  expect(parentOf('deliver graphChanged')).toBe('send people.events');
  expect(collector.spans.filter(({ traceId }) => traceId === 'c'.repeat(32))).toEqual([]);
  expect(JSON.stringify(collector.spans)).not.toContain('Ms Secret');
  subscriber.socket.destroy();
  second.socket.destroy();
  collector.close();
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20);
}
