import { GraphQLError, Source } from 'graphql';
import { expect, test } from 'vitest';
import { readSettings } from './config.ts';
import { TributaryError } from './errors.ts';
import { createLogger } from './log.ts';
import { inRequest } from './request.ts';
import { secretsOf } from './secrets.ts';

const settings = readSettings({
  KAFKA_PASSWORD: 'kafka"pass\\word',
  NEO4J_PASSWORD: 'neo4j pass&word',
  CLICKHOUSE_URL: 'http://reader:urlpass@example.org:8123',
  TRIBUTARY_CURSOR_KEYS: 'a:cursorkeyone,b:cursorkeytwo',
  OTEL_EXPORTER_OTLP_HEADERS: 'x-collector=collectorkey',
  TRIBUTARY_API_KEYS: JSON.stringify([
    {
      id: 'k1',
      name: 'test',
      tenant: 'public',
      scopes: ['menu:write', 'menu:read'],
      hash: 'hashofakey',
      created: 'kept',
    },
  ]),
});

/** Logs what `tell` logs. @returns the lines */
function logged(tell: (log: ReturnType<typeof createLogger>) => void): string {
  let lines = '';
  const write = (line: string) => {
    lines += line;
  };
  tell(createLogger('test', 'debug', secretsOf(settings), { write }));
  return lines;
}

test('no secret gets into a log line, wherever a library has put it', () => {
  const secrets = {
    setting: settings.KAFKA_PASSWORD,
    encoded: encodeURIComponent(settings.NEO4J_PASSWORD),
    address: 'urlpass',
    oneKey: 'cursorkeytwo',
    collector: 'collectorkey',
    hash: 'hashofakey',
    bearer: 'eyJhbGciOi.J9_token-123',
    cookie: 'sid9f2',
    otherCookie: 'csrf-77a1',
    apiKey: 'ak_771',
    argument: 'iqair-5521',
    nested: 'deep-8831',
    query: 'tok_in_url',
  };
  const operation = `mutation { startFeed(input: { secretKey: "${secrets.argument}" }) { id } }`;
  const ofGraphQL = new GraphQLError('Cannot do it', { source: new Source(operation), positions: [0] });
  const ofDriver = Object.assign(new Error(`connect ${settings.CLICKHOUSE_URL} with ${secrets.setting}`), {
    config: { headers: { authorization: `Bearer ${secrets.bearer}` } },
  });
  const lines = logged((log) => {
    log.error({ err: ofGraphQL }, 'withheld');
    log.error({ err: new TributaryError('STORE_UNAVAILABLE', 'away', {}, { cause: ofDriver }) }, 'withheld');
    log.warn({ reason: `401 for Authorization: Bearer ${secrets.bearer}` }, `sent Basic ${secrets.apiKey}`);
    log.info(
      {
        headers: {
          'Set-Cookie': `session=${secrets.cookie}; csrf="${secrets.otherCookie}"`,
          'x-api-key': secrets.apiKey,
        },
      },
      'a request',
    );
    log.info(
      { variables: { input: { secretKey: secrets.nested, name: 'kept' } } },
      JSON.stringify({ secret: secrets.nested }),
    );
    log.info(`GET /menu/items?token=${secrets.query}&page=2 ${secrets.encoded}`);
    log.info({ operation, token: 5, tokens: 7, cookies: [`sid=${secrets.cookie}`] }, 'asked');
    for (const one of [secrets.oneKey, secrets.collector, secrets.hash]) log.info({ one, tenant: 'public' }, one);
  });
  for (const [where, secret] of Object.entries(secrets)) {
    expect(lines, where).not.toContain(secret);
    expect(lines, where).not.toContain(JSON.stringify(secret).slice(1, -1));
  }
  // What is not secret is still told, and every line is still JSON.
  const parsed = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(parsed).toHaveLength(10);
  expect(parsed[1]).toMatchObject({
    err: { code: 'STORE_UNAVAILABLE', cause: { message: 'connect http://***@example.org:8123 with ***' } },
  });
  expect(parsed[5]!.msg).toContain('&page=2');
  expect(lines).toContain('kept');
  expect(parsed.at(-1)).toMatchObject({ role: 'test', tenant: 'public' });
});

test('every line about a request has its id: the one that was given, unless it is not safe to repeat', () => {
  const idOf = (given: unknown) => {
    const line = JSON.parse(logged((log) => inRequest(given, () => log.info('here')))) as { request: string };
    return line.request;
  };
  expect(idOf('client-7.b_1')).toBe('client-7.b_1');
  for (const given of [undefined, '', 'a b', 'x\r\nset-cookie: a=b', '"', 'é', 'x'.repeat(129), ['a', 'b']])
    expect(idOf(given)).toMatch(/^[0-9a-f-]{36}$/);
  expect(logged((log) => log.info('outside'))).not.toContain('request');
});
