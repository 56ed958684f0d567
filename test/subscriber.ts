import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLFormattedError } from 'graphql';
import { WebSocket } from 'ws';
import type { WikiFilter } from '../subgraphs/wiki/types.ts';

const query = `subscription ($where: WikiFilter, $after: Cursor, $since: DateTime) {
  wikiEdits(where: $where, after: $after, since: $since) { cursor edit { id comment } } }`;

interface Data {
  wikiEdits: { cursor: string; edit: { id: string; comment: string } };
}
interface Received {
  id: string;
  isLast: boolean;
  cursor: string;
}

/** After these a client resumes from its last cursor, as docs/PROTOCOL.md says; others are faults. */
const passing = new Set<unknown>(['STORE_UNAVAILABLE', 'BROKER_UNAVAILABLE']);
const comeBackMs = 300;

/** A client that now and then stops reading, leaves, or vanishes, and comes back after what it has. */
export class Subscriber {
  readonly received: Received[] = [];
  /** Where it began. */
  readonly since: Date;
  comebacks = 0;
  readonly #url: string;
  readonly #where: WikiFilter;
  readonly #lasts: number;
  readonly #random: () => number;

  /**
   * @param lasts after so many events with the comment "Last" it has everything
   * @param random what it decides by
   */
  constructor(url: string, where: WikiFilter, since: Date, lasts: number, random: () => number) {
    this.#url = url;
    this.#where = where;
    this.since = since;
    this.#lasts = lasts;
    this.#random = random;
  }

  /** Resolves when it has everything. Once it has been told to be calm it stays as it is, and only waits. */
  async run(calm: AbortSignal): Promise<void> {
    while (!this.#hasAll) {
      const session = this.#open();
      while (session.isOpen && !calm.aborted) {
        await Promise.race([session.ended, pause(this.#below(3_000), calm)]);
        if (session.isOpen && !calm.aborted) await this.#misbehave(session, calm);
      }
      await session.ended;
      if (this.#hasAll) return;
      this.comebacks++;
      await delay(this.#below(comeBackMs));
    }
  }

  get #hasAll(): boolean {
    return this.received.filter(({ isLast }) => isLast).length >= this.#lasts;
  }

  async #misbehave(session: Session, calm: AbortSignal): Promise<void> {
    const way = this.#below(4);
    if (way > 0) {
      session.stall();
      await pause(this.#below(2_000), calm);
    }
    if (way < 2) session.vanish();
    else if (way === 2) session.leave();
    else session.goOn();
    // Sometimes it has not kept the last few that it got.
    if (!session.isOpen && this.#below(3) === 0) this.received.splice(-this.#below(20) - 1);
  }

  #open(): Session {
    const after = this.received.at(-1)?.cursor;
    const variables = { where: this.#where, ...(after === undefined ? { since: this.since } : { after }) };
    const session = new Session(this.#url, variables, ({ cursor, edit: { id, comment } }) => {
      this.received.push({ id, isLast: comment === 'Last', cursor });
      if (this.#hasAll) session.leave();
    });
    return session;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

/** One connection with one subscription: the protocol of graphql-ws, bare, so that nothing is done behind the test's back. */
class Session {
  readonly #ended = Promise.withResolvers<void>();
  /** Resolves when it is over for a reason that a client must expect. */
  readonly ended = this.#ended.promise;
  isOpen = true;
  readonly #socket: WebSocket;

  constructor(url: string, variables: object, take: (event: Data['wikiEdits']) => void) {
    this.#socket = new WebSocket(url, 'graphql-transport-ws');
    this.#socket.on('open', () => this.#send({ type: 'connection_init' }));
    this.#socket.on('error', () => {}); // the socket closes too
    this.#socket.on('close', (code) => (code < 4_000 ? this.#end() : this.#fail(`closed with ${code}`)));
    this.#socket.on('message', (text: Buffer) => {
      if (!this.isOpen) return; // it came after the client had gone
      const { type, payload } = JSON.parse(String(text)) as Message;
      if (type === 'connection_ack') this.#send({ type: 'subscribe', id: '1', payload: { query, variables } });
      else if (type === 'ping') this.#send({ type: 'pong' });
      else if (type === 'next' && payload && 'data' in payload && payload.data) take(payload.data.wikiEdits);
      else if (codesOf(payload).every((code) => passing.has(code))) this.leave();
      else this.#fail(String(text));
    });
  }

  /** Stops reading the socket. */
  stall(): void {
    this.#socket.pause();
  }

  goOn(): void {
    this.#socket.resume();
  }

  /** As when the network is gone. */
  vanish(): void {
    this.#end();
    this.#socket.terminate();
  }

  leave(): void {
    this.#end();
    this.#socket.resume();
    this.#socket.close();
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  #end(): void {
    this.isOpen = false;
    this.#ended.resolve();
  }

  #fail(what: string): void {
    this.isOpen = false;
    this.#ended.reject(new Error(`a subscription failed: ${what}`));
  }
}

interface Message {
  type: string;
  payload?: { data?: Data; errors?: GraphQLFormattedError[] } | GraphQLFormattedError[];
}

/** Of the errors of a message; a message without any has one that no client knows. */
function codesOf(payload: Message['payload']): unknown[] {
  const errors = Array.isArray(payload) ? payload : payload?.errors;
  return errors?.map(({ extensions }) => extensions?.code) ?? [undefined];
}

function pause(milliseconds: number, unless: AbortSignal): Promise<void> {
  return delay(milliseconds, undefined, { signal: unless }).catch(() => {});
}
