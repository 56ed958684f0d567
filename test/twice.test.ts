import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Settings } from '../platform/config.ts';
import { freePort } from '../servers/ports.ts';
import { client } from './client.ts';
import { command, environmentOf, killAll, type Run } from './command.ts';
import { allTaken } from './progress.ts';
import { messagesOf } from './topic.ts';
import { publishEvents, wikiEvent } from './wikiEvents.ts';
import { openWorld, type World } from './world.ts';

// Every role twice, as processes of their own; the clients are the load balancer.
const clientCount = 8;
const batches = 40;
const batchSize = 25;
const total = batches * batchSize;
const batchMs = 100;

let world: World;
let settings: Settings;
/** Where a client may go: two gateways, and two processes of the subgraph. */
let addresses: string[];

beforeAll(async () => {
  world = await openWorld({
    TRIBUTARY_CURSOR_KEYS: 'both:the same secret in every process',
    LOG_LEVEL: 'info',
    READ_AFTER_TIMEOUT_MS: 60_000,
  });
  settings = world.settings;
});
afterAll(() => world[Symbol.asyncDispose]());
afterEach(killAll);

const run = (port: number, ...args: string[]) => command(args, environmentOf({ ...settings, PORT: port }));

const query = `subscription ($after: Cursor, $since: DateTime) {
  wikiEdits(after: $after, since: $since) { cursor edit { id } } }`;
const list = `query ($after: String) {
  wikiEdits(first: 300, after: $after) { edges { node { id } } pageInfo { endCursor } } }`;
interface List {
  edges: { node: { id: string } }[];
  pageInfo: { endCursor: string };
}
interface Event {
  cursor: string;
  edit: { id: string };
}
interface Sent {
  type: string;
  payload?: { data?: { wikiEdits: Event | null } };
}

/** The events that come from one server, until they are so many, or it is gone. */
function some(url: string, variables: object, count: number): Promise<Event[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Event[]>();
  const events: Event[] = [];
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const say = (message: object) => socket.send(JSON.stringify(message));
  socket.on('open', () => say({ type: 'connection_init' }));
  socket.on('message', (text) => {
    const { type, payload } = JSON.parse(String(text)) as Sent;
    if (type === 'connection_ack') return say({ id: '1', type: 'subscribe', payload: { query, variables } });
    if (type === 'ping') return;
    const event = payload?.data?.wikiEdits;
    if (!event) reject(new Error(`${url} said ${text}`));
    else if (events.length < count) events.push(event);
    if (!event || events.length === count) socket.terminate();
  });
  socket.on('error', () => {}); // of a server that was killed; the socket closes too
  socket.on('close', () => resolve(events));
  return promise;
}

/** A client that takes a few events, and goes on elsewhere after the last one that it has. */
async function hop(since: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ids.length < total; ) {
    const url = addresses[Math.floor(Math.random() * addresses.length)]!;
    const wanted = Math.min(total - ids.length, 1 + Math.floor(Math.random() * 120));
    const events = await some(url, after === undefined ? { since } : { after }, wanted);
    ids.push(...events.map(({ edit }) => edit.id));
    after = events.at(-1)?.cursor ?? after;
  }
  return ids;
}

test('clients that hop between two of everything see one stream while processes are killed; S1, S3', async () => {
  const ports = await Promise.all(Array.from({ length: 4 }, freePort));
  addresses = ports.map((port) => `http://127.0.0.1:${port}`);
  const [gateway, , subgraph] = await Promise.all(
    ports.map(async (port, at) => {
      const server = at < 2 ? run(port, 'gateway') : run(port, 'subgraph', 'wiki');
      await server.says('listening');
      return server;
    }),
  );
  const ingests = [run(0, 'ingest'), run(0, 'ingest')];
  const since = new Date(Date.now() + 1).toISOString();
  const clients = Array.from({ length: clientCount }, () => hop(since));
  let again: Run | undefined;
  for (let batch = 0; batch < batches; batch++) {
    await publishEvents(
      world,
      Array.from({ length: batchSize }, (_, at) => wikiEvent(`twice-${batch}-${at}`, Date.now())),
    );
    if (batch === 10) gateway!.process.kill('SIGKILL');
    if (batch === 15) ingests[0]!.process.kill('SIGKILL');
    if (batch === 20) subgraph!.process.kill('SIGKILL');
    if (batch === 25) again = run(ports[0]!, 'gateway');
    await delay(batchMs);
  }
  const seen = await Promise.all(clients);
  const topic = (await messagesOf(world, 'wiki.edits')).map(({ partition, value }) => {
    const { meta } = JSON.parse(String(value)) as { meta: { id: string } };
    return { partition, id: meta.id };
  });
  const partitionOf = new Map(topic.map(({ id, partition }) => [id, partition]));
  const inPartition = (ids: string[], partition: number) => ids.filter((id) => partitionOf.get(id) === partition);
  const ids = topic.map(({ id }) => id);
  for (const received of seen) {
    expect(received).toHaveLength(total);
    for (const partition of [0, 1, 2, 3]) expect(inPartition(received, partition)).toEqual(inPartition(ids, partition));
  }

  // The rest of a list comes from the other gateway, and what was told to the one can be read at the other.
  await again!.says('listening');
  await allTaken(world);
  const gateways = [client(addresses[0]!), client(addresses[1]!)];
  const listed: string[] = [];
  let after: string | null = null;
  for (let at = 0; listed.length < total; at++) {
    const { wikiEdits }: { wikiEdits: List } = await gateways[at % 2]!.query(list, { after });
    listed.push(...wikiEdits.edges.map(({ node }) => node.id));
    after = wikiEdits.pageInfo.endCursor;
  }
  expect(listed.toSorted()).toEqual(ids.toSorted());
  const { saveTerms } = await gateways[0]!.query<{ saveTerms: { position: string } }>(
    'mutation { saveTerms(terms: [{ id: "ale", text: "Pale Ale" }]) { position } }',
  );
  const read = { 'Read-After': saveTerms.position };
  expect(await gateways[1]!.query('{ term(id: "ale") { text } }', {}, read)).toEqual({ term: { text: 'Pale Ale' } });
});
