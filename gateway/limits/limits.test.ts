import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCookbook } from '../../explorer/cookbook/cookbook.ts';
import { readSettings } from '../../platform/config.ts';
import { projectRoot } from '../../platform/root.ts';
import { bodyOf, hostileQueries } from '../../test/hostileQueries.ts';
import { sha256 } from './persisted.ts';
import { type Answer, type Closed, World } from './world.ts';

let gateway: World;
beforeAll(async () => {
  gateway = await World.open(
    {},
    hostileQueries.map(({ query }) => query),
  );
});
afterAll(() => gateway[Symbol.asyncDispose]());

const ofResponses = { accept: 'application/graphql-response+json' };
const verdict = (answer: Answer | Closed) =>
  'closed' in answer
    ? /^(\w+): more (\w+) than/.exec(answer.reason)?.slice(1)
    : answer.errors?.map(({ extensions: { code, limit } }) => [code, limit])[0];

test.each(hostileQueries.map((hostile) => [hostile.what, hostile] as const))(
  '%s has one verdict over every transport',
  async (_, hostile) => {
    const { query, variables, operationName, code, limit } = hostile;
    const body = bodyOf(hostile);
    const id = { documentId: `sha256:${sha256(query)}` };
    const byId = bodyOf({ ...hostile, query: '' }).replace('{', `{"documentId":"${id.documentId}",`);
    const rest = { ...(variables && { variables }), ...(operationName && { operationName }) };
    const overHttp = [
      await gateway.post(body, ofResponses),
      await gateway.post(body, { accept: 'text/event-stream' }),
      await gateway.post(body, { accept: 'multipart/mixed;subscriptionSpec="1.0", application/json' }),
      await gateway.post(byId, ofResponses),
      await gateway.get({ ...id, ...rest }, ofResponses),
      await gateway.get({ query, ...rest }, ofResponses),
    ];
    const overWebSocket = [...(await gateway.overSocket([body])), ...(await gateway.overSocket([byId]))] as Answer[];
    expect(overWebSocket).toHaveLength(2);
    for (const answer of [...overHttp, ...overWebSocket]) {
      if (answer.status === 431) expect(verdict(answer)).toEqual(['OPERATION_TOO_LARGE', 'bytes']);
      else expect(verdict(answer)).toEqual([code, limit ?? verdict(answer)![1]]);
      expect(answer.data).toBeUndefined();
      expect(JSON.stringify(answer).length).toBeLessThan(10_000); // nobody's text comes back at length
    }
    for (const { status } of overHttp) expect([400, 431]).toContain(status);
  },
);

test('a refusal says which limit, how much there is, how much may be, and what to do', async () => {
  const { errors } = await gateway.post({
    query: '{ people(first: 1000) { edges { node { colleagues(first: 100) { edges { node { id name } } } } } } }',
  });
  expect(errors).toEqual([
    {
      message:
        'The operation has 303002 units of cost; 250000 are allowed. Give smaller numbers as `first`, or ask for fewer lists inside lists.',
      extensions: { code: 'COST_LIMIT', limit: 'cost', most: 250_000, found: 303_002 },
    },
  ]);
});

test('every recipe of the cookbook, and what explorers ask for, is far within the limits', async () => {
  const tenth = { LIMIT_TOKENS: 250, LIMIT_FIELDS: 250, LIMIT_ALIASES: 10, LIMIT_DIRECTIVES: 5, LIMIT_COST: 25_000 };
  await using strict = await World.open({ ...tenth, LIMIT_DEPTH: 15 });
  const recipes = parseCookbook(readFileSync(join(projectRoot, 'docs', 'cookbook.md'), 'utf8'));
  const introspection = getIntrospectionQuery({ oneOf: true, inputValueDeprecation: true, schemaDescription: true });
  for (const { query, variables } of [...recipes, { query: introspection, variables: {} }]) {
    const { errors = [] } = await strict.post({ query, variables }, { accept: 'text/event-stream, application/json' });
    expect(errors.map(({ extensions }) => extensions?.code ?? '').filter((code) => /LARGE|COST/.test(code))).toEqual(
      [],
    );
  }
});

test('a limit that is only measured refuses nothing, and is told in the log with the hash of the operation', async () => {
  await using measuring = await World.open({ LIMITS_MODE: 'measure', LIMIT_ALIASES: 1, LIMIT_COST: 1 });
  const query = 'query Two { a: wikiEdit(id: "1") { id } b: wikiEdit(id: "2") { id } }';
  for (let time = 0; time < 2; time++) {
    const { data } = await measuring.post({ query });
    expect(data).toEqual({ a: { id: '1' }, b: { id: '2' } });
  }
  const found = { operation: 'Two', hash: sha256(query) };
  expect(measuring.logged.slice(0, 2)).toEqual([
    { ...found, code: 'OPERATION_TOO_LARGE', limit: 'aliases', most: 1, found: 2 },
    { ...found, code: 'COST_LIMIT', limit: 'cost', most: 1, found: 4 },
  ]);
  expect(measuring.logged).toHaveLength(4);
  await using off = await World.open({ LIMITS_MODE: 'off', LIMIT_ALIASES: 1, LIMIT_COST: 1 });
  expect((await off.post({ query })).data).toBeDefined();
  expect(off.logged).toEqual([]);
  // Even then nothing breaks: not even a parser that goes down as far as it can.
  const deep = JSON.stringify({ query: '{ a '.repeat(20_000) });
  for (const world of [off, measuring])
    expect([await world.post(deep), ...((await world.overSocket([deep])) as Answer[])].map(verdict)).toEqual([
      ['OPERATION_TOO_LARGE', 'depth'],
      ['OPERATION_TOO_LARGE', 'depth'],
    ]);
});

const withTokens = { JWT_SECRET: 's'.repeat(32), JWT_ISSUER: 'issuer', JWT_AUDIENCE: 'tributary' };

async function bearer(subject?: string, more: object = {}): Promise<{ authorization: string }> {
  const claims = { ...(subject === undefined ? {} : { sub: subject }), iss: 'issuer', aud: 'tributary', ...more };
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' });
  return { authorization: `Bearer ${await token.setExpirationTime('1h').sign(Buffer.from(withTokens.JWT_SECRET))}` };
}

test('a caller has so much a minute, one operation may take all of it, and others do not pay for it', async () => {
  await using counting = await World.open({ RATE_LIMIT_COST_PER_MINUTE: 10, ...withTokens });
  const ask = async (caller: string, fields = 'id') =>
    counting.post({ query: `{ wikiEdit(id: "1") { ${fields} } }` }, await bearer(caller));
  for (let time = 0; time < 5; time++) expect((await ask('ada')).status).toBe(200); // of 2 each
  const refused = await ask('ada');
  expect([refused.status, verdict(refused)![0]]).toEqual([429, 'RATE_LIMITED']);
  expect(Number(refused.headers!.get('retry-after'))).toBe(refused.errors![0]!.extensions.retryAfter);
  expect((await ask('bob')).status).toBe(200);
  const many = Array.from({ length: 20 }, (_, at) => `i${at}: id`).join(' ');
  expect((await ask('eve', many)).status).toBe(200);
  expect((await ask('eve')).status).toBe(429);
  expect(counting.asked).toHaveLength(7);
});

test('a caller is one of a tenant, and tokens that name nobody are together one', async () => {
  await using counting = await World.open({ RATE_LIMIT_COST_PER_MINUTE: 2, ...withTokens });
  const ask = async (caller: string | undefined, tenant: string) =>
    (await counting.post({ query: '{ wikiEdit(id: "1") { id } }' }, await bearer(caller, { tenant }))).status;
  expect([await ask('ada', 'acme'), await ask('ada', 'acme')]).toEqual([200, 429]);
  expect([await ask('ada', 'other'), await ask('ada', 'other')]).toEqual([200, 429]);
  expect([await ask(undefined, 'acme'), await ask(undefined, 'acme')]).toEqual([200, 429]);
});

test('where the schema is a secret, neither questions about it nor suggestions tell it', async () => {
  const about = { query: '{ __schema { types { name } } }' };
  const wrong = { query: '{ wikiEdi(id: "1") { id } }' };
  expect((await gateway.post(about)).data).toBeDefined();
  expect(JSON.stringify(await gateway.post(wrong))).toContain('Did you mean');
  for (const closed of [await World.open({ TRIBUTARY_INTROSPECTION: 'off' }), await World.open(withTokens)]) {
    const headers = await bearer('ada');
    expect(verdict(await closed.post(about, headers))![0]).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(JSON.stringify(await closed.post(wrong, headers))).not.toContain('Did you mean');
    expect((await closed.post({ query: '{ __typename }' }, headers)).data).toEqual({ __typename: 'Query' });
    await closed[Symbol.asyncDispose]();
  }
});

test('docs/limits.md has the defaults', () => {
  const settings = readSettings({}) as Record<string, unknown>;
  const rows = readFileSync(join(projectRoot, 'docs', 'limits.md'), 'utf8').matchAll(/^\| `(\w+)` +\| ([\d,]+) /gm);
  const told = Object.fromEntries([...rows].map(([, name, value]) => [name, Number(value!.replaceAll(',', ''))]));
  expect(Object.keys(told).sort()).toEqual(
    Object.keys(settings)
      .filter((name) => /^LIMIT_|^OPERATION_/.test(name))
      .sort(),
  );
  expect(settings).toMatchObject(told);
});
