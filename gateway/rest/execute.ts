import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayRuntime } from '@graphql-hive/gateway-runtime';
import type { ExecutionResult } from 'graphql';
import type { Variables } from './input.ts';

/** What the gateway has answered. */
export interface Executed {
  status: number;
  headers: Record<string, string>;
  result: ExecutionResult;
}

/** A request and what it is answered with, while its client is there. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Given when the client goes away. */
  signal: AbortSignal;
}

/** Runs an operation on behalf of a request. */
export type Execute = (operation: { query: string; variables: Variables }, exchange: Exchange) => Promise<Executed>;

/** What of a request counts for its operation: who asks, since when, and to which trace it belongs. */
const passedOn = ['authorization', 'x-api-key', 'read-after', 'traceparent', 'tracestate', 'x-request-id'];

/** What of the gateway's answer counts for the client of REST. */
const passedBack = ['cache-control', 'retry-after', 'www-authenticate', 'x-request-id'];

/** Through the gateway's own handler, so that whatever holds for a request of GraphQL holds for one of REST. */
export function executeThrough(gateway: GatewayRuntime): Execute {
  return async (operation, { request, response: res, signal }) => {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    };
    for (const name of passedOn) if (request.headers[name] !== undefined) headers[name] = String(request.headers[name]);
    const init = { method: 'POST', headers, body: JSON.stringify(operation), signal };
    const response = await gateway.fetch('http://rest.gateway/graphql', init, { req: request, res });
    const told = passedBack.map((name) => [name, response.headers.get(name)]).filter(([, value]) => value !== null);
    return { status: response.status, headers: Object.fromEntries(told), result: await response.json() };
  };
}
