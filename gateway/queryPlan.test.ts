import type { GatewayRuntime } from '@graphql-hive/gateway-runtime';
import type { ExecutionRequest, Executor } from '@graphql-tools/utils';
import { OperationTypeNode, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inMemoryGateway, operations } from '../bench/inMemory.ts';
import { World } from './limits/world.ts';
import { type QueryPlan, recorded, useQueryPlan } from './queryPlan.ts';

const extensions = { plan: true };

describe('over subgraphs in memory', () => {
  let gateway: GatewayRuntime;
  beforeAll(async () => {
    gateway = await inMemoryGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  interface Answer {
    data?: unknown;
    errors?: unknown[];
    extensions?: { plan: QueryPlan };
  }

  async function post(payload: object): Promise<Answer> {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(payload) };
    return (await gateway.fetch('http://127.0.0.1/graphql', init)).json() as Promise<Answer>;
  }

  async function planOf(payload: object): Promise<QueryPlan> {
    return (await post({ ...payload, extensions })).extensions!.plan;
  }

  test('tells the calls, those that join after those that they join to', async () => {
    const query = operations['join of 50 entities over three subgraphs'];
    const plan = await planOf({ query });
    const [first, ...joins] = plan.calls;
    expect(first).toMatchObject({ subgraph: 'people', errors: 0 });
    expect(first).not.toHaveProperty('representations');
    expect(first!.query).toContain('companies(first: 50)');
    expect(joins.map(({ subgraph, representations }) => [subgraph, representations]).sort()).toEqual([
      ['menu', 50],
      ['wiki', 50],
    ]);
    expect(plan.callCount).toBe(3);
    const ends = plan.calls.map(({ begunMs, tookMs }) => begunMs + tookMs!);
    for (const { begunMs } of joins) expect(begunMs).toBeGreaterThanOrEqual(ends[0]!);
    expect(first!.begunMs).toBeGreaterThanOrEqual(plan.checkedMs);
    expect(plan.tookMs).toBeGreaterThanOrEqual(Math.max(...ends));
    for (const { query } of plan.calls) expect(() => parse(query)).not.toThrow();
  });

  test('is told to who asks, for the same answer', async () => {
    const query = operations['one subgraph'];
    const { extensions: told, ...answer } = await post({ query, extensions });
    expect(told!.plan.calls).toHaveLength(1);
    for (const wishes of [undefined, null, {}, { plan: false }, { plan: 'true' }])
      expect(await post({ query, extensions: wishes })).toEqual(answer);
  });

  test('tells no values of variables', async () => {
    const query = 'query ($id: ID!) { company(id: $id) { name wikiEdits(first: 1) { edges { node { id } } } } }';
    const { calls } = await planOf({ query, variables: { id: '42' } });
    expect(calls).toHaveLength(2);
    expect(JSON.stringify(calls.map(({ query }) => query))).not.toMatch(/42/);
  });

  test('counts the errors of a call', async () => {
    const { calls } = await planOf({ query: '{ companies(first: 2) { totalCount edges { node { id } } } }' });
    expect(calls).toMatchObject([{ subgraph: 'people', errors: 1 }]);
  });

  test('tells of mutations', async () => {
    const { calls } = await planOf({ query: 'mutation { deleteTerm(id: "t") { accepted } }' });
    expect(calls).toMatchObject([{ subgraph: 'menu', query: expect.stringContaining('mutation'), errors: 1 }]);
  });

  test('is empty where no subgraph was asked', async () => {
    expect(await planOf({ query: '{ __typename }' })).toMatchObject({ calls: [], callCount: 0 });
  });

  test('is not told of what was refused', async () => {
    const { errors, ...others } = await post({ query: '{ nothing }', extensions });
    expect([errors?.length, others]).toEqual([1, {}]);
  });
});

describe('over every transport', () => {
  const payload = { query: '{ wikiEdit(id: "1") { id } }', extensions };
  const withPlan = { plan: expect.objectContaining({ callCount: 1 }) };
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test('POST, GET and WebSocket', async () => {
    const asParameter = { query: payload.query, extensions: JSON.stringify(extensions) };
    const answers = [
      await world.post(payload),
      await world.get(asParameter, { 'apollo-require-preflight': 'true' }),
      ...(await world.overSocket([JSON.stringify(payload)])),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ data: { wikiEdit: { id: '1' } }, extensions: withPlan });
  });

  test('a subscription has none, shared or not', async () => {
    const texts = ['', '@include(if: true)'].map((alone) => `subscription { wikiEdits ${alone} { edit { id } } }`);
    const answers = await world.overSocket(texts.map((query) => JSON.stringify({ query, extensions })));
    const event = { status: 200, data: { wikiEdits: { edit: { id: 'told' } } } };
    expect(answers).toEqual([event, event]);
  });

  test('where the schema is a secret, the wish is not heard', async () => {
    await using closed = await World.open({ TRIBUTARY_INTROSPECTION: 'off' });
    const { headers: _, ...answer } = await closed.post(payload);
    expect(answer).toEqual({ status: 200, data: { wikiEdit: { id: '1' } } });
  });
});

describe('of an operation', () => {
  /** Calls the hooks as the runtime does. */
  function operation() {
    const { onParams, onExecute, onExecutionResult } = useQueryPlan(true) as Record<string, (payload: object) => void>;
    const context = {};
    onParams!({ params: { extensions }, context });
    onExecute!({ args: { contextValue: context } });
    const request: ExecutionRequest = {
      document: parse(`{ long(text: "${'x'.repeat(30_000)}") }`),
      operationType: OperationTypeNode.QUERY,
      context,
    };
    return {
      ask: (run: () => unknown) => recorded('wiki', run as Executor)(request) as Promise<unknown>,
      plan() {
        let answer: { extensions?: { plan: QueryPlan; other: boolean } } = {};
        const setResult = (result: typeof answer) => {
          answer = result;
        };
        onExecutionResult!({ context, result: { extensions: { other: true } }, setResult });
        expect(answer.extensions?.other).toBe(true);
        return answer.extensions!.plan;
      },
    };
  }

  test('at most 1,000 calls are told, and no text without end', async () => {
    const { ask, plan } = operation();
    for (let at = 0; at < 1_001; at++) await ask(() => ({ data: {} }));
    const { calls, callCount } = plan();
    expect([calls.length, callCount]).toEqual([1_000, 1_001]);
    expect(calls[0]!.query).toHaveLength(20_001);
  });

  test('a call that fails has an error, and one that is not over has taken no time yet', async () => {
    const { ask, plan } = operation();
    await expect(ask(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    void ask(() => new Promise(() => {}));
    expect(plan().calls).toMatchObject([
      { errors: 1, tookMs: expect.any(Number) },
      { errors: 0, tookMs: null },
    ]);
  });
});
