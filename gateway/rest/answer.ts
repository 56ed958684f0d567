import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../platform/log.ts';
import { matchesTag } from '../cacheHeaders.ts';
import { Problem } from './problem.ts';

/** What a request is answered with. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body?: string;
}

export const json = 'application/json';

/** @param body what becomes JSON */
export function answerOf(status: number, body: object, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': json, ...headers }, body: `${JSON.stringify(body)}\n` };
}

/** What was thrown, as its client may see it. */
export function answerOfProblem(thrown: unknown, log: Logger): Answer {
  let problem = thrown as Problem;
  if (!(thrown instanceof Problem)) {
    log.error({ err: thrown }, 'an unexpected error was withheld from a client of REST');
    problem = new Problem(
      500,
      'INTERNAL_SERVER_ERROR',
      'Something went wrong on our side; the server log has the details.',
    );
  }
  const headers = { ...problem.headers, 'content-type': 'application/problem+json' };
  return answerOf(problem.status, problem.document, headers);
}

/** Sends an answer, or that it is what the client has already. */
export function send({ status, headers, body }: Answer, request: IncomingMessage, response: ServerResponse): void {
  const told: Record<string, string> = { 'cache-control': 'no-store', ...headers };
  if (status === 200 && (request.method === 'GET' || request.method === 'HEAD')) {
    told.etag = `"${createHash('sha256').update(body!).digest('base64url')}"`;
    if (matchesTag(request.headers['if-none-match'], told.etag)) {
      delete told['content-type'];
      response.writeHead(304, told).end();
      return;
    }
  }
  if (body !== undefined) told['content-length'] = String(Buffer.byteLength(body));
  response.writeHead(status, told).end(body);
}
