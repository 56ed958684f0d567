import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import { TributaryError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import type { Subgraph } from '../subgraphs/subgraph.ts';
import { maskError } from './errors.ts';

/** Answers a request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What may be sent at once. A backlog that is larger comes in parts. */
const largestBody = 16 << 20;

/** What takes plain POST requests of NDJSON, by path, for those who speak no GraphQL. */
export function uploadsOf(subgraphs: Subgraph[], log: Logger): Record<string, Handler> {
  const mask = maskError(log);
  return Object.fromEntries(
    subgraphs
      .flatMap(({ uploads = {} }) => Object.entries(uploads))
      .map(([path, take]) => [
        path,
        async (request: IncomingMessage, response: ServerResponse) => {
          const refusal = refusalOf(request);
          if (refusal) return answer(response, refusal.status, { errors: [{ message: refusal.message }] });
          try {
            const body = await textOf(request);
            if (body !== undefined) return answer(response, 200, await take(body));
            const message = `The body is larger than ${largestBody} bytes. Send it in parts.`;
            answer(response.setHeader('connection', 'close'), 413, { errors: [{ message }] });
          } catch (error) {
            if (!request.complete) return; // who has sent it has gone away
            const { message, extensions } = mask(error) as GraphQLError;
            answer(response, statusOf(error), { errors: [{ message, extensions }] });
          }
        },
      ]),
  );
}

function refusalOf({ method, headers }: IncomingMessage): { status: number; message: string } | undefined {
  if (method !== 'POST') return { status: 405, message: 'Send it with POST.' };
  // No page of another site can send this type without asking first.
  if (/^application\/(x-)?ndjson\b/.test(headers['content-type'] ?? '')) return undefined;
  return { status: 415, message: 'The Content-Type must be application/x-ndjson: one JSON object a line.' };
}

/** The body; undefined when it is too large. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function statusOf(error: unknown): number {
  if (!(error instanceof TributaryError)) return 500;
  return error.code === 'BAD_USER_INPUT' ? 400 : 503;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
