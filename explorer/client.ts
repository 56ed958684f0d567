import { type ExecutionResult, GraphQLError } from 'graphql';
import { type Client, createClient } from 'graphql-ws/client';
import { credentials, useAccess } from './access.ts';

/** What is sent: one operation, by HTTP or over a WebSocket. */
export interface Operation {
  query: string;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | undefined;
  /** Of the protocol; `plan` asks for the query plan in the extensions of the result. */
  extensions?: Record<string, unknown>;
  /** Of the HTTP request, or parameters of the connection: a browser cannot send any with a WebSocket. */
  headers?: Record<string, string> | undefined;
}

const endpoint = () => new URL('/graphql', location.href);

/** Sends a query or a mutation by HTTP POST. What is no answer of GraphQL becomes one with an error that says so. */
export async function send<Data = Record<string, unknown>>(
  { headers, ...payload }: Operation,
  signal?: AbortSignal,
): Promise<ExecutionResult<Data>> {
  const response = await fetch(endpoint(), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...withCredentials(headers),
    },
    body: JSON.stringify(payload),
    ...(signal && { signal }),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    const message = `${endpoint().pathname} answered ${response.status}, but not with JSON: ${text.slice(0, 200)}`;
    return { errors: [new GraphQLError(message)] };
  }
}

/** Whatever its capitals, a header of the operation takes the place of the token. */
function withCredentials(headers: Record<string, string> = {}): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { ...credentials(), ...Object.fromEntries(named) };
}

/**
 * The answer to a question of the explorer's own.
 * @throws Error with the words of the first error, which is its cause, whether there is data or not
 */
export async function ask<Data>(query: string, variables?: Record<string, unknown>, signal?: AbortSignal) {
  const { data, errors } = await send<Data>({ query, variables }, signal).catch(sayAway);
  if (errors?.length) throw new Error(errors[0]!.message, { cause: errors[0] });
  return data as Data;
}

/** The code of an error of the gateway, also of one that `ask` has thrown. */
export function codeOf(error: unknown): string | undefined {
  const { extensions, cause } = (error ?? {}) as { extensions?: { code?: string }; cause?: unknown };
  return extensions ? extensions.code : cause === undefined ? undefined : codeOf(cause);
}

/** What browsers say themselves, such as "Failed to fetch", names neither what failed nor where. */
function sayAway(error: Error): never {
  const isAway = error instanceof TypeError || error.name === 'TimeoutError';
  throw isAway ? new Error(`The gateway at ${location.host} does not answer.`, { cause: error }) : error;
}

interface Connection {
  client: Client;
  isOpen: boolean;
}

/** Subscriptions of the same caller share a WebSocket. */
const connections = new Map<string, Connection>();

/** Who has a token of another caller, or has forgotten it, hears nothing more as the last one. */
useAccess.subscribe(() => {
  for (const { client } of connections.values()) Promise.resolve(client.dispose()).catch(() => {});
});

export function connection(headers: Record<string, string> | undefined): Connection {
  const params = withCredentials(headers);
  const key = JSON.stringify(params);
  const known = connections.get(key);
  if (known) return known;
  const url = endpoint();
  url.protocol = url.protocol.replace('http', 'ws');
  // A server that has gone away without a word is noticed when it does not answer a ping.
  let silence: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: url.href,
    lazyCloseTimeout: 3_000,
    retryAttempts: 0, // who follows goes on from the last cursor, which the client does not know
    keepAlive: 10_000,
    connectionAckWaitTimeout: 10_000,
    connectionParams: params,
    on: {
      connected() {
        opened.isOpen = true;
      },
      closed() {
        opened.isOpen = false;
        clearTimeout(silence);
        if (connections.get(key) === opened) connections.delete(key);
      },
      ping: (isReceived) => {
        if (!isReceived) silence = setTimeout(() => client.terminate(), 5_000);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(silence);
      },
    },
  });
  const opened = { client, isOpen: false };
  connections.set(key, opened);
  return opened;
}
