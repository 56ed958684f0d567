import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { Caller } from '../platform/caller.ts';
import { messageOf, TributaryError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { requestSeconds, requests } from '../platform/metrics.ts';
import { inServing, traceHeader } from '../platform/trace.ts';
import { Identity } from '../subgraphs/identity/identity.ts';
import { challenge, credentialsOf, identityCodeOf, statusOfIdentity } from '../subgraphs/identity/overHttp.ts';
import type { SentBody, Subgraph } from '../subgraphs/subgraph.ts';
import { comesAsItIs, contentTypeOf, isInUtf8 } from './contentType.ts';
import { maskError } from './errors.ts';

/** Answers a request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

type Format = SentBody['format'];

/** What may be sent at once where a body is taken as a whole. A backlog that is larger comes in parts. */
const largestBody = 16 << 20;

/** About so many readings have that size. More lines would be shorter than any reading, and each has its price. */
const mostLines = 250_000;

/** How long who sends a body may pause, in milliseconds. */
const patienceMs = 120_000;

interface Refusal {
  status: number;
  message: string;
  headers?: Record<string, string>;
}

/** What takes plain POST requests, by path, for those who speak no GraphQL. */
export function uploadsOf(
  subgraphs: Subgraph[],
  log: Logger,
  identity: Identity = Identity.none,
): Record<string, Handler> {
  const ofLines = subgraphs.flatMap(({ uploads = {} }) => Object.entries(uploads));
  const ofBodies = subgraphs.flatMap(({ bodies = {} }) => Object.entries(bodies));
  return Object.fromEntries([
    ...ofLines.map(([path, take]) => [
      path,
      handler(log, identity, path, ['ndjson'], async (pieces, _, caller) => {
        const lines = await linesOf(pieces);
        return Array.isArray(lines) ? take(lines, caller) : { refusal: lines };
      }),
    ]),
    ...ofBodies.map(([path, take]) => [
      path,
      handler(log, identity, path, ['csv', 'ndjson'], (pieces, format, caller) => take({ format, pieces }, caller)),
    ]),
  ]);
}

function handler(
  log: Logger,
  identity: Identity,
  path: string,
  formats: Format[],
  take: (pieces: AsyncIterable<Buffer>, format: Format, caller: Caller) => Promise<object>,
): Handler {
  const mask = maskError(log);
  return async (request, response) => {
    const begun = performance.now();
    response.once('close', () => observe(response, begun));
    const credentials = credentialsOf(request.headers);
    const refuse = ({ status, message, headers }: Refusal) =>
      answer(response, status, { errors: [{ message }] }, headers);
    let callOff = () => {};
    try {
      const { caller, onEnd } = await identity.signIn(credentials);
      const format = formatOf(request, formats);
      if (typeof format !== 'string') return refuse(format);
      let lapse: TributaryError | undefined;
      callOff = onEnd((why) => {
        lapse = why;
      });
      request.setTimeout(patienceMs, () => request.destroy());
      const pieces = piecesOf(request, () => lapse);
      const trace = request.headers[traceHeader];
      const result = await inServing(`POST ${path}`, {}, trace as string | undefined, () =>
        take(pieces, format, caller),
      );
      if ('refusal' in result) return refuse(result.refusal as Refusal);
      answer(response, 200, result);
    } catch (error) {
      // Who has sent it has gone away.
      if (request.socket.destroyed) return log.info({ path, reason: messageOf(error) }, 'a body broke off');
      const { message, extensions } = mask(error) as GraphQLError;
      // The rest of the body is not read.
      const headers: Record<string, string> = request.complete ? {} : { connection: 'close' };
      if (extensions.code === 'UNAUTHENTICATED') Object.assign(headers, challenge(credentials));
      answer(response, statusOf(error), { errors: [{ message, extensions }] }, headers);
    } finally {
      callOff();
      request.setTimeout(0);
    }
  };
}

/** The format of the body, or why it is not taken. */
function formatOf({ method, headers }: IncomingMessage, formats: Format[]): Format | Refusal {
  if (method !== 'POST') return { status: 405, message: 'Send it with POST.', headers: { allow: 'POST' } };
  const type = contentTypeOf(headers);
  // No page of another site can send these types without asking first.
  const format = formats.find((format) => typesOf[format].test(type?.essence ?? ''));
  if (!format)
    return {
      status: 415,
      message: `The Content-Type must be ${formats.map((format) => inWords[format]).join(', or ')}.`,
    };
  if (!isInUtf8(type)) return { status: 415, message: 'The charset must be utf-8: leave it out.' };
  if (!comesAsItIs(headers))
    return {
      status: 415,
      message: 'The body must come as it is: leave out the Content-Encoding, and do not compress it.',
    };
  return format;
}

const typesOf: Record<Format, RegExp> = { csv: /^text\/csv$/, ndjson: /^application\/(x-)?ndjson$/ };
const inWords: Record<Format, string> = {
  csv: 'text/csv: a row a line, after the names of the columns',
  ndjson: 'application/x-ndjson: one JSON object a line',
};

/**
 * The body as it comes. The connection stays for the answer when nobody wants the rest.
 * @param lapse why who sends it may not any more
 */
async function* piecesOf(request: IncomingMessage, lapse: () => TributaryError | undefined): AsyncIterable<Buffer> {
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    const why = lapse();
    if (why) throw why;
    yield piece;
  }
}

/** The lines of the body, blank ones too, so that each keeps its number; none that is blank at the end. */
async function linesOf(pieces: AsyncIterable<Buffer>): Promise<string[] | Refusal> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of pieces) {
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
  return error.code === 'BAD_USER_INPUT' ? 400 : (statusOfIdentity[error.code] ?? 503);
}

function observe({ statusCode, writableFinished }: ServerResponse, begun: number): void {
  const of = { operation: 'upload', transport: 'http' };
  requests.inc({ ...of, code: writableFinished ? codeOfStatus(statusCode) : 'BROKEN_OFF' });
  requestSeconds.observe(of, (performance.now() - begun) / 1_000);
}

function codeOfStatus(status: number): string {
  if (status < 400) return 'OK';
  if (status < 500) return identityCodeOf(status) ?? 'BAD_USER_INPUT';
  return status === 503 ? 'BROKER_UNAVAILABLE' : 'INTERNAL_SERVER_ERROR';
}

function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
