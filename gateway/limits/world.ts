import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { WebSocket } from 'ws';
import { readSettings, type Settings } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import { projectRoot } from '../../platform/root.ts';
import { Identity } from '../../subgraphs/identity/identity.ts';
import type { Streams } from '../../subgraphs/streams/stream.ts';
import { openGateway } from '../gateway.ts';
import { serveGateway } from '../server.ts';
import { sha256 } from './persisted.ts';

export interface Answer {
  status: number;
  headers?: Headers;
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: { code: string; limit?: string } & Record<string, unknown> }[];
}

/** How a WebSocket was closed. */
export interface Closed {
  closed: number;
  reason: string;
}

/** The real gateway and server, over a subgraph of wikis whose edits have the ids that are asked for. */
export class World implements AsyncDisposable {
  /** Ids that have reached the subgraph. */
  readonly asked: string[] = [];
  readonly logged: Record<string, unknown>[] = [];
  #url = '';
  #stop: () => Promise<void> = async () => {};

  /** @param trusted documents that are known by the SHA-256 of their texts */
  static async open(overrides: Partial<Settings> = {}, trusted: string[] = []): Promise<World> {
    const world = new World();
    const text = readFileSync(join(projectRoot, 'schema', 'wiki', 'wiki.graphql'), 'utf8');
    const schema = buildSchema(text, { assumeValid: true, assumeValidSDL: true });
    schema.getQueryType()!.getFields().wikiEdit!.resolve = (_, { id }) => {
      world.asked.push(id);
      return { id };
    };
    schema.getSubscriptionType()!.getFields().wikiEdits!.subscribe = async function* () {
      yield { wikiEdits: { cursor: 'c', at: new Date(), edit: { id: 'told' } } };
    };
    const folder = mkdtempSync(join(tmpdir(), 'tributary-limits-'));
    const file = join(folder, 'trusted.json');
    writeFileSync(file, JSON.stringify(Object.fromEntries(trusted.map((text) => [sha256(text), text]))));
    const settings = {
      ...readSettings({}),
      PORT: 0,
      TRIBUTARY_DATA: folder,
      TRUSTED_DOCUMENTS: trusted.length > 0 ? file : '',
      ...overrides,
    };
    const log = createLogger('test', 'silent');
    log.warn = ((line: Record<string, unknown>) => world.logged.push(line)) as never;
    const identity = await Identity.open(settings, log);
    const gateway = await openGateway({
      subgraphs: [{ name: 'wiki', schema, views: {} }],
      streams: {} as Streams,
      readAfterTimeoutMs: 1,
      limits: settings,
      ...{ log, identity },
    });
    const server = await serveGateway(gateway, settings, { identity });
    world.#url = `${server.url}/graphql`;
    world.#stop = async () => {
      await server.stop();
      identity.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return world;
  }

  /** Of GraphQL. */
  get url(): string {
    return this.#url;
  }

  async send(init: RequestInit & { headers?: Record<string, string> }, url = this.url): Promise<Answer> {
    const response = await fetch(url, init);
    const body = await response.text();
    const { status, headers } = response;
    return { status, headers, ...(body.startsWith('{') ? (JSON.parse(body) as object) : {}) };
  }

  post(body: BodyInit | object, headers: Record<string, string> = {}): Promise<Answer> {
    const text = typeof body === 'object' && body.constructor === Object ? JSON.stringify(body) : (body as BodyInit);
    return this.send({
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json', ...headers },
      ...{ duplex: 'half' },
    });
  }

  get(parameters: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send({ headers }, `${this.url}?${new URLSearchParams(parameters)}`);
  }

  /** The first answer to each payload over one WebSocket, and how it was closed if it was. */
  async overSocket(payloads: string[]): Promise<(Answer | Closed)[]> {
    const socket = new WebSocket(this.url.replace('http', 'ws'), 'graphql-transport-ws');
    const answers: (Answer | Closed)[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = payloads.length;
    socket.on('error', () => {}); // it is closed then
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (text) => {
      const { type, id, payload } = JSON.parse(String(text));
      if (type === 'connection_ack')
        for (const [at, body] of payloads.entries()) socket.send(`{"id":"${at}","type":"subscribe","payload":${body}}`);
      if (type === 'next') answers[Number(id)] ??= { status: 200, ...payload };
      if (type === 'error') answers[Number(id)] = { status: 200, errors: payload };
      if ((type === 'complete' || type === 'error') && --left === 0) resolve();
    });
    socket.on('close', (closed, reason) => {
      answers.push({ closed, reason: String(reason) });
      resolve();
    });
    await promise;
    socket.removeAllListeners('close').terminate();
    return answers;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }
}
