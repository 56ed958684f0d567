import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { uploadsOf } from '../gateway/uploads.ts';
import { loadMenus } from '../ingest/demo.ts';
import { createLogger } from '../platform/log.ts';
import type { Publisher } from '../platform/publish.ts';
import { itemsUpload } from '../subgraphs/menu/upload.ts';
import type { Streams } from '../subgraphs/streams/stream.ts';
import type { Subgraph } from '../subgraphs/subgraph.ts';
import { command, environmentOf, killAll } from './command.ts';
import { matchesExpected, matchesHeld } from './menuMessages.ts';
import { allMatched, allTaken } from './progress.ts';
import { messagesOf } from './topic.ts';
import { openWorld, type World } from './world.ts';

// Menus and terms on their way in: `tributary produce`, and POST.
let world: World;
let folder: string;

beforeAll(async () => {
  world = await openWorld();
  await world.ingest();
  folder = await mkdtemp(join(tmpdir(), 'tributary-menu-'));
});
afterAll(async () => {
  killAll();
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const produce = async (...args: string[]) => {
  const { exitCode, output } = command(['produce', ...args], environmentOf(world.settings));
  return [await exitCode, output()];
};

/** What a table has of a menu or term, without its place. */
const rows = async (query: string) => {
  await allTaken(world);
  return (await world.clickhouse.query({ query, format: 'JSONCompactEachRow' })).json<unknown[]>();
};
const itemsOf = (menu: string) =>
  rows(`SELECT id, name, description FROM menu_items FINAL WHERE menu = '${menu}' AND NOT deleted ORDER BY name`);

/** The dead letters that hold this text, as `value (reason)`. */
async function letters(text: string): Promise<string[]> {
  await allTaken(world);
  return (await messagesOf(world, 'dead.letters'))
    .map(({ value, headers }) => `${value} (${headers['dead-letter-reason']})`)
    .filter((letter) => letter.includes(text))
    .sort();
}

test('rows of a CSV become items; what is none goes to dead.letters with its line', async () => {
  const text = [
    '\uFEFF productdescription ,MenuID,"ProductName",ItemId,Price',
    'dry,7001,House Wine,,5',
    '"of the house,\r\n""red""",7001,"Wine",w-1,5',
    ',7001,  Ale ,,',
    'dry,7001,House Wine,,6',
    'dry,7001,,,6',
    'dry,7001,Open "quote,,6',
    'dry,7001',
  ];
  const path = await file('menu.csv', text.join('\r\n'));
  expect(await produce('menu', path)).toEqual([
    0,
    expect.stringMatching(
      `^Sent 7 messages to menu\\.items in \\d+\\.\\d s\\.\n3 of them break the contract and will be in dead.letters. The first: ${path}:7: data.name must NOT have fewer`,
    ),
  ]);
  expect(await itemsOf('7001')).toEqual([
    [expect.stringMatching(/^7001\//), 'Ale', null],
    [expect.stringMatching(/^7001\//), 'House Wine', 'dry'],
    ['w-1', 'Wine', 'of the house,\r\n"red"'],
  ]);
  expect(await letters('7001')).toEqual([
    `dry,7001 (${path}:9: 2 values for 5 columns)`,
    `dry,7001,Open "quote,,6 (${path}:8: a quote stands within a value that does not begin with one)`,
    expect.stringMatching(`^{"type":"MenuItem",.*} \\(${path}:7: data.name must NOT have fewer than 1 characters`),
  ]);
});

test('terms come as rows and as lines; what is none goes to dead.letters, although Kafka wants a key there', async () => {
  const path = await file('terms.csv', '\uFEFFTermId,Term\n7101,1664\n7102,"Moët, ""Chandon"""\n7103\n7104,""\n');
  expect(await produce('terms', path)).toEqual([0, expect.stringMatching(/^Sent 4 messages to menu\.terms .*\n2 of/)]);
  const lines = [
    { type: 'Term', data: { id: 7105, text: 'Ale' } },
    { type: 'TermDeleted', data: { id: '7101' } },
  ];
  const ndjson = await file('terms.ndjson', lines.map((line) => JSON.stringify(line)).join('\n'));
  expect(await produce('terms', ndjson)).toEqual([0, expect.stringMatching(/^Sent 2 messages .*\n$/)]);
  expect(await rows("SELECT id, text, deleted FROM menu_terms FINAL WHERE startsWith(id, '71') ORDER BY id")).toEqual([
    ['7101', '', true],
    ['7102', 'Moët, "Chandon"', false],
    ['7105', 'Ale', false],
  ]);
  expect(await letters('710')).toEqual([
    `7103 (${path}:4: 1 value for 2 columns)`,
    expect.stringContaining(`"7104","text":""}} (${path}:5: data.text must NOT have fewer than 1 characters`),
  ]);
});

test.each([
  ['menu', 'a.csv', 'MenuId,Name\n1,2', 'a.csv:1 does not name the column ProductName. A CSV begins'],
  ['terms', 'b.csv', 'TermId;Term\n1;2', 'b.csv:1 does not name the columns TermId, Term.'],
  ['menu', 'c.xlsx', 'PK\u0003\u0004\0\0', 'c.xlsx:1 does not name the columns MenuId, ProductName'],
])('produce %s of %s says what is wrong and sends nothing', async (kind, name, content, message) => {
  const [code, output] = await produce(kind, await file(name, content));
  expect([code, output]).toEqual([1, expect.stringContaining(message)]);
  expect(output).not.toMatch(/\n {4}at |Sent/);
});

test('the menus of the demo are loaded where there are none, and not again, and are the same when they are rebuilt', async () => {
  await using own = await openWorld();
  await own.ingest();
  await loadMenus(own.settings);
  await allMatched(own);
  const held = await matchesHeld(own);
  expect(held.length).toBeGreaterThan(100);
  expect(held).toEqual(await matchesExpected(own));
  const { exitCode, output } = command(['rebuild', 'menu'], environmentOf(own.settings));
  expect([await exitCode, output()]).toEqual([0, expect.stringContaining('Rebuilt terms, items and matches of menus')]);
  expect(await matchesHeld(own)).toEqual(held);
  const sent = (await messagesOf(own, 'menu.items')).length;
  await loadMenus(own.settings);
  expect((await messagesOf(own, 'menu.items')).length).toBe(sent);
});

/** The uploads as the gateway serves them. */
async function serve(publisher: Publisher): Promise<{ url: string; said: string[] }> {
  const said: string[] = [];
  const log = { info: (about: object, text: string) => said.push(`${text}: ${JSON.stringify(about)}`) };
  const streams = { receipt: (topic: string) => `after ${topic}` } as unknown as Streams;
  const menu = { bodies: { '/menu/items': itemsUpload(publisher, streams) } } as unknown as Subgraph;
  const handlers = uploadsOf([menu], Object.assign(createLogger('test', 'silent'), log));
  const server = createServer((request, response) => handlers[request.url!]!(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.onDispose(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/menu/items`, said };
}

async function post(url: string, body: Iterable<string | Buffer>, type = 'text/csv') {
  const sending = request(url, { method: 'POST', headers: { 'content-type': type } });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  await pipeline(Readable.from(body), sending);
  const [response] = await answered;
  return [response.statusCode, await json(response)];
}

test('a CSV that is posted is taken row by row, with a receipt', async () => {
  const { url } = await serve(world.publisher);
  const csv = 'MenuId,ProductName,ProductDescription\r\n7201,Wine,"red\r\nor white"\r\n7201,Wine\r\n7201,Ale,';
  const receipt = { broken: 1, firstBroken: 'the body:4: 2 values for 3 columns', position: 'after menu.items' };
  expect(await post(url, [csv], 'text/csv; charset=UTF-8')).toEqual([200, { accepted: 3, ...receipt }]);
  expect(await itemsOf('7201')).toEqual([
    [expect.any(String), 'Ale', null],
    [expect.any(String), 'Wine', 'red\r\nor white'],
  ]);
  expect(await letters('7201')).toEqual(['7201,Wine (the body:4: 2 values for 3 columns)']);
  const line = JSON.stringify({ type: 'MenuItem', data: { id: 'n', menu: 7202, name: 'Stout' } });
  expect(await post(url, [line], 'application/x-ndjson')).toMatchObject([200, { accepted: 1, broken: 0 }]);
  expect(await itemsOf('7202')).toEqual([['n', 'Stout', null]]);
});

test.each([
  ['text/csv', 'a;b\n1;2', 400, /^the body:1 does not name the columns .* Nothing was taken\./],
  ['text/csv', '', 400, /^The body holds no menu item; send one a row\.$/],
  ['application/json', '[]', 415, /^The Content-Type must be text\/csv: .*, or application\/x-ndjson: /],
  ['text/csv; charset=latin1', 'a', 415, /^The charset must be utf-8/],
])('%s %j is refused with a sentence', async (type, body, status, message) => {
  const { url } = await serve(world.publisher);
  expect(await post(url, [body], type)).toMatchObject([
    status,
    { errors: [{ message: expect.stringMatching(message) }] },
  ]);
});

const header = 'MenuId,ProductName,ProductDescription\n';
const sampleRow = (at: number) => `7301,Wine ${at},"${'red, '.repeat(20)}"\n`;

test('who goes away midway has sent what came before, and the log says how much that is', async () => {
  const { url, said } = await serve(world.publisher);
  const sending = request(url, { method: 'POST', headers: { 'content-type': 'text/csv' } });
  sending.on('error', () => {});
  sending.write(header + Array.from({ length: 5_000 }, (_, at) => sampleRow(at)).join(''));
  // Kafka has a batch when it is not the last one.
  while ((await itemsOf('7301')).length < 4_000) await delay(20);
  sending.destroy();
  while (said.length === 0) await delay(10);
  expect(said).toEqual([expect.stringContaining('The connection broke. The first 4000 rows were taken.')]);
  expect((await itemsOf('7301')).length).toBe(4_000);
});

test('a gigabyte is never held', async () => {
  let highest = 0;
  const publish = async (_: string, messages: object[]) => {
    highest = Math.max(highest, process.memoryUsage().rss);
    return [messages.length];
  };
  const { url } = await serve({ publish } as unknown as Publisher);
  const piece = Buffer.from(
    Array.from({ length: 100 }, (_, at) => `1,Wine ${at},"${'red, '.repeat(2_000)}"\n`).join(''),
  );
  const sizeOf = async (megabytes: number) => {
    const count = Math.ceil((megabytes << 20) / piece.length);
    const body = function* () {
      yield header;
      for (let at = 0; at < count; at++) yield piece;
    };
    highest = 0;
    expect(await post(url, body())).toMatchObject([200, { accepted: count * 100, broken: 0 }]);
    return highest;
  };
  // How much a process has before it collects its garbage is its own affair; a body that is held would be all of it.
  const small = await sizeOf(200);
  expect((await sizeOf(1_024)) - small).toBeLessThan(400 << 20);
});
