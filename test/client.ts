import { createClient } from 'graphql-ws';

export interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string } & Record<string, unknown> }[];
}

export interface Client {
  /** The whole answer, whatever it is. */
  ask<Data>(query: string, variables?: object, headers?: Record<string, string>): Promise<Answer<Data>>;
  /** The data of an answer without errors. */
  query<Data>(query: string, variables?: object, headers?: Record<string, string>): Promise<Data>;
  /** The events of a subscription over WebSocket. */
  subscribe<Data>(query: string, variables?: Record<string, unknown>): AsyncIterableIterator<Data>;
}

/**
 * A client of the gateway at an address such as http://127.0.0.1:4000.
 * @param credentials what it signs in with: headers, and over WebSocket the parameters of the connection
 */
export function client(url: string, credentials: Record<string, string> = {}): Client {
  const ask = async <Data>(
    query: string,
    variables: object = {},
    headers: Record<string, string> = {},
  ): Promise<Answer<Data>> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...credentials, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer<Data>;
  };
  return {
    ask,
    async query<Data>(query: string, variables?: object, headers?: Record<string, string>): Promise<Data> {
      const { data, errors } = await ask<Data>(query, variables, headers);
      if (errors) throw new Error(JSON.stringify(errors));
      return data!;
    },
    subscribe<Data>(query: string, variables: Record<string, unknown> = {}) {
      const socket = createClient({
        ...{ url: `${url.replace('http', 'ws')}/graphql`, retryAttempts: 0 },
        connectionParams: credentials,
      });
      const events = socket.iterate<Data>({ query, variables });
      return dataOf(events, () => socket.dispose());
    },
  };
}

function dataOf<Data>(
  events: AsyncIterableIterator<{ data?: Data | null; errors?: unknown }>,
  end: () => void | Promise<void>,
): AsyncIterableIterator<Data> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const { done, value } = await events.next();
      if (done) await end();
      else if (value.errors) {
        await end();
        throw new Error(JSON.stringify(value.errors));
      }
      return done ? { done, value: undefined } : { done: false, value: value.data! };
    },
    // A generator that nobody has begun to read would not end here.
    async return() {
      await end();
      return { done: true, value: undefined };
    },
  };
}
