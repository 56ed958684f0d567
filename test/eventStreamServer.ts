import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip, constants as zlib } from 'node:zlib';

/** What a connection does wrong. */
export interface Fault {
  /** Answers with this instead of events. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Goes wrong in the middle of the event after so many. */
  after?: number;
  /** `end` between two events, `drop` or `stall` in the middle of one. */
  how?: 'end' | 'drop' | 'stall';
  /** The pause before connecting again that it asks for, in milliseconds. */
  retry?: number;
  /** Sends again so many events of before the place that it is asked for. */
  again?: number;
}

/** A server of EventStreams: ids, Last-Event-ID, since, retry, and all that can go wrong, on a free port. */
export class EventStreamServer implements AsyncDisposable {
  /** What each connection asked with. */
  readonly requests: { lastEventId: string | undefined; since: string | null; headers: IncomingMessage['headers'] }[] =
    [];
  /** For the next connections, in this order; those after them are well. */
  faults: Fault[] = [];
  /** Events a second. */
  rate = Number.POSITIVE_INFINITY;
  readonly #events: { text: string; time: number }[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response).catch(() => {}));
  #appended = Promise.withResolvers<void>();

  async open(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v2/stream/recentchange`;
  }

  /**
   * @param name of the event in the stream
   * @param hasId whether it tells its id, as it may do only now and then
   */
  append(data: string[], name?: string, hasId = true): void {
    for (const each of data) {
      const id = hasId ? `id: ${idOf(this.#events.length)}\n` : '';
      const lines = each.split('\n').map((line) => `data: ${line}\n`);
      this.#events.push({ text: `${name ? `event: ${name}\n` : ''}${id}${lines.join('')}\n`, time: timeOf(each) });
    }
    this.#appended.resolve();
    this.#appended = Promise.withResolvers();
  }

  /** Ends all connections, wherever they are. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const lastEventId = request.headers['last-event-id'] as string | undefined;
    const { pathname, searchParams } = new URL(request.url!, this.url);
    const since = searchParams.get('since');
    if (pathname === '/moved')
      return void response.writeHead(307, { location: `/v2/stream/recentchange?${searchParams}` }).end();
    this.requests.push({ lastEventId, since, headers: request.headers });
    const fault = this.faults.shift() ?? {};
    if (fault.status !== undefined) return void response.writeHead(fault.status, fault.headers).end(fault.body);
    let next = lastEventId === undefined ? this.#firstSince(since) : placeOf(lastEventId) + 1;
    next = Math.max(0, next - (fault.again ?? 0));
    const isGzip = /gzip/.test(String(request.headers['accept-encoding'])) && this.requests.length % 2 === 0;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
    });
    const gzip = isGzip ? createGzip({ flush: zlib.Z_SYNC_FLUSH }) : undefined;
    gzip?.pipe(response);
    const out = gzip ?? response;
    const closed = once(response, 'close').then(() => {
      throw new Error('the client is gone');
    });
    closed.catch(() => {});
    const write = async (bytes: Buffer) => {
      if (!out.write(bytes)) await Promise.race([once(out, 'drain'), closed]);
    };
    await write(Buffer.from(`:ok\n\nretry: ${fault.retry ?? 30}\n\n`));
    for (let sent = 0; ; sent++, next++) {
      while (next >= this.#events.length) await Promise.race([this.#appended.promise, closed]);
      const bytes = Buffer.from(this.#events[next]!.text);
      if (sent === fault.after) {
        if (fault.how === 'end') return void out.end();
        await write(bytes.subarray(0, bytes.length - 1)); // all but the line that ends it
        await delay(20);
        if (fault.how === 'drop') response.destroy();
        return;
      }
      // Cut wherever it may be, also inside of a letter.
      const cut = (next * 7919) % bytes.length;
      await write(bytes.subarray(0, cut));
      await write(bytes.subarray(cut));
      if (this.rate < Number.POSITIVE_INFINITY && sent % 20 === 0) await delay(20_000 / this.rate);
    }
  }

  #firstSince(since: string | null): number {
    if (since === null) return this.#events.length;
    const first = this.#events.findIndex(({ time }) => time >= Date.parse(since));
    return first < 0 ? this.#events.length : first;
  }
}

/** As Wikimedia's ids: a place in each of its own partitions. */
const idOf = (place: number) =>
  JSON.stringify([{ topic: 'eqiad.mediawiki.recentchange', partition: 0, offset: place }]);
const placeOf = (id: string) => (JSON.parse(id) as [{ offset: number }])[0].offset;

function timeOf(data: string): number {
  try {
    return Date.parse((JSON.parse(data) as { meta: { dt: string } }).meta.dt);
  } catch {
    return Number.NaN;
  }
}
