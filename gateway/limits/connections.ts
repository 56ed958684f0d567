import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { WebSocket } from 'ws';
import type { Settings } from '../../platform/config.ts';
import { jsonBeyond } from './json.ts';
import { beyond, refusal } from './limits.ts';

export type ConnectionLimits = Pick<
  Settings,
  | 'LIMIT_CONNECTIONS_PER_ADDRESS'
  | 'LIMIT_OPERATIONS_PER_SOCKET'
  | 'LIMIT_SOCKET_BYTES_PER_MINUTE'
  | 'LIMIT_DEPTH'
  | 'LIMIT_FIELDS'
>;

/** What a message costs beside its bytes, in bytes: many small ones are work too. */
const leastBytes = 256;
const windowMs = 60_000;

/** Counts the connections of each address, and tells of one that is too many why nothing is done for it. */
export function connectionsPerAddress(most: number) {
  const open = new Map<string, number>();
  const tooMany = new WeakSet<Socket>();
  const why = refusal(
    `An address may have ${most} connections to this gateway. Use those that are open.`,
    { code: 'RATE_LIMITED', limit: 'connections', most },
    { status: 429, headers: { connection: 'close' } },
  );
  return {
    count(socket: Socket): void {
      const address = socket.remoteAddress ?? '';
      const count = (open.get(address) ?? 0) + 1;
      open.set(address, count);
      if (count > most) tooMany.add(socket);
      socket.once('close', () => {
        const left = open.get(address)! - 1;
        if (left > 0) open.set(address, left);
        else open.delete(address);
      });
    },
    refusal: (socket: Socket): GraphQLError | undefined => (tooMany.has(socket) ? why : undefined),
  };
}

/** A WebSocket that looks at messages before anybody parses them, and closes with 1008 and the reason. */
export function limitedSocket(limits: ConnectionLimits): typeof WebSocket {
  const { LIMIT_SOCKET_BYTES_PER_MINUTE: most } = limits;
  return class extends WebSocket {
    #bytes = 0;
    #since = 0;

    override emit(event: string | symbol, ...values: unknown[]): boolean {
      const reason = event === 'message' ? this.#refusal(values[0] as Buffer) : undefined;
      if (reason === undefined) return super.emit(event, ...values);
      this.close(1008, reason);
      return true;
    }

    #refusal(message: Buffer): string | undefined {
      const now = performance.now();
      if (now - this.#since > windowMs) [this.#since, this.#bytes] = [now, 0];
      this.#bytes += Math.max(leastBytes, message.length);
      if (this.#bytes > most) return `RATE_LIMITED: more than ${most} bytes in a minute`;
      const { extensions } = jsonBeyond(message, limits) ?? {};
      return extensions && `${extensions.code}: more ${extensions.limit} than ${extensions.most}`;
    }
  };
}

/** Why one more operation is not begun over a WebSocket with so many open ones. */
export function operationsBeyond(open: number, most: number): GraphQLError[] | undefined {
  if (open <= most) return undefined;
  const text = `Over one connection ${most} operations may be open at once. End one of them, or open another connection.`;
  return [new GraphQLError(text, { extensions: { code: 'RATE_LIMITED', limit: 'operations', most } })];
}

/** Answers what is no HTTP, or has too long a head, which is where the operation of a GET stands. */
export function answerUnreadable(error: Error & { code?: string }, socket: Duplex, mostHeadBytes: number): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  if (error.code !== 'HPE_HEADER_OVERFLOW')
    return void socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
  answerRaw(socket, 431, beyond('bytes', undefined, mostHeadBytes));
}

function answerRaw(socket: Duplex, status: number, error: GraphQLError): void {
  const body = JSON.stringify({ errors: [error] });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
