import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { publicLookup } from '../../platform/publicAddress.ts';
import { Secret } from '../../platform/secret.ts';
import { type Fetched, Fetching } from './fetching.ts';

/** What the server does to each request. It has no HTTP of its own, so that it can break all of it. */
let behave: (socket: Socket, request: string) => void;
const sockets = new Set<Socket>();
const server: Server = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  socket.on('data', (bytes) => behave(socket, bytes.toString()));
});
const secret = new Secret('hunter2&+');
const greatestBytes = 100_000;
let fetching: Fetching;
let port: number;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as { port: number }).port;
  fetching = new Fetching({ allowPrivate: true, greatestBytes });
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
});
afterAll(() => {
  fetching.close();
  server.close();
});

const request = (url: string) => {
  const address = new URL(url);
  address.searchParams.set('key', secret.reveal());
  return { url: new Secret(address.href), headers: { authorization: new Secret('Bearer hunter2&+') } };
};
const running = new AbortController().signal;
const fetchUrl = (url: string, timeoutMs = 30_000) => fetching.fetch(request(url), secret, timeoutMs, running);
/** Fetches from the server, which does as it is told. */
const fetched = (does: typeof behave, timeoutMs?: number): Promise<Fetched> => {
  behave = does;
  return fetchUrl(`http://127.0.0.1:${port}/v2/city`, timeoutMs);
};
const answers =
  (head: string, body: string | Buffer = '') =>
  (socket: Socket) => {
    socket.write(`HTTP/1.1 ${head}\r\n\r\n`);
    socket.write(body);
  };
const whole = (body: string | Buffer, ...headers: string[]) =>
  answers([`200 OK`, `content-length: ${Buffer.byteLength(body)}`, ...headers].join('\r\n'), body);
/** Everything about the result, as anybody could come to see it. */
const shown = ({ body, ...told }: Fetched) => inspect(told) + JSON.stringify(told);

describe('a whole answer is given back as it came', () => {
  test('with its duration, and what it was asked with', async () => {
    let asked = '';
    const result = await fetched((socket, text) => {
      asked = text;
      whole('{"ü":1}')(socket);
    });
    expect(result).toMatchObject({ outcome: 'ANSWERED', status: 200, message: null, body: Buffer.from('{"ü":1}') });
    expect(result.durationMs).toBeLessThan(30_000);
    expect(asked).toMatch(/^GET \/v2\/city\?key=hunter2%26%2B HTTP\/1\.1\r\n/);
    expect(asked).toMatch(/authorization: Bearer hunter2&\+/i);
    expect(asked).toMatch(/accept-encoding: gzip, br/i);
  });

  test('in chunks, or until the connection ends', async () => {
    const chunked = answers('200 OK\r\ntransfer-encoding: chunked', '3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n');
    expect((await fetched(chunked)).body.toString()).toBe('[1,2]');
    const ended = await fetched((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n[1]'));
    expect(ended).toMatchObject({ outcome: 'ANSWERED', body: Buffer.from('[1]') });
  });

  test.each([
    ['gzip', gzipSync('[1,2,3]')],
    ['X-GZIP', gzipSync('[1,2,3]')],
    ['br', brotliCompressSync('[1,2,3]')],
    ['identity', Buffer.from('[1,2,3]')],
  ])('without its encoding %s', async (encoding, body) => {
    const result = await fetched(whole(body, `content-encoding: ${encoding}`));
    expect(result).toMatchObject({ outcome: 'ANSWERED', body: Buffer.from('[1,2,3]') });
  });

  test('when it has just the greatest size', async () => {
    const body = 'x'.repeat(greatestBytes);
    expect(await fetched(whole(body))).toMatchObject({ outcome: 'ANSWERED', body: Buffer.from(body) });
    const packed = await fetched(whole(gzipSync(body), 'content-encoding: gzip'));
    expect(packed).toMatchObject({ outcome: 'ANSWERED', body: Buffer.from(body) });
  });

  test('when it is empty', async () => {
    const empty = { outcome: 'ANSWERED', body: Buffer.alloc(0), message: null };
    expect(await fetched(whole('', 'content-encoding: gzip'))).toMatchObject(empty);
    expect(await fetched(answers('204 No Content'))).toMatchObject({ ...empty, status: 204 });
  });
});

describe('an answer is corrupt, and what came is kept,', () => {
  const corrupt = (result: Fetched, message: string, body: string | Buffer) => {
    expect(result).toMatchObject({ outcome: 'CORRUPT', status: 200, message });
    expect(result.body.equals(Buffer.from(body))).toBe(true);
  };

  test('when it breaks off', async () => {
    const cut = await fetched((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"status":"su'));
    corrupt(cut, 'the answer broke off after 13 bytes', '{"status":"su');
  });

  test('when the connection is reset in the middle', async () => {
    const reset = await fetched((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a"', () => setImmediate(() => socket.destroy())),
    );
    corrupt(reset, 'the answer broke off after 4 bytes', '{"a"');
  });

  test('when its chunks are none', async () => {
    const broken = await fetched(answers('200 OK\r\ntransfer-encoding: chunked', '3\r\n[1,\r\nhello\r\n'));
    corrupt(broken, 'the answer broke off after 3 bytes', '[1,');
  });

  test('when it is too large, whether it says so, does not, or never ends', async () => {
    const [message, first] = [`the answer is larger than ${greatestBytes} bytes`, 'x'.repeat(greatestBytes)];
    corrupt(await fetched(whole(`${first}y`)), message, first);
    corrupt(await fetched(answers('200 OK', 'x'.repeat(1 << 20))), message, first);
    const endless = await fetched((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n');
      const pour = () => {
        while (!socket.destroyed && socket.write('x'.repeat(10_000)));
      };
      socket.on('drain', pour);
      pour();
    });
    corrupt(endless, message, first);
  });

  test('when it is too large, in no more memory for coming byte by byte', async () => {
    const million = new Fetching({ allowPrivate: true, greatestBytes: 1_000_000 });
    const bytes = '1\r\n \r\n'.repeat(10_000);
    behave = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const pour = () => {
        while (!socket.destroyed && socket.write(bytes));
      };
      socket.on('drain', pour);
      pour();
    };
    let greatest = 0;
    const before = process.memoryUsage().heapUsed;
    const timer = setInterval(() => {
      greatest = Math.max(greatest, process.memoryUsage().heapUsed - before);
    }, 5);
    const result = await million.fetch(request(`http://127.0.0.1:${port}/`), secret, 30_000, running);
    clearInterval(timer);
    million.close();
    corrupt(result, 'the answer is larger than 1000000 bytes', ' '.repeat(1_000_000));
    expect(greatest).toBeLessThan(100_000_000);
  });

  test('when it unfolds to more than is taken', async () => {
    for (const [encoding, pack] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const) {
      const bomb = pack('x'.repeat(50_000_000));
      expect(bomb.length).toBeLessThan(greatestBytes);
      const result = await fetched(whole(bomb, `content-encoding: ${encoding}`));
      corrupt(result, `the answer is larger than ${greatestBytes} bytes`, bomb);
    }
  });

  test('when it is encoded otherwise than it says', async () => {
    for (const encoding of ['gzip', 'br'])
      corrupt(
        await fetched(whole('{"a":1}', `content-encoding: ${encoding}`)),
        `the answer is not the ${encoding} it says it is`,
        '{"a":1}',
      );
    const half = gzipSync('{"a":1}').subarray(0, -9);
    corrupt(await fetched(whole(half, 'content-encoding: gzip')), 'the answer is not the gzip it says it is', half);
    const unasked = 'the answer has a content encoding that was not asked for; gzip and br were';
    for (const encoding of ['zstd', 'gzip, br'])
      corrupt(await fetched(whole('{"a":1}', `content-encoding: ${encoding}`)), unasked, '{"a":1}');
  });
});

describe('a fetch is dropped at its time-out', () => {
  test('when nothing comes', async () => {
    const result = await fetched(() => {}, 50);
    expect(result).toMatchObject({
      outcome: 'TIMEOUT',
      status: null,
      message: 'no whole answer within 50 ms; dropped',
    });
    expect(result.durationMs).toBeGreaterThanOrEqual(49);
  });

  test('and not sent again, also when its connection had served before', async () => {
    await fetched(whole('[]'));
    const received: string[] = [];
    const waits = (_: Socket, text: string) => void received.push(text);
    expect(await fetched(waits, 50)).toMatchObject({ outcome: 'TIMEOUT' });
    // The next one comes after whatever the one before has sent.
    await fetched(waits, 200);
    expect(received).toHaveLength(2);
  });

  test('when it drips: byte after byte comes, but never the last; what came is kept', async () => {
    let drips: NodeJS.Timeout | undefined;
    const result = await fetched((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n[');
      drips = setInterval(() => socket.write('1'), 2);
      socket.on('close', () => clearInterval(drips));
    }, 200);
    expect(result).toMatchObject({ outcome: 'TIMEOUT', status: 200 });
    expect(result.body.toString()).toMatch(/^\[1+$/);
    expect(result.durationMs).toBeLessThan(10_000);
  });

  test('when its headers drip', async () => {
    const result = await fetched((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drips = setInterval(() => socket.write('x-a: b\r\n'), 2);
      socket.on('close', () => clearInterval(drips));
    }, 100);
    expect(result).toMatchObject({ outcome: 'TIMEOUT', status: null, body: Buffer.alloc(0) });
  });

  test('and of a packed answer as much is kept as can be unpacked', async () => {
    const text = Array.from({ length: 20_000 }, (_, at) => `${at * 7919}`).join();
    for (const [encoding, pack] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const) {
      const packed = pack(text);
      const half = packed.subarray(0, packed.length / 2);
      const head = `200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${packed.length}`;
      const { outcome, body } = await fetched(answers(head, half), 100);
      expect(outcome).toBe('TIMEOUT');
      expect(body.length).toBeGreaterThan(1000);
      expect(text.startsWith(body.toString())).toBe(true);
    }
  });

  test('even when the status is an error already', async () => {
    const result = await fetched(answers('500 Oh\r\ncontent-length: 5', 'no'), 50);
    expect(result).toMatchObject({ outcome: 'TIMEOUT', status: 500, body: Buffer.from('no') });
  });

  test('and the connection is closed', async () => {
    const closed = Promise.withResolvers<void>();
    await fetched((socket) => void socket.on('close', () => closed.resolve()), 20);
    await closed.promise;
  });
});

describe('what is not 2xx is an error of HTTP, and its body is kept:', () => {
  test.each([
    [400, 'the API answers 400 Bad Request'],
    [403, 'the API answers 403 Forbidden'],
    [429, 'the API answers 429 Too Many Requests'],
    [500, 'the API answers 500 Internal Server Error'],
    [304, 'the API answers 304 Not Modified'],
    [599, 'the API answers 599'],
    [999, 'the API answers 999'],
  ])('%d', async (status, message) => {
    const body = status === 304 ? '' : 'why: hunter2';
    const result = await fetched(answers(`${status} key hunter2&+ is wrong\r\ncontent-length: ${body.length}`, body));
    expect(result).toMatchObject({ outcome: 'HTTP_ERROR', status, message, body: Buffer.from(body) });
  });

  test('broken off or too large, too', async () => {
    const cut = await fetched((socket) => socket.end('HTTP/1.1 503 x\r\ncontent-length: 100\r\n\r\n<html'));
    expect(cut).toMatchObject({ outcome: 'HTTP_ERROR', status: 503, body: Buffer.from('<html') });
    const huge = await fetched(answers('503 x', 'x'.repeat(greatestBytes + 1)));
    expect(huge).toMatchObject({ outcome: 'HTTP_ERROR', status: 503 });
    expect(huge.body.length).toBe(greatestBytes);
  });

  test('another protocol', async () => {
    const result = await fetched(answers('101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade'));
    const message = 'the API answers 101 Switching Protocols';
    expect(result).toMatchObject({ outcome: 'HTTP_ERROR', status: 101, message });
  });

  test.each([
    ['/v3/city?key=hunter2%26%2B', 'http://HERE/v3/city'],
    ['https://ada:hunter2@elsewhere.example:8443/a?key=x#hunter2', 'https://elsewhere.example:8443/a'],
    ['//elsewhere.example/hunter2%26%2b/x', 'http://elsewhere.example/***/x'],
    ['http://[', 'an address that is none'],
  ])('a redirect to %s, which is told without its query and not followed', async (location, where) => {
    let requests = 0;
    const result = await fetched((socket) => {
      requests++;
      answers(`302 Found\r\nlocation: ${location}\r\ncontent-length: 0`)(socket);
    });
    const there = where.replace('HERE', `127.0.0.1:${port}`);
    expect(result).toMatchObject({
      outcome: 'HTTP_ERROR',
      status: 302,
      message: `the API answers 302 Found and points to ${there}. Redirects are not followed: give the right address as endpoint.`,
    });
    expect(requests).toBe(1);
    expect(shown(result)).not.toMatch(/hunter2/);
  });
});

describe('no answer at all is an error of HTTP:', () => {
  test.each<[string, typeof behave]>([
    ['the connection is closed', (socket) => socket.end()],
    ['the connection is reset', (socket) => socket.resetAndDestroy()],
    ['it is no HTTP', (socket) => socket.write('220 mail.example ESMTP hunter2\r\n')],
    ['its headers never end', (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`)],
  ])('%s', async (_, does) => {
    const result = await fetched(does);
    expect(result).toMatchObject({ outcome: 'HTTP_ERROR', status: null, body: Buffer.alloc(0) });
    expect(result.message).toMatch(/^no answer: ./);
    expect(shown(result)).not.toMatch(/hunter2/);
  });

  test('nobody listens', async () => {
    const unused = createServer();
    await once(unused.listen(0, '127.0.0.1'), 'listening');
    const { port: free } = unused.address() as { port: number };
    await new Promise((resolve) => unused.close(resolve));
    const result = await fetchUrl(`http://127.0.0.1:${free}/`);
    expect(result).toMatchObject({ outcome: 'HTTP_ERROR', status: null });
    expect(result.message).toContain('ECONNREFUSED');
  });

  test('it is not the other side of TLS', async () => {
    behave = whole('[]');
    const result = await fetchUrl(`https://127.0.0.1:${port}/`);
    expect(result).toMatchObject({ outcome: 'HTTP_ERROR', status: null });
  });

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'data:,x'])('%s is not asked', async (url) => {
    expect(await fetchUrl(url)).toMatchObject({
      outcome: 'HTTP_ERROR',
      message: 'no answer: the endpoint is not http:// or https://',
    });
  });
});

describe('connections', () => {
  test('are kept for the next fetch', async () => {
    const seen = new Set<Socket>();
    for (let time = 0; time < 5; time++) {
      const result = await fetched((socket) => {
        seen.add(socket);
        whole('[]')(socket);
      });
      expect(result.outcome).toBe('ANSWERED');
    }
    expect(seen.size).toBe(1);
  });

  test('are closed when there is no next one for a while, and not while an answer is awaited', async () => {
    const brief = new Fetching({ allowPrivate: true, idleMs: 50 });
    const closed = Promise.withResolvers<void>();
    behave = (socket) => {
      socket.on('close', () => closed.resolve());
      setTimeout(() => whole('[]')(socket), 200);
    };
    const address = request(`http://127.0.0.1:${port}/`);
    expect(await brief.fetch(address, secret, 30_000, running)).toMatchObject({ outcome: 'ANSWERED' });
    await closed.promise;
    brief.close();
  });

  test('that were closed while idle, just as they are used again, do no harm', async () => {
    let onSocket = new Map<Socket, number>();
    let requests = 0;
    const does = (socket: Socket) => {
      requests++;
      const times = (onSocket.get(socket) ?? 0) + 1;
      onSocket.set(socket, times);
      if (times > 1) socket.resetAndDestroy();
      else whole('[]')(socket);
    };
    const several = [fetched(does), fetched(does), fetched(does)];
    for (const { outcome } of await Promise.all(several)) expect(outcome).toBe('ANSWERED');
    requests = 0;
    expect(await fetched(does)).toMatchObject({ outcome: 'ANSWERED', body: Buffer.from('[]') });
    // The other two that are idle are not tried.
    expect(requests).toBe(2);
    // A new one that is reset is not tried again.
    for (const socket of sockets) socket.destroy();
    onSocket = new Map();
    requests = 0;
    const fresh = await fetched((socket) => {
      requests++;
      socket.resetAndDestroy();
    });
    expect(fresh.outcome).toBe('HTTP_ERROR');
    expect(requests).toBe(1);
  });
});

test('who is stopped drops the fetch at once', async () => {
  const stopping = new AbortController();
  behave = () => stopping.abort(new Error('the worker stops'));
  const dropped = fetching.fetch(request(`http://127.0.0.1:${port}/`), secret, 30_000, stopping.signal);
  await expect(dropped).rejects.toThrow('the worker stops');
  const again = fetching.fetch(request(`http://127.0.0.1:${port}/`), secret, 30_000, stopping.signal);
  await expect(again).rejects.toThrow('the worker stops');
});

describe('where no public server is, nobody is asked:', () => {
  const guarded = new Fetching({ allowPrivate: false });
  const refused = {
    outcome: 'HTTP_ERROR',
    status: null,
    message: 'the endpoint is not at a public address; TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS=true would allow that',
  };
  afterAll(() => guarded.close());

  test.each([
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '0',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
    ],
    ...['[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::127.0.0.1]', '[fe80::1]', '[fd00:ec2::254]', '10.0.0.1'],
    ...['169.254.169.254', '100.100.100.200', '192.168.1.1', '224.0.0.1', '255.255.255.255', 'localhost', 'LOCALHOST'],
  ])('%s', async (host) => {
    let requests = 0;
    behave = () => requests++;
    const url = request(`http://${host}:${port}/`);
    expect(await guarded.fetch(url, secret, 30_000, running)).toMatchObject(refused);
    expect(requests).toBe(0);
  });

  test('a name that is public when it is looked at, and private when it is used', async () => {
    const answers = ['93.184.216.34', '127.0.0.1'];
    let lookups = 0;
    const lookup = publicLookup((_, __, callback) => callback(null, [{ address: answers[lookups++]!, family: 4 }]));
    const rebound = new Fetching({ allowPrivate: false, lookup });
    let requests = 0;
    behave = () => requests++;
    const url = request(`http://rebind.example:${port}/`);
    // What is checked is what is connected to, so the first goes to the public address and to no other.
    expect(await rebound.fetch(url, secret, 200, running)).not.toMatchObject({ outcome: 'ANSWERED' });
    expect(lookups).toBe(1);
    expect(await rebound.fetch(url, secret, 30_000, running)).toMatchObject(refused);
    expect([lookups, requests]).toEqual([2, 0]);
    rebound.close();
  });
});
