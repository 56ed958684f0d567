import type { GraphQLError } from 'graphql';
import { badRequest } from './limits.ts';

/** What a client sends. */
export interface Params {
  query?: string | null;
  /** Of a document whose text is known. */
  documentId?: string | null;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
  extensions?: Record<string, unknown> | null;
}

const strings = ['query', 'documentId', 'operationName'];
const objects = ['variables', 'extensions'];
const known = new Set([...strings, ...objects]);

/** What a client has sent, or what is wrong with it. The runtime would say so too, and close a WebSocket over it. */
export function paramsOf(sent: unknown, request: Request | undefined): Params | GraphQLError {
  if (!isObject(sent)) return badRequest('The request must be a JSON object with a `query`.');
  const stranger = Object.keys(sent).find((name) => !known.has(name) && sent[name] != null);
  if (stranger !== undefined)
    return badRequest(`A request has no ${JSON.stringify(stranger.slice(0, 50))}, only ${[...known].join(', ')}.`);
  for (const name of strings)
    if (sent[name] != null && typeof sent[name] !== 'string') return badRequest(`The ${name} must be a string.`);
  for (const name of objects)
    if (sent[name] != null && !isObject(sent[name])) return badRequest(`The ${name} must be a JSON object.`);
  // In a URL the runtime knows no `documentId`.
  if (request?.method !== 'GET' || sent.query !== undefined) return sent;
  return { ...sent, documentId: new URL(request.url).searchParams.get('documentId') };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
