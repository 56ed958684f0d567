import type { GraphiQLProps } from 'graphiql';
import { type ExecutionResult, GraphQLError, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { createClient, type SubscribePayload } from 'graphql-ws/client';

type Fetcher = GraphiQLProps['fetcher'];

/** A lost connection is tried again once a second, this many times: long enough for a gateway to restart. */
const RETRIES = 30;

/** Sends queries and mutations by HTTP POST to the endpoint, and subscriptions to the same address over graphql-ws. */
export function createFetcher(endpoint: URL): Fetcher {
  return ({ query, variables, operationName }, { headers } = {}) => {
    const operation = chosenOperation(query, operationName);
    const payload = { query, variables, operationName: operation ? operation.name?.value : operationName };
    return operation?.operation === 'subscription'
      ? subscribe(endpoint, payload, headers)
      : post(endpoint, payload, headers);
  };
}

/**
 * The operation that is meant: right after a change of tab, GraphiQL still gives the name of the last tab's. None when
 * the text is not GraphQL; the server says what is wrong with it.
 */
function chosenOperation(query: string, name: string | null | undefined): OperationDefinitionNode | undefined {
  try {
    const operations = parse(query).definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    return operations.length === 1 ? operations[0] : operations.find((operation) => operation.name?.value === name);
  } catch {
    return undefined;
  }
}

async function post(endpoint: URL, payload: SubscribePayload, headers = {}): Promise<ExecutionResult> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...headers,
    },
    body: JSON.stringify(payload),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    const message = `${endpoint.pathname} answered ${response.status}, but not with JSON: ${text.slice(0, 200)}`;
    return { errors: [new GraphQLError(message)] };
  }
}

/** The request headers of the explorer become the connection's parameters: a browser cannot send any with a WebSocket. */
function subscribe(endpoint: URL, payload: SubscribePayload, headers = {}): AsyncIterable<ExecutionResult> {
  const url = new URL(endpoint);
  url.protocol = url.protocol.replace('http', 'ws');
  const client = createClient({
    url: url.href,
    lazy: true,
    connectionParams: headers,
    retryAttempts: RETRIES,
    shouldRetry: isLostConnection,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 1000)),
  });
  const events = client.iterate(payload);
  const next = events.next.bind(events);
  events.next = () => next().catch((reason) => Promise.reject(readable(reason)));
  return events as AsyncIterable<ExecutionResult>;
}

/** Codes from 4000 on are the server's own answer, such as "forbidden", and asking again would not change it. */
function isLostConnection(reason: unknown): boolean {
  return reason instanceof CloseEvent && reason.code < 4000;
}

/** GraphiQL would print a CloseEvent without its code and reason, and an Error with its stack. */
function readable(reason: unknown): unknown {
  if (!(reason instanceof CloseEvent)) return reason;
  return { message: `The connection was closed with ${reason.code}${reason.reason && `: ${reason.reason}`}.` };
}
