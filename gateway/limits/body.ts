import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { Settings } from '../../platform/config.ts';
import { requests } from '../../platform/metrics.ts';
import { comesAsItIs, contentTypeOf, isInUtf8 } from '../contentType.ts';
import { jsonBeyond } from './json.ts';
import { badRequest, beyond, type HttpAnswer } from './limits.ts';

export type BodyLimits = Pick<Settings, 'LIMIT_BODY_BYTES' | 'LIMIT_BODY_MS' | 'LIMIT_DEPTH' | 'LIMIT_FIELDS'>;

/** After a refusal the rest of a body is read and dropped for so long, or the client would not see the answer. */
const dropMs = 5_000;

/**
 * Reads the body of a request of GraphQL, as far as it may go. There is one way to send an operation, so that whoever
 * looks at requests on their way sees what is run.
 * @returns the value that the JSON is; undefined: it was refused, and is answered
 */
export async function bodyOf(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Promise<Record<string, unknown> | undefined> {
  const refuse = (error: GraphQLError) => {
    refuseRequest(response, error);
    request.resume();
    if (!request.complete) setTimeout(() => request.complete || request.destroy(), dropMs).unref();
  };
  const wrong = wrongHeaders(request);
  if (wrong) return void refuse(wrong);
  const body = await received(request, limits);
  if (!Buffer.isBuffer(body)) return void (body && refuse(body));
  if (!isUtf8(body)) return void refuse(badRequest('The body is not UTF-8.'));
  const costly = jsonBeyond(body, limits);
  if (costly) return void refuse(costly);
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    return void refuse(badRequest(`The body is no JSON: ${(error as Error).message}`));
  }
  if (Array.isArray(value))
    return void refuse(badRequest('Send one operation a request: several in one body are not taken.'));
  if (typeof value !== 'object' || value === null)
    return void refuse(badRequest('The body must be a JSON object with a `query`.'));
  if (Object.keys(value).length === 0) return void refuse(badRequest('The body has no `query`.'));
  return value as Record<string, unknown>;
}

/** Answers a request that never becomes an operation. */
export function refuseRequest(response: ServerResponse, error: GraphQLError): void {
  const { code, http } = error.extensions;
  const { status, headers } = http as HttpAnswer;
  requests.inc({ operation: 'none', transport: 'http', code: String(code) });
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers })
    .end(JSON.stringify({ errors: [error] }));
}

function wrongHeaders({ headers }: IncomingMessage): GraphQLError | undefined {
  const type = contentTypeOf(headers);
  if (type?.essence !== 'application/json') return badRequest('The Content-Type must be application/json.', 415);
  if (!isInUtf8(type)) return badRequest('The charset must be utf-8: leave it out.', 415);
  if (!comesAsItIs(headers)) return badRequest('Leave out the Content-Encoding, and do not compress the body.', 415);
  return undefined;
}

/** The bytes of a body, or why they are not taken; undefined: who has sent it has gone away. */
async function received(
  request: IncomingMessage,
  { LIMIT_BODY_BYTES: most, LIMIT_BODY_MS: patienceMs }: BodyLimits,
): Promise<Buffer | GraphQLError | undefined> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > most) return beyond('bytes', length, most);
  const { promise, resolve } = Promise.withResolvers<Buffer | GraphQLError | undefined>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const take = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most) resolve(beyond('bytes', undefined, most));
    else chunks.push(chunk);
  };
  const timer = setTimeout(
    () => resolve(badRequest(`The body has not come within ${patienceMs} ms.`, 408, { connection: 'close' })),
    patienceMs,
  );
  request
    .on('data', take)
    .once('end', () => resolve(Buffer.concat(chunks)))
    .once('error', () => resolve(undefined))
    .once('close', () => resolve(undefined));
  const body = await promise;
  clearTimeout(timer);
  request.off('data', take);
  return body;
}
