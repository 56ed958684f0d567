import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export const accepts = {
  sse: 'text/event-stream',
  multipart: 'multipart/mixed;subscriptionSpec="1.0", application/json',
} as const;

export interface StreamedResult {
  id: string | undefined;
  result: { data?: Record<string, unknown>; errors?: { extensions: { code: string } }[] };
}

/** A subscriber over HTTP/1.1 by hand, so that it can vanish, or close its side alone, as no library would. */
export class HttpSubscriber {
  readonly socket: Socket;
  #text = '';
  #body = '';

  constructor(
    url: string,
    readonly transport: keyof typeof accepts,
    query: string,
    options: { variables?: object; headers?: Record<string, string>; get?: boolean } = {},
  ) {
    const { variables = {}, headers = {}, get } = options;
    const { host, hostname, port } = new URL(url);
    const body = get ? '' : JSON.stringify({ query, variables });
    const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
    const lines = Object.entries({
      host,
      accept: accepts[transport],
      ...(get ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    this.socket.setEncoding('latin1');
    this.socket.on('error', () => {}); // of connections that the test itself breaks
    this.socket.on('data', (text) => {
      this.#text += text;
      this.#read();
    });
    this.socket.write(
      `${get ? 'GET' : 'POST'} /graphql${get ? `?${parameters}` : ''} HTTP/1.1\r\n${lines.join('')}\r\n${body}`,
    );
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.#text)?.[1] ?? 0);
  }

  get head(): string {
    return this.#text.split('\r\n\r\n')[0]!.toLowerCase();
  }

  /** The body without its chunks. */
  get body(): string {
    return this.#body;
  }

  get results(): StreamedResult[] {
    if (this.transport === 'sse')
      return this.#body
        .split('\n\n')
        .slice(0, -1)
        .filter((block) => block.includes('event: next'))
        .map((block) => ({
          id: /^id: (.*)$/m.exec(block)?.[1],
          result: JSON.parse(/^data: (.*)$/m.exec(block)![1]!),
        }));
    return this.#body
      .split('\r\n--graphql')
      .slice(1, -1)
      .map((part) => JSON.parse(part.split('\r\n\r\n')[1]!) as { payload?: StreamedResult['result'] })
      .flatMap(({ payload }) => (payload ? [{ id: undefined, result: payload }] : []));
  }

  async has(count: number): Promise<StreamedResult[]> {
    while (this.results.length < count) {
      if (this.socket.closed) throw new Error(`closed after ${this.#text}`);
      await delay(5);
    }
    return this.results;
  }

  async ended(): Promise<this> {
    while (!/(^|\n)0\r\n\r\n$/.test(this.#text) && !/content-length/i.test(this.#text)) await delay(5);
    await this.vanish();
    return this;
  }

  async vanish(): Promise<void> {
    if (this.socket.closed) return;
    const closed = once(this.socket, 'close');
    this.socket.destroy();
    await closed;
  }

  #read(): void {
    const [head, ...rest] = this.#text.split('\r\n\r\n');
    let chunks = rest.join('\r\n\r\n');
    if (!/transfer-encoding: chunked/i.test(head!)) {
      this.#body = chunks;
      return;
    }
    let body = '';
    for (let size = /^([0-9a-f]+)\r\n/i.exec(chunks); size; size = /^([0-9a-f]+)\r\n/i.exec(chunks)) {
      const length = Number.parseInt(size[1]!, 16);
      body += chunks.slice(size[0].length, size[0].length + length);
      chunks = chunks.slice(size[0].length + length + 2);
    }
    this.#body = body;
  }
}
