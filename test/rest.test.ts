import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { Json, OpenApi } from '../gateway/rest/openapi.ts';
import { routes } from '../gateway/rest/routes.ts';
import { projectRoot } from '../platform/root.ts';
import { type Client, client } from './client.ts';
import { acquisition, company, person, publish, stint } from './messages.ts';
import { schemasOf } from './openapiSchemas.ts';
import { openWorld, type World } from './world.ts';

// REST as its clients see it: the same answers as the graph's, in the form that OpenAPI says.
let world: World;
let url: string;
let graph: Client;
let document: OpenApi;
let schemas: ReturnType<typeof schemasOf>;
/** With which everything that was written so far is seen. */
let seen: Record<string, string> = {};
const used = new Set<string>();

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 30_000 });
  await world.ingest();
  ({ url } = await world.gateway());
  graph = client(url);
  document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi;
  schemas = schemasOf(document);
});
afterAll(() => world[Symbol.asyncDispose]());

interface Told<Body = unknown> {
  status: number;
  headers: Headers;
  body: Body;
}

/** Asks, and holds the answer against the description. */
async function ask<Body>(method: string, target: string, sent?: unknown, headers = {}): Promise<Told<Body>> {
  const response = await fetch(url + target, {
    method,
    headers: { ...seen, ...(sent === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: sent === undefined ? null : JSON.stringify(sent),
  });
  const text = await response.text();
  const body = text === '' ? undefined : JSON.parse(text);
  const path = target.replace(/\?.*/, '');
  const route = routes.find((route) => route.method === method && matches(route.path, path));
  if (route) {
    if (response.ok) used.add(`${method} ${route.path}`);
    holdAgainst(route.path, method, response, body);
  }
  return { status: response.status, headers: response.headers, body };
}

function matches(template: string, path: string): boolean {
  return new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
}

function holdAgainst(path: string, method: string, { status, headers }: Response, body: unknown): void {
  const { responses } = document.paths[path]![method.toLowerCase()]!;
  expect([path, method, Object.keys(responses)]).toEqual([path, method, expect.arrayContaining([String(status)])]);
  const said = resolved(responses[status]) as { headers?: object; content?: Record<string, { schema: Json }> };
  if (status < 300)
    for (const name of Object.keys(said.headers ?? {}))
      if (name !== 'Link') expect([name, headers.has(name)]).toEqual([name, true]);
  const [type, content] = Object.entries(said.content ?? {})[0] ?? [];
  expect(headers.get('content-type')).toBe(type ?? null);
  if (!content) expect(body).toBeUndefined();
  else expect([schemas(content.schema)(body), schemas(content.schema).errors]).toEqual([true, null]);
}

function resolved(value: unknown): unknown {
  const reference = (value as { $ref?: string }).$ref;
  if (!reference) return value;
  const at = (inner: unknown, name: string) => (inner as Record<string, unknown>)[name];
  return reference.split('/').slice(1).reduce(at, document);
}

/** Writes, and sees it from then on. */
async function write(method: string, target: string, sent?: unknown): Promise<Told<{ id: string; accepted: number }>> {
  const told = await ask<{ id: string; accepted: number }>(method, target, sent);
  expect([target, told.status, told.body]).toEqual([target, expect.toSatisfy((status) => status < 300), told.body]);
  seen = { 'read-after': told.headers.get('read-after')! };
  return told;
}

const problem = (status: number, code: string, detail = '') =>
  expect.objectContaining({
    status,
    body: expect.objectContaining({ status, code, detail: expect.stringContaining(detail) }),
  });

type Edges = { edges: { node: object }[] };
interface Story {
  people: Edges;
  companies: Edges;
  person: { employers: Edges; colleagues: Edges };
  company: { employees: Edges; acquisitions: Edges };
}

interface Page {
  items: { id: string; name: string }[];
  next: string | null;
  total?: number;
}

/** Every page, by the links. */
async function pagesOf(target: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (let next: string | undefined = target; next; ) {
    const { status, headers, body }: Told<Page> = await ask('GET', next);
    expect([next, status]).toEqual([next, 200]);
    pages.push(body);
    next = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    expect(next !== undefined).toBe(body.next !== null);
  }
  return pages;
}

describe('people and companies', () => {
  beforeAll(async () => {
    seen = await publish(graph, [
      ...[person(1, 'Ada Lindqvist'), person(2, 'Bruno Okafor'), person(3, null), person(4, 'Linda Ek')],
      ...[company(7, 'Lumen', 40), company(8, 'Northwind')],
      ...[stint(1, 7, 'Analyst', '2012-03-01', '2015-06-30'), stint(1, 7, 'Lead', '2015-07-01', null)],
      ...[stint(1, 8, null, null, '2011-12-31'), stint(2, 7, 'Clerk', '2014-01-01', null), acquisition(7, 8, true)],
    ]);
  });

  test('are those of the graph', async () => {
    const { data } = await graph.ask(
      `{ people(name: "LIND") { edges { node { id name } } } person(id: 1) { id name
          employers(current: true) { edges { node { company { id name headcount } title startDate endDate current } } }
          colleagues { edges { node { id name } } } }
        companies(name: "o") { edges { node { id name headcount } } }
        company(id: 7) { id name headcount employees { edges { node { person { id name } title startDate endDate current } } }
          acquisitions { edges { node { acquired { id name headcount } merged } } } } }`,
      {},
      seen,
    );
    const told = data as unknown as Story;
    const nodes = (connection: Edges) => connection.edges.map(({ node }) => node);
    const { employers, colleagues, ...ada } = told.person;
    const { employees, acquisitions, ...lumen } = told.company;
    const items = async (target: string) => (await ask<Page>('GET', target)).body.items;
    expect(await items('/people?name=LIND')).toEqual(nodes(told.people));
    expect((await ask('GET', '/people/1')).body).toEqual(ada);
    expect(await items('/people/1/employers?current=true')).toEqual(nodes(employers));
    expect(await items('/people/1/colleagues')).toEqual(nodes(colleagues));
    expect(await items('/companies?name=o')).toEqual(nodes(told.companies));
    expect((await ask('GET', '/companies/7')).body).toEqual(lumen);
    expect(await items('/companies/7/employees')).toEqual(nodes(employees));
    expect(await items('/companies/7/acquisitions')).toEqual(nodes(acquisitions));
    expect([nodes(told.people).length, nodes(employees).length, nodes(acquisitions).length]).toEqual([2, 3, 1]);
  });

  test('come on pages, each exactly once', async () => {
    for (const [target, ids] of [
      ['/people', ['1', '2', '3', '4']],
      ['/people?name=LIND', ['1', '4']],
    ] as const)
      for (const limit of [1, 2, 3]) {
        const pages = await pagesOf(`${target}${target.includes('?') ? '&' : '?'}limit=${limit}&total=true`);
        expect(pages.flatMap(({ items }) => items.map(({ id }) => id)).sort()).toEqual(ids);
        expect(pages.map(({ total }) => total)).toEqual(pages.map(() => ids.length));
        expect(pages).toHaveLength(Math.ceil(ids.length / limit));
      }
    expect(await pagesOf('/people/1/employers?limit=1')).toHaveLength(3);
    expect(await ask('GET', '/people?after=nonsense')).toEqual(problem(400, 'BAD_USER_INPUT', 'after is not a cursor'));
  });

  test('who is not there, or cannot be', async () => {
    expect(await ask('GET', '/people/99')).toEqual(problem(404, 'NOT_FOUND', '"99" among the people'));
    expect(await ask('GET', '/companies/99/employees')).toEqual(problem(404, 'NOT_FOUND'));
    expect(await ask('GET', '/people/x')).toEqual(problem(400, 'BAD_USER_INPUT', 'whole number'));
  });
});

describe('a building', () => {
  const spaces = '/api/v1/spaces';
  const lobby = { id: 'A', name: 'Lobby', latitude: 47.4, longitude: 8.5, company: '77' };

  test('is made, seen, changed and counted', async () => {
    const created = await write('POST', spaces, lobby);
    expect([created.status, created.headers.get('location')]).toEqual([201, `${spaces}/A`]);
    expect((await ask('GET', `${spaces}/A`)).body).toEqual(lobby);
    expect(await ask('POST', spaces, lobby)).toEqual(problem(409, 'CONFLICT', '"A"'));
    const { status, headers } = await write('PUT', `${spaces}/a%2Fb%20%C3%BC`, { name: 'Room' });
    expect([status, headers.get('location')]).toEqual([201, `${spaces}/a%2Fb%20%C3%BC`]);
    expect((await ask('GET', headers.get('location')!)).body).toMatchObject({ id: 'a/b ü', name: 'Room' });
    expect((await write('PUT', `${spaces}/A`, { ...lobby, name: 'Hall' })).status).toBe(200);
    expect((await ask<Page>('GET', `${spaces}?name=hal`)).body.items).toEqual([{ ...lobby, name: 'Hall' }]);

    const door = { id: 'X', name: 'Door', ingress: 'A', egress: null };
    expect(await ask('POST', '/api/v1/doorways', { ...door, ingress: 'nowhere' })).toEqual(
      problem(400, 'BAD_USER_INPUT', 'There is no space "nowhere"'),
    );
    await write('POST', '/api/v1/doorways', door);
    expect((await ask('GET', '/api/v1/doorways/X')).body).toEqual(door);
    await write('PUT', '/api/v1/doorways/X', { ...door, egress: 'a/b ü' });
    expect((await ask<Page>('GET', '/api/v1/doorways?space=a/b%20ü')).body.items).toEqual([
      { ...door, egress: 'a/b ü' },
    ]);

    const from = '2026-01-31T00:00:00.000Z';
    await write('POST', '/api/v1/dpus', { id: '283', doorway: 'X', from });
    expect((await ask('GET', '/api/v1/dpus/283')).body).toEqual({ id: '283', doorway: 'X' });
    expect((await ask('GET', '/api/v1/dpus/283/mounts')).body).toEqual({ items: [{ doorway: 'X', from, to: null }] });
    const { body } = await write('POST', '/api/v1/dpus', {});
    await write('PUT', `/api/v1/dpus/${body.id}`, {});
    expect((await ask<Page>('GET', '/api/v1/dpus')).body.items.map(({ id }) => id).sort()).toEqual(
      ['283', body.id].sort(),
    );
  });

  const at = (minute: number) => new Date(Date.UTC(2026, 0, 31, 12, minute)).toISOString();
  const reading = (minute: number, direction: number) => ({
    dpu: '283',
    time: at(minute),
    direction,
    id: `r${minute}`,
  });

  test('has readings, and counts at any time', async () => {
    await write('POST', '/api/v1/readings', reading(0, 1));
    const { body } = await write(
      'POST',
      '/api/v1/readings',
      [1, 2, 3, 4].map((minute) => reading(minute, minute === 4 ? -1 : 1)),
    );
    expect(body).toEqual({ accepted: 4, position: seen['read-after'] });
    const pages = await pagesOf(`/api/v1/readings?dpu=283&from=${at(1)}&to=${at(4)}&limit=2`);
    expect(pages.flatMap(({ items }) => items)).toEqual(
      [3, 2, 1].map((minute) => ({ ...reading(minute, 1), doorway: 'X' })),
    );
    expect((await ask('GET', '/api/v1/counts/A/current')).body).toMatchObject({
      value: 3,
      inferred: false,
      drift: false,
    });
    expect((await ask('GET', `/api/v1/counts/A/current?at=${at(3)}`)).body).toMatchObject({ value: 4, at: at(3) });
    expect((await ask<Page>('GET', `/api/v1/counts?at=${at(1)}`)).body.items).toEqual([
      { id: 'A', name: 'Hall', count: { value: 2, at: at(1), inferred: false, drift: false } },
      { id: 'a/b ü', name: 'Room', count: { value: -2, at: at(1), inferred: true, drift: true } },
    ]);
    const series = await ask<Page>('GET', `/api/v1/counts/A?from=${at(0)}&to=${at(6)}&every=PT3M`);
    expect(series.body.items).toEqual([
      { start: at(0), entered: 3, left: 0, value: 3, min: 1, max: 3 },
      { start: at(3), entered: 1, left: 1, value: 3, min: 3, max: 4 },
    ]);
    expect(await ask('GET', '/api/v1/counts/nowhere/current')).toEqual(problem(404, 'NOT_FOUND', 'among the spaces'));
    expect(await ask('GET', `/api/v1/counts/A?from=${at(1)}&to=${at(0)}`)).toEqual(problem(400, 'BAD_USER_INPUT'));
  });

  test('is sent again only when it has changed', async () => {
    const past = `/api/v1/counts/A/current?at=${at(3)}`;
    const { headers } = await ask('GET', past);
    const tag = headers.get('etag')!;
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect((await ask('GET', `${spaces}/A`)).headers.get('cache-control')).toBe('no-store');
    const same = await ask('GET', past, undefined, { 'if-none-match': tag });
    expect([same.status, same.body, same.headers.get('etag')]).toEqual([304, undefined, tag]);
    await write('POST', '/api/v1/readings', { ...reading(2, 1), id: 'late' });
    const changed = await ask('GET', past, undefined, { 'if-none-match': tag });
    expect([changed.status, changed.body]).toEqual([200, expect.objectContaining({ value: 5 })]);
    const head = await fetch(url + past, { method: 'HEAD', headers: seen });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, changed.headers.get('etag'), '']);
  });

  test('is taken down, in the order in which nothing leads nowhere', async () => {
    expect(await ask('DELETE', `${spaces}/A`)).toEqual(problem(409, 'CONFLICT', 'is named by the doorway "X"'));
    expect(await ask('DELETE', '/api/v1/doorways/X')).toEqual(problem(409, 'CONFLICT', 'hangs "283"'));
    for (const path of ['/api/v1/dpus/283', '/api/v1/doorways/X', `${spaces}/A`]) {
      expect((await write('DELETE', path)).status).toBe(204);
      expect(await ask('GET', path)).toEqual(problem(404, 'NOT_FOUND'));
      expect(await ask('DELETE', path)).toEqual(problem(404, 'NOT_FOUND'));
    }
  });
});

test('the rest of the house', async () => {
  expect((await ask('GET', '/api/v1/health')).body).toEqual({ status: 'ok' });
  expect(await ask('GET', '/api/v1/nothing')).toEqual(problem(404, 'NOT_FOUND'));
  expect(await ask('PATCH', '/people/1')).toEqual(problem(405, 'METHOD_NOT_ALLOWED'));
  const page = await fetch(`${url}/docs`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const file = await readFile(join(projectRoot, 'docs', 'openapi.yaml'), 'utf8');
  expect(document).toEqual(parseYaml(file));
  for (const path of ['/occupancy/readings', '/menu/items'])
    expect((await fetch(url + path, { method: 'POST' })).status).toBe(415);
  const foreign = await fetch(`${url}/people`, { headers: { origin: 'http://evil.example' } });
  expect(foreign.status).toBe(403);
});

test('a mistake of a client is one, whatever reads it', async () => {
  const text = await fetch(`${url}/api/v1/spaces`, {
    method: 'POST',
    body: '{"id":',
    headers: { 'content-type': 'text/plain' },
  });
  expect(text.status).toBe(415);
  expect(await ask('GET', '/people', undefined, { 'read-after': 'nonsense' })).toEqual(problem(400, 'CURSOR_INVALID'));
});

test('the commands of docs/rest.md answer', async () => {
  const commands = (await readFile(join(projectRoot, 'docs', 'rest.md'), 'utf8')).match(/^curl .*$/gm)!;
  for (const command of commands) {
    const target = /127\.0\.0\.1:4000([^' ]*)/.exec(command)![1]!;
    const sent = / -d '(.*)'/.exec(command)?.[1];
    const method = / -X (\w+)/.exec(command)?.[1] ?? (sent ? 'POST' : 'GET');
    const told = await ask(method, target, sent && JSON.parse(sent));
    expect([command, told.status]).toEqual([command, expect.toSatisfy((status) => status < 300)]);
    if (method !== 'GET') seen = { 'read-after': told.headers.get('read-after')! };
  }
  expect(commands).toHaveLength(6);
});

test('every route was used', () => {
  expect([...used].sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
});
