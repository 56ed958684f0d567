import http, { type ClientRequest, type IncomingMessage, STATUS_CODES } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { messageOf } from '../../platform/errors.ts';
import { isPublicAddress, NotPublic, publicLookup } from '../../platform/publicAddress.ts';
import { version } from '../../platform/root.ts';
import { Secret } from '../../platform/secret.ts';

/** A GET. Its address holds the secret of the feed, so it is one. */
export interface HiddenRequest {
  readonly url: Secret;
  readonly headers: Readonly<Record<string, string | Secret>>;
}

/** What came of asking an API once. */
export interface Fetched {
  /**
   * ANSWERED: a whole answer of status 2xx. HTTP_ERROR: another status, or none. CORRUPT: an answer that broke off, is
   * too large or encoded otherwise than it says. TIMEOUT: dropped.
   */
  outcome: 'ANSWERED' | 'TIMEOUT' | 'HTTP_ERROR' | 'CORRUPT';
  /** Null: no answer began. */
  status: number | null;
  /** All that came, without its content encoding; where that is broken, as it came over the wire. */
  body: Buffer;
  durationMs: number;
  /** Why it is no whole answer, in words for a person and without the secret; null when it is. */
  message: string | null;
}

export interface FetchingOptions {
  /** TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS. */
  allowPrivate: boolean;
  /** What may be asked anyhow: its scheme, host and port, such as http://127.0.0.1:4001. */
  allowedOrigin?: string | undefined;
  /** No more of an answer is taken, on the wire or after decoding, in bytes. */
  greatestBytes?: number;
  /** How long a connection is kept for the next fetch, in milliseconds: there may be as many of them as servers. */
  idleMs?: number;
  /** How the names of public servers are looked up. */
  lookup?: LookupFunction;
}

type End = Pick<Fetched, 'outcome' | 'message'>;
/** What has come so far. */
interface Arrival {
  answer: IncomingMessage | null;
  /** Its first `bytes` are what has come. */
  body: Buffer;
  bytes: number;
}

const userAgent = `Tributary/${version} (GraphQL over streams; fetches for the person who runs it) node/${process.versions.node}`;

/** Asks outside APIs, each once and with a GET, and never believes what they send. */
export class Fetching {
  readonly #allowPrivate: boolean;
  readonly #allowedOrigin: string | undefined;
  readonly #greatestBytes: number;
  readonly #lookup: LookupFunction | undefined;
  readonly #agents: { 'http:': http.Agent; 'https:': https.Agent };

  constructor(options: FetchingOptions) {
    const { allowPrivate, allowedOrigin, greatestBytes = 1 << 20, idleMs = 5_000, lookup = publicLookup() } = options;
    this.#allowPrivate = allowPrivate;
    this.#allowedOrigin = allowedOrigin;
    this.#greatestBytes = greatestBytes;
    this.#lookup = allowPrivate ? undefined : lookup;
    // Sockets in use are not closed by this time-out: the fetch has its own.
    const kept = { keepAlive: true, timeout: idleMs };
    this.#agents = { 'http:': new http.Agent(kept), 'https:': new https.Agent(kept) };
  }

  /**
   * Fetches, and gives up after `timeoutMs`, however far it is. Whatever the server does is told in the result.
   * @param secret what must not stand in the message, wherever the server may put it
   * @throws the reason of `stopped`, when that is aborted before the end
   */
  async fetch(request: HiddenRequest, secret: Secret, timeoutMs: number, stopped: AbortSignal): Promise<Fetched> {
    stopped.throwIfAborted();
    const begun = performance.now();
    const arrival: Arrival = { answer: null, body: Buffer.alloc(0), bytes: 0 };
    const end = await this.#exchange(request, arrival, timeoutMs, stopped);
    const { body, spoiled } = await decode(arrival, end.outcome === 'ANSWERED', this.#greatestBytes);
    const status = arrival.answer?.statusCode ?? null;
    const { outcome, message } = judge(end, spoiled, arrival.answer, new URL(request.url.reveal()));
    const durationMs = Math.round(performance.now() - begun);
    // Cut off only when nothing is left to hide, or a part of the secret would stay.
    return { outcome, status, body, durationMs, message: message && secret.hideIn(message).slice(0, 500) };
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #exchange(request: HiddenRequest, arrival: Arrival, timeoutMs: number, stopped: AbortSignal): Promise<End> {
    const { promise, resolve, reject } = Promise.withResolvers<End>();
    let sent: ClientRequest | undefined;
    let isOver = false;
    const end = (outcome: End['outcome'], message: string | null) => resolve({ outcome, message });
    const timer = setTimeout(() => end('TIMEOUT', `no whole answer within ${timeoutMs} ms; dropped`), timeoutMs);
    const onStopped = () => reject(stopped.reason);
    stopped.addEventListener('abort', onStopped);
    const fail = (error: unknown) => {
      // A request that is given up fails too, and must not be sent again for that.
      if (isOver) return;
      // What came in one packet with the fault is still to be told.
      arrival.answer?.read();
      if (arrival.answer) return end('CORRUPT', `the answer broke off after ${arrival.bytes} bytes`);
      // A server may close an idle connection at the moment it is used again; it has not seen the request then. The
      // new one is on a connection of its own: others may have been closed like this one, and it is not sent a third time.
      if (sent?.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET') return send(false);
      end('HTTP_ERROR', whyUnanswered(error));
    };
    const take = (answer: IncomingMessage) => {
      arrival.answer = answer;
      answer.on('error', fail);
      answer.on('end', () => end('ANSWERED', null));
      answer.on('data', (chunk: Buffer) => {
        const fitting = chunk.subarray(0, this.#greatestBytes - arrival.bytes);
        append(arrival, fitting);
        if (fitting.length < chunk.length) end('CORRUPT', tooLarge(this.#greatestBytes));
      });
    };
    const refuse = (answer: IncomingMessage, socket: Duplex) => {
      arrival.answer = answer;
      socket.destroy();
      end('HTTP_ERROR', null);
    };
    const send = (mayReuse: boolean) => {
      try {
        sent = this.#request(request, mayReuse).on('response', take).on('upgrade', refuse).on('error', fail).end();
      } catch (error) {
        fail(error);
      }
    };
    send(true);
    return promise.finally(() => {
      isOver = true;
      clearTimeout(timer);
      stopped.removeEventListener('abort', onStopped);
      // Of no effect after a whole answer, whose connection is kept for the next.
      if (!arrival.answer?.complete) sent?.destroy();
    });
  }

  #request({ url: address, headers }: HiddenRequest, mayReuse: boolean): ClientRequest {
    const url = new URL(address.reveal());
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new Error('the endpoint is not http:// or https://');
    const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
    // Sockets look up names only.
    const isAllowed = this.#allowPrivate || url.origin === this.#allowedOrigin;
    if (!isAllowed && isIP(hostname) !== 0 && !isPublicAddress(hostname))
      throw new NotPublic(`${hostname} is not public`);
    const revealed = Object.entries(headers).map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]);
    return (url.protocol === 'https:' ? https : http).request(url, {
      agent: mayReuse && this.#agents[url.protocol],
      lookup: this.#lookup,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'gzip, br',
        'user-agent': userAgent,
        ...Object.fromEntries(revealed),
      },
    });
  }
}

/** Copies, because a chunk keeps hold of all that was read with it, and each byte of an answer may be one. */
function append(arrival: Arrival, chunk: Buffer): void {
  const end = arrival.bytes + chunk.length;
  if (end > arrival.body.length) {
    const larger = Buffer.allocUnsafe(Math.max(end, 2 * arrival.body.length));
    arrival.body.copy(larger, 0, 0, arrival.bytes);
    arrival.body = larger;
  }
  chunk.copy(arrival.body, arrival.bytes);
  arrival.bytes = end;
}

const tooLarge = (greatestBytes: number) => `the answer is larger than ${greatestBytes} bytes`;

function whyUnanswered(error: unknown): string {
  if (error instanceof NotPublic)
    return 'the endpoint is not at a public address; TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS=true would allow that';
  return `no answer: ${messageOf(error)}`;
}

/** A status that is not 2xx says more than whether its text is whole. */
function judge(end: End, spoiled: string | undefined, answer: IncomingMessage | null, asked: URL): End {
  const status = answer?.statusCode;
  if (end.outcome === 'TIMEOUT' || status === undefined) return end;
  if (status < 200 || status > 299) return { outcome: 'HTTP_ERROR', message: whyRefused(status, answer, asked) };
  return end.outcome === 'ANSWERED' && spoiled !== undefined ? { outcome: 'CORRUPT', message: spoiled } : end;
}

function whyRefused(status: number, answer: IncomingMessage | null, asked: URL): string {
  const said = `the API answers ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
  const location = answer?.headers.location;
  if (status < 300 || status > 399 || location === undefined) return said;
  const target = URL.canParse(location, asked.href) ? new URL(location, asked) : undefined;
  // The query of the request is often repeated there, and the key with it.
  const where = target ? `${target.protocol}//${target.host}${target.pathname}` : 'an address that is none';
  return `${said} and points to ${where}. Redirects are not followed: give the right address as endpoint.`;
}

const gunzip = promisify(zlib.gunzip);
const unbrotli = promisify(zlib.brotliDecompress);

/** The text of an answer, and why it is spoiled, if it is. Of an answer that broke off, as much as can be decoded. */
async function decode(
  { answer, body, bytes }: Arrival,
  isWhole: boolean,
  greatestBytes: number,
): Promise<{ body: Buffer; spoiled?: string }> {
  const wire = body.subarray(0, bytes);
  const encoding = (answer?.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || wire.length === 0) return { body: wire };
  try {
    const maxOutputLength = greatestBytes;
    switch (encoding) {
      case 'gzip':
      case 'x-gzip': {
        const finishFlush = isWhole ? zlib.constants.Z_FINISH : zlib.constants.Z_SYNC_FLUSH;
        return { body: await gunzip(wire, { maxOutputLength, finishFlush }) };
      }
      case 'br': {
        const { BROTLI_OPERATION_FINISH, BROTLI_OPERATION_FLUSH } = zlib.constants;
        const finishFlush = isWhole ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH;
        return { body: await unbrotli(wire, { maxOutputLength, finishFlush }) };
      }
      default:
        return { body: wire, spoiled: 'the answer has a content encoding that was not asked for; gzip and br were' };
    }
  } catch (error) {
    const isBomb = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return {
      body: wire,
      spoiled: isBomb ? tooLarge(greatestBytes) : `the answer is not the ${encoding} it says it is`,
    };
  }
}
