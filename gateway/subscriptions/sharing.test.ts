import { buildSchema, type ExecutionResult, GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { readSettings } from '../../platform/config.ts';
import { Documents } from '../limits/documents.ts';
import { sendingTo } from './overWebSocket.ts';
import { isShare, useSharedSubscriptions } from './sharing.ts';

const schema = buildSchema(`
  scalar Cursor
  type Query { nothing: Int }
  type Event { number: Int text: String cursor: Cursor! }
  type Subscription { events(after: Cursor): Event! }`);

interface Call {
  params: { query: string; variables: { after?: string } };
  context: object;
}

/** The plugin before a gateway that gives so many events, or refuses, and is asked as by a transport. */
function open(answer: (call: Call) => AsyncIterable<ExecutionResult> | ExecutionResult) {
  const calls: Call[] = [];
  const documents = new Documents(readSettings({}), true);
  documents.schema = schema;
  const plugin = useSharedSubscriptions(documents);
  plugin.onSchemaChange!({ schema } as never);
  const ask = async (tenant: string, query = 'subscription { events { number text } }') => {
    let handler = async (call: Call): Promise<unknown> => {
      calls.push(call);
      return answer(call);
    };
    const params = { query, variables: {} };
    const context = { caller: { subject: String(calls.length), tenant, scopes: ['b', 'a'] } };
    plugin.onParams!({
      params,
      context,
      paramsHandler: handler,
      setParamsHandler: (own: typeof handler) => {
        handler = own;
      },
    } as never);
    return handler({ params, context } as never);
  };
  return { ask, calls };
}

/** The events after a cursor, as many as there are then. */
async function* events({ params: { variables } }: Call, count: number, text = ''): AsyncGenerator<ExecutionResult> {
  for (let number = Number(variables.after ?? -1) + 1; number < count; number++)
    yield { data: { events: { number, text, cursor: String(number) } } };
}

/** A socket that takes so much, and then nothing until it is drained. */
function socket(room = Number.POSITIVE_INFINITY) {
  const sent: { id: string; type: string; payload: ExecutionResult }[] = [];
  let flushed: (() => void) | undefined;
  let bytes = 0;
  const fake = {
    OPEN: 1,
    readyState: 1,
    get bufferedAmount() {
      return bytes > room ? 1 << 20 : 0;
    },
    send(text: string, then?: () => void) {
      sent.push(JSON.parse(text));
      bytes += text.length;
      flushed = then;
    },
  };
  return {
    socket: fake as unknown as WebSocket,
    sent,
    drain() {
      bytes = Number.NEGATIVE_INFINITY;
      flushed?.();
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function send(share: unknown, to: WebSocket, id = '1'): Promise<IteratorResult<never, undefined>> {
  if (!isShare(share)) throw new Error(`not shared: ${JSON.stringify(share)}`);
  return sendingTo(to, { writableCorked: 0, cork() {}, uncork() {} }, id, share).next();
}

test('who has other rights does not share, and a run has the rights of those it is for, and nothing else of them', async () => {
  const { ask, calls } = open((call) => events(call, 3));
  const [ada, again, bob] = await Promise.all([ask('Ada'), ask('Ada'), ask('Bob')]);
  expect(calls.map(({ context }) => context)).toEqual(
    ['Ada', 'Bob'].map((tenant) => ({ caller: { subject: null, tenant, scopes: ['a', 'b'] } })),
  );
  const sockets = [socket(), socket(), socket()];
  const ends = [ada, again, bob].map((share, at) => send(share, sockets[at]!.socket, `"${at}`));
  await Promise.all(ends);
  for (const [at, { sent }] of sockets.entries())
    expect(sent).toEqual(
      [0, 1, 2].map((number) => ({
        id: `"${at}`,
        type: 'next',
        payload: { data: { events: { number, text: '' } } },
      })),
    );
});

test.each([
  'query { nothing }',
  'subscription { events { nonsense } }',
  'subscription {',
  'subscription { __typename }',
])('%s is left to the gateway', async (query) => {
  const { ask, calls } = open(() => ({ data: null }));
  expect(await ask('Ada', query)).toEqual({ data: null });
  expect(calls[0]!.params.query).toBe(query);
});

describe('what goes wrong (S35, S43)', () => {
  const errors = [new GraphQLError('no', { extensions: { code: 'CURSOR_EXPIRED' } })];

  test('before a subscription opens is its answer, for all who wait for it', async () => {
    const { ask, calls } = open(() => ({ errors }));
    expect(await Promise.all([ask('Ada'), ask('Ada')])).toEqual([{ errors }, { errors }]);
    expect(calls).toHaveLength(1);
    await ask('Ada');
    expect(calls).toHaveLength(2); // an answer is not kept
  });

  test('under way is the last result of all', async () => {
    const { ask } = open(async function* (call) {
      yield* events(call, 1);
      yield { errors };
    } as (call: Call) => AsyncIterable<ExecutionResult>);
    const sockets = [socket(), socket()];
    await Promise.all(
      (await Promise.all([ask('Ada'), ask('Ada')])).map((share, at) => send(share, sockets[at]!.socket)),
    );
    for (const { sent } of sockets)
      expect(sent.map(({ payload }) => payload)).toEqual([
        { data: { events: { number: 0, text: '' } } },
        { errors: [{ message: 'no', extensions: { code: 'CURSOR_EXPIRED' } }] },
      ]);
  });

  test('when a slow client goes on alone is its own last result', async () => {
    const text = 'x'.repeat(1_000);
    const { ask, calls } = open((call) => (call.params.variables.after ? { errors } : events(call, 3_000, text)));
    const [quick, slow] = [socket(), socket(10_000)];
    const [one, other] = await Promise.all([ask('Ada'), ask('Ada')]);
    const slowEnd = send(other, slow.socket);
    await send(one, quick.socket);
    expect(quick.sent).toHaveLength(3_000);
    expect(slow.sent.length).toBeLessThan(20); // and it is not sent what it does not take (S38)
    const behind = slow.sent.length;
    slow.drain();
    await slowEnd;
    await turn();
    expect(slow.sent).toHaveLength(behind + 1);
    expect(JSON.stringify(slow.sent.at(-1)!.payload)).toContain('CURSOR_EXPIRED');
    expect(calls.map(({ params }) => params.variables.after)).toEqual([undefined, String(behind - 1)]);
  });
});
