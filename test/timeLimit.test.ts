import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openGateway } from '../gateway/gateway.ts';
import { serveGateway } from '../gateway/server.ts';
import { openClickHouse, Tables } from '../platform/clickhouse.ts';
import { readSettings } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { projectRoot } from '../platform/root.ts';
import { batched } from '../subgraphs/batch.ts';
import type { Streams } from '../subgraphs/streams/stream.ts';
import { type Answer, client } from './client.ts';
import { SocketSubscriber } from './socket.ts';

// The real gateway over subgraphs that ask the real stores what takes long.
const limitMs = 2_000;
/** In every statement of this run, so that it is found among those of others. */
const mark = `slow${process.pid}x${Date.now()}`;
let url: string;
let clickhouse: ReturnType<typeof openClickHouse>;
let graph: Graph;
let stop: () => Promise<void>;

beforeAll(async () => {
  const settings = { ...readSettings({}), ...inject('settings'), PORT: 0, OPERATION_TIMEOUT_MS: limitMs };
  clickhouse = openClickHouse({ ...settings, CLICKHOUSE_DATABASE: 'system' });
  graph = new Graph(settings);
  const tables = new Tables(clickhouse);
  // A tenth of a second for each 1 of the title, up to ten seconds.
  const titles = batched((owners: string[], { tenths }: { tenths: number }) =>
    tables.read<{ owner: string; title: string }>(
      `SELECT arrayJoin({owners: Array(String)}) AS owner, '${mark}' || toString(sum(sleepEachRow(0.1))) AS title
       FROM numbers({tenths: UInt32}) GROUP BY owner SETTINGS max_block_size = 1`,
      { owners, tenths },
    ),
  );
  const schema = (name: string) =>
    buildSchema(readFileSync(join(projectRoot, 'schema', name, `${name}.graphql`), 'utf8'), {
      assumeValid: true,
      assumeValidSDL: true,
    });
  const [wiki, people] = [schema('wiki'), schema('people')];
  wiki.getQueryType()!.getFields().wikiEdit!.resolve = async (_, { id }) => ({
    id,
    title: (await titles(id, { tenths: Number(id) }))[0]?.title ?? '',
  });
  people.getQueryType()!.getFields().person!.resolve = async (_, { id }) => {
    const pairs = id === '0' ? 0 : 10_000_000;
    await graph.read(`UNWIND range(1, $pairs) AS a UNWIND range(1, 10000) AS b RETURN count(a + b) AS ${mark}`, {
      pairs,
    });
    return { id };
  };
  people.getQueryType()!.getFields().company!.resolve = () => null;
  const log = createLogger('test', 'silent');
  const gateway = await openGateway({
    subgraphs: [
      { name: 'wiki', schema: wiki, views: {} },
      { name: 'people', schema: people, views: {} },
    ],
    streams: {} as Streams,
    readAfterTimeoutMs: 1,
    limits: settings,
    log,
  });
  const server = await serveGateway(gateway, settings);
  url = server.url;
  stop = async () => {
    await server.stop();
    await Promise.all([clickhouse.close(), graph.close()]);
  };
  await Promise.all([client(url).ask(quick), running()]);
});
afterAll(() => stop());

/** How many statements of this run the stores are at work on. */
async function running(): Promise<{ clickhouse: number; neo4j: number }> {
  const result = await clickhouse.query({
    query: `SELECT count() AS count FROM system.processes WHERE query LIKE '%${mark}%' AND query NOT LIKE '%processes%'`,
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ count: string }>();
  const transactions = await graph.read<{ count: number }>(
    `SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS '${mark}' AND NOT currentQuery CONTAINS 'SHOW'
     RETURN count(*) AS count`,
  );
  return { clickhouse: Number(row!.count), neo4j: transactions[0]!.count };
}

async function comesTo(expected: { clickhouse: number; neo4j: number }, withinMs = 3_000): Promise<void> {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    if (JSON.stringify(await running()) === JSON.stringify(expected)) return;
    await delay(20);
  }
  expect(await running()).toEqual(expected);
}

const nothing = { clickhouse: 0, neo4j: 0 };
const slow = '{ company(id: 1) { id } person(id: 1) { id } wikiEdit(id: "90") { title } }';
const quick = '{ person(id: 0) { id } wikiEdit(id: "0") { title } }';
const codes = ({ errors = [] }: Answer<object>) =>
  errors.map(({ path, extensions }) => [path?.[0], extensions.code]).sort();

test('when the time is over the stores end their work, and what was there in time is answered', async () => {
  const begun = performance.now();
  const answering = client(url).ask<object>(slow);
  await comesTo({ clickhouse: 1, neo4j: 1 });
  const answer = await answering;
  expect(performance.now() - begun).toBeLessThan(limitMs + 3_000);
  expect(answer.data).toEqual({ company: null, person: null, wikiEdit: null });
  expect(codes(answer)).toEqual([
    ['person', 'COST_LIMIT'],
    ['wikiEdit', 'COST_LIMIT'],
  ]);
  expect(answer.errors![0]!.message).toContain(`longer than ${limitMs} ms`);
  await comesTo(nothing);
  expect((await client(url).ask<object>(quick)).errors).toBeUndefined();
});

test.each([
  [
    'HTTP',
    () => {
      const leaving = new AbortController();
      const body = JSON.stringify({ query: slow });
      fetch(`${url}/graphql`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
        signal: leaving.signal,
      }).catch(() => {});
      return () => leaving.abort();
    },
  ],
  [
    'WebSocket',
    () => {
      const socket = new SocketSubscriber(url, slow);
      return () => socket.close();
    },
  ],
])('when the client goes away, the stores end what they do for it: over %s', async (_, ask) => {
  const leave = ask();
  await comesTo({ clickhouse: 1, neo4j: 1 });
  const begun = performance.now();
  await leave();
  await comesTo(nothing);
  expect(performance.now() - begun).toBeLessThan(limitMs); // or the time limit would have done it
  expect((await client(url).ask<object>(quick)).errors).toBeUndefined();
});
