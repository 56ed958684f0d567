import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MIMEType } from 'node:util';
import type { GraphQLError } from 'graphql';
import { TributaryError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import type { Subgraph } from '../subgraphs/subgraph.ts';
import { maskError } from './errors.ts';

/** Answers a request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What may be sent at once. A backlog that is larger comes in parts. */
const largestBody = 16 << 20;

/** About so many readings have that size. More lines would be shorter than any reading, and each has its price. */
const mostLines = 250_000;

interface Refusal {
  status: number;
  message: string;
  headers?: Record<string, string>;
}

/** What takes plain POST requests of NDJSON, by path, for those who speak no GraphQL. */
export function uploadsOf(subgraphs: Subgraph[], log: Logger): Record<string, Handler> {
  const mask = maskError(log);
  return Object.fromEntries(
    subgraphs
      .flatMap(({ uploads = {} }) => Object.entries(uploads))
      .map(([path, take]) => [
        path,
        async (request: IncomingMessage, response: ServerResponse) => {
          try {
            const lines = refusalOf(request) ?? (await linesOf(request));
            if (Array.isArray(lines)) return answer(response, 200, await take(lines));
            const { status, message, headers } = lines;
            answer(response, status, { errors: [{ message }] }, headers);
          } catch (error) {
            if (!request.complete) return; // who has sent it has gone away
            const { message, extensions } = mask(error) as GraphQLError;
            answer(response, statusOf(error), { errors: [{ message, extensions }] });
          }
        },
      ]),
  );
}

function refusalOf({ method, headers }: IncomingMessage): Refusal | undefined {
  if (method !== 'POST') return { status: 405, message: 'Send it with POST.', headers: { allow: 'POST' } };
  const type = mediaType(headers['content-type']);
  // No page of another site can send this type without asking first.
  if (!/^application\/(x-)?ndjson$/.test(type?.essence ?? ''))
    return { status: 415, message: 'The Content-Type must be application/x-ndjson: one JSON object a line.' };
  if (!/^utf-8$/i.test(type?.params.get('charset') ?? 'utf-8'))
    return { status: 415, message: 'The charset must be utf-8, which JSON has anyway: leave it out.' };
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    return {
      status: 415,
      message: 'The body must come as it is: leave out the Content-Encoding, and do not compress it.',
    };
  return undefined;
}

function mediaType(header = ''): MIMEType | undefined {
  try {
    return new MIMEType(header);
  } catch {
    return undefined;
  }
}

/** The lines of the body, blank ones too, so that each keeps its number; none that is blank at the end. */
async function linesOf(request: IncomingMessage): Promise<string[] | Refusal> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > largestBody)
      return { ...tooLarge(`is larger than ${largestBody} bytes`), headers: { connection: 'close' } };
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (!isUtf8(body)) return { status: 400, message: 'The body is not UTF-8. Nothing of it was taken.' };
  const lines = body
    .toString()
    .trimEnd()
    .split('\n', mostLines + 1);
  return lines.length > mostLines ? tooLarge(`has more than ${mostLines} lines`) : lines;
}

function tooLarge(why: string): Refusal {
  return { status: 413, message: `The body ${why}. Send it in parts.` };
}

function statusOf(error: unknown): number {
  if (!(error instanceof TributaryError)) return 500;
  return error.code === 'BAD_USER_INPUT' ? 400 : 503;
}

function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
