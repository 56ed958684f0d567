import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { buildSchema, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { useAccess } from './access.ts';
import { connection, type Operation } from './client.ts';
import { type Following, follow, type Told } from './follow.ts';

const schema = buildSchema(`
  type Query { a: Int }
  type Event { n: Int!, cursor: String! }
  type Subscription { events(after: String, since: String): Event! }
`);

/** What the server does to a subscription before an event, or once it has ended. */
type Fault =
  | { type: 'cut' } // without a word
  | { type: 'close'; code: number }
  | { type: 'unavailable'; code: string }
  | { type: 'silence' };

/** A stream of events numbered from 1, whose cursors are their numbers, and what is to befall its readers. */
const stream = {
  length: 0,
  /** By the number of the event they come before; each happens once. */
  faults: new Map<number, Fault[]>(),
  /** What happens to the next connections: whether they are cut before the handshake, or before they are acknowledged. */
  connections: [] as ('refused' | 'unacknowledged' | 'fine')[],
  sockets: new Set<WebSocket>(),
  readers: 0,
  /** Who has connected. */
  callers: [] as unknown[],
};

async function* read({ after }: { after?: string }, { socket }: { socket: WebSocket }) {
  stream.readers += 1;
  try {
    for (let n = Number(after ?? 0) + 1; n <= stream.length + 1; n++) {
      const fault = stream.faults.get(n)?.shift();
      if (fault?.type === 'cut') socket.terminate();
      if (fault?.type === 'close') socket.close(fault.code, 'as asked');
      if (fault?.type === 'unavailable') {
        yield { events: new GraphQLError('The log does not answer.', { extensions: { code: fault.code } }) };
        return;
      }
      if (fault) await once(socket, 'close');
      if (n <= stream.length) yield { events: { n, cursor: String(n) } };
    }
  } finally {
    stream.readers -= 1;
  }
}

const http = createServer();
const sockets = new WebSocketServer({ noServer: true });
useServer(
  {
    schema,
    roots: { subscription: { events: read } },
    onConnect: ({ connectionParams }: { connectionParams?: object }) => void stream.callers.push(connectionParams),
    context: ({ extra }: { extra: { socket: WebSocket } }) => ({ socket: extra.socket }),
  } as never,
  sockets,
);
sockets.on('connection', (socket) => {
  stream.sockets.add(socket);
  socket.on('close', () => stream.sockets.delete(socket));
});
http.on('upgrade', (request, socket, head) => {
  const fate = stream.connections.shift();
  if (fate === 'refused') return socket.destroy();
  sockets.handleUpgrade(request, socket, head, (opened) => {
    if (fate === 'unacknowledged') opened.terminate();
    else sockets.emit('connection', opened, request);
  });
});

beforeAll(async () => {
  await once(http.listen(0, '127.0.0.1'), 'listening');
  vi.stubGlobal('location', new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}`));
});
afterAll(() => {
  vi.unstubAllGlobals();
  http.close();
});
// The waits between attempts pass at once.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(async () => {
  vi.useRealTimers();
  for (const socket of stream.sockets) socket.terminate();
  await vi.waitFor(() => expect(connection(undefined).isOpen).toBe(false));
});

const asked = 'subscription { events { n cursor } }';

/** Reads until it ends. @param watch is told everything first */
function readAll(operation: Operation, watch: (told: Told, following: () => Following) => void = () => {}) {
  const told: Told[] = [];
  const { promise, resolve } = Promise.withResolvers<{ told: Told[]; error: Error | undefined }>();
  const following = follow(operation, {
    told(it) {
      told.push(it);
      watch(it, () => following);
      if (it.type === 'lost') setImmediate(() => vi.advanceTimersByTime(it.retryMs));
    },
    ended: (error) => resolve({ told, error }),
  });
  return promise;
}

const numbersOf = (told: Told[]) =>
  told.flatMap((it) => (it.type === 'event' && it.result.data ? [(it.result.data.events as { n: number }).n] : []));
const upTo = (length: number) => Array.from({ length }, (_, at) => at + 1);

function given(length: number, faults: Record<number, Fault[]> = {}, connections: typeof stream.connections = []) {
  Object.assign(stream, {
    length,
    connections: [...connections],
    callers: [],
    faults: new Map(Object.entries(faults).map(([n, list]) => [Number(n), [...list]])),
  });
}

describe('follow', () => {
  it('is exact, whatever befalls the connection', async () => {
    const fault = fc.oneof(
      fc.constant<Fault>({ type: 'cut' }),
      fc.constantFrom(1000, 1001, 1012, 4408).map((code): Fault => ({ type: 'close', code })),
      fc
        .constantFrom('STORE_UNAVAILABLE', 'BROKER_UNAVAILABLE', 'RATE_LIMITED')
        .map((code): Fault => ({ type: 'unavailable', code })),
    );
    const world = fc.integer({ min: 0, max: 12 }).chain((length) =>
      fc.record({
        length: fc.constant(length),
        faults: fc.dictionary(
          fc.integer({ min: 1, max: length + 1 }).map(String),
          fc.array(fault, { minLength: 1, maxLength: 3 }),
          { maxKeys: 4 },
        ),
        connections: fc.array(fc.constantFrom('refused' as const, 'unacknowledged' as const, 'fine' as const), {
          maxLength: 5,
        }),
        query: fc.constantFrom(
          asked,
          'subscription { events { n } }',
          'subscription S($since: String) { ...F } fragment F on Subscription { events(since: $since) { at: cursor n } }',
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(world, async ({ length, faults, connections, query }) => {
        given(length, faults, connections);
        const { told, error } = await readAll({ query });
        expect(error).toBeUndefined();
        expect(numbersOf(told)).toEqual(upTo(length));
      }),
      { numRuns: 100 },
    );
  });

  it('is exact when two subscriptions share the connection that is lost', async () => {
    given(6, { 2: [{ type: 'close', code: 1000 }], 4: [{ type: 'cut' }, { type: 'cut' }] });
    const both = await Promise.all([readAll({ query: asked }), readAll({ query: asked })]);
    expect(both.map(({ told }) => numbersOf(told))).toEqual([upTo(6), upTo(6)]);
  });

  it('is exact through pauses at any event', async () => {
    given(5, { 3: [{ type: 'cut' }] }, ['fine', 'refused', 'refused']);
    const { told } = await readAll({ query: asked }, (it, following) => {
      if (it.type !== 'event') return;
      following().stop();
      setImmediate(() => following().resume());
    });
    expect(numbersOf(told)).toEqual(upTo(5));
  });

  it('goes on as another caller when the token is another', async () => {
    given(4, { 3: [{ type: 'silence' }], 4: [{ type: 'silence' }] });
    const headers = { Authorization: 'Basic a' };
    useAccess.setState({ token: 'first' });
    const { told } = await readAll({ query: asked }, (it) => {
      if (it.type === 'event' && it.cursor === '2') useAccess.setState({ token: 'second' });
      if (it.type === 'event' && it.cursor === '3') useAccess.setState({ token: '' });
    });
    expect(numbersOf(told)).toEqual(upTo(4));
    await readAll({ query: asked, headers });
    expect(stream.callers).toEqual([
      { authorization: 'Bearer first' },
      { authorization: 'Bearer second' },
      {},
      { authorization: 'Basic a' },
    ]);
  });

  it('waits twice as long each time in vain', async () => {
    given(3, { 3: [{ type: 'cut' }] }, ['fine', 'refused', 'refused']);
    const { told } = await readAll({ query: asked });
    expect(told.flatMap((it) => (it.type === 'lost' ? [it.retryMs] : []))).toEqual([500, 1_000, 2_000]);
  });

  it('repeats exactly what came after a cursor, while it runs and when it begins', async () => {
    given(4);
    let isAgain = false;
    const { told } = await readAll({ query: asked }, (it, following) => {
      if (isAgain || it.type !== 'event' || it.cursor !== '3') return;
      isAgain = true;
      following().resume('1');
    });
    expect(numbersOf(told)).toEqual([1, 2, 3, 2, 3, 4]);
    expect(told.flatMap((it) => (it.type === 'connected' ? [it.after] : []))).toEqual([undefined, '1']);
    const later: Told[] = [];
    await new Promise<void>((resolve) => {
      follow({ query: asked }, { told: (it) => later.push(it), ended: () => resolve() }, '2');
    });
    expect(numbersOf(later)).toEqual([3, 4]);
  });

  it.each([
    [{ type: 'close', code: 4403 }, 'The connection was closed with 4403: as asked.'],
    [{ type: 'close', code: 4500 }, 'The connection was closed with 4500: as asked.'],
  ] as [Fault, string][])('ends with an error after %j', async (fault, message) => {
    given(3, { 3: [fault] });
    const { told, error } = await readAll({ query: asked });
    expect(numbersOf(told)).toEqual([1, 2]);
    expect(error?.message).toBe(message);
  });

  it.each([
    ['subscription { nothing { n } }', /Cannot query field "nothing"/],
    ['subscription { ...F }', /Unknown fragment "F"/],
  ])('ends with the words of the server when it refuses %s', async (query, message) => {
    given(1);
    const { told, error } = await readAll({ query });
    expect(numbersOf(told)).toEqual([]);
    expect(error?.message).toMatch(message);
  });

  it('leaves nothing running after a stop while it waits to try again', async () => {
    given(3, { 2: [{ type: 'cut' }] });
    const told: Told[] = [];
    await new Promise<void>((resolve) => {
      const following = follow(
        { query: asked },
        {
          told(it) {
            told.push(it);
            if (it.type !== 'lost') return;
            following.stop();
            resolve();
          },
          ended: () => expect.unreachable(),
        },
      );
    });
    vi.advanceTimersByTime(60_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect({ sockets: stream.sockets.size, readers: stream.readers }).toEqual({ sockets: 0, readers: 0 });
    expect(numbersOf(told)).toEqual([1]);
  });
});
