import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonBodyOf, largestBody } from './jsonBody.ts';
import type { Problem } from './problem.ts';

// Over real connections, with clients that are in no hurry.
let server: Server;
const broken: unknown[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await jsonBodyOf(request, Number(request.headers['x-patience'] ?? 30_000)).catch(
      (error) => error as Problem,
    );
    if (request.socket.destroyed) broken.push(body);
    else response.writeHead((body as Problem).status ?? 200).end(JSON.stringify((body as Problem).document ?? body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

/** A client that has begun to send a body, and what it was answered so far. */
async function open(headers: string) {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const client = { socket, told: '' };
  socket.on('data', (data) => {
    client.told += data;
  });
  await once(socket, 'connect');
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}\r\n\r\n`);
  return client;
}

/** Waits for the answer, and goes. */
async function isTold(client: Awaited<ReturnType<typeof open>>, status: number, body: string): Promise<void> {
  await expect.poll(() => client.told, { timeout: 30_000 }).toContain(body);
  expect(client.told).toContain(`HTTP/1.1 ${status} `);
  client.socket.destroy();
}

test('a body may come in pieces, between characters and within them', async () => {
  const client = await open('transfer-encoding: chunked');
  for (const byte of Buffer.from('{"name":"Ä🏢"}')) client.socket.write(Buffer.from([0x31, 13, 10, byte, 13, 10]));
  client.socket.write('0\r\n\r\n');
  await isTold(client, 200, '{"name":"Ä🏢"}');
});

test('one that does not end in time is given up', async () => {
  const client = await open('content-length: 5\r\nx-patience: 50');
  client.socket.write('{');
  await isTold(client, 408, '"code":"REQUEST_TIMEOUT"');
});

test('one that is too large is told so while it is sent, whatever it has said before', async () => {
  const client = await open('transfer-encoding: chunked');
  const piece = `10000\r\n${' '.repeat(65_536)}\r\n`;
  for (let bytes = 0; bytes <= largestBody; bytes += 65_536) client.socket.write(piece);
  await isTold(client, 413, '"code":"CONTENT_TOO_LARGE"');
});

test.each([
  ['nested deeply', `${'['.repeat(1_000)}${']'.repeat(1_000)}`],
  ['of many names', JSON.stringify(Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`n${at}`, 0])))],
])('one that is %s is not parsed', async (_, body) => {
  const client = await open(`content-length: ${body.length}`);
  client.socket.write(body);
  await isTold(client, 400, '"detail":"The body is nested more deeply, or has more names, than any that is taken."');
});

test('who goes away leaves nothing behind', async () => {
  const { socket } = await open('content-length: 5');
  socket.write('{');
  socket.destroy();
  await expect.poll(() => broken, { timeout: 30_000 }).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
});
