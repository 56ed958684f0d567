import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { comesAsItIs, contentTypeOf, isInUtf8 } from '../contentType.ts';
import { jsonBeyond } from '../limits/json.ts';
import { Problem, refused } from './problem.ts';

/** The largest body in bytes: about what 10,000 readings take. A backlog goes to POST /occupancy/readings. */
export const largestBody = 1 << 20;

/** Far more than in any body that is taken: what is beyond costs a parser many times what other JSON of the size costs. */
const most = { LIMIT_DEPTH: 10, LIMIT_FIELDS: 100 };

/** How long a body may take, in milliseconds. */
const patienceMs = 30_000;

/** The JSON value that a request carries. @throws Problem 400, 408, 413, 415 */
export async function jsonBodyOf(request: IncomingMessage, patience = patienceMs): Promise<unknown> {
  refuseOtherTypes(request.headers);
  if (Number(request.headers['content-length']) > largestBody) throw tooLarge();
  const bytes = await bytesOf(request, patience);
  if (!isUtf8(bytes)) throw refused('The body is not UTF-8.');
  if (bytes.length === 0) throw refused('The body is empty; it must be JSON.');
  if (jsonBeyond(bytes, most))
    throw refused('The body is nested more deeply, or has more names, than any that is taken.');
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw refused(`The body is not JSON: ${(error as Error).message}`);
  }
}

function refuseOtherTypes(headers: IncomingMessage['headers']): void {
  const type = contentTypeOf(headers);
  if (type?.essence !== 'application/json' || !isInUtf8(type))
    throw unsupported('The Content-Type must be application/json, in UTF-8.');
  if (!comesAsItIs(headers)) throw unsupported('The body must come as it is: leave out the Content-Encoding.');
}

function bytesOf(request: IncomingMessage, patience: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuse = (problem: Problem) => {
      clearTimeout(timer);
      request.removeListener('data', take).resume();
      reject(problem);
    };
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length > largestBody) refuse(tooLarge());
      else chunks.push(chunk);
    };
    const late = `The body was not here within ${patience} ms.`;
    const timer = setTimeout(() => refuse(new Problem(408, 'REQUEST_TIMEOUT', late)), patience);
    request.on('data', take).once('close', () => clearTimeout(timer));
    request.once('end', () => resolve(Buffer.concat(chunks))).once('error', reject);
  });
}

function tooLarge(): Problem {
  const advice = 'Send it in parts, or readings as lines to POST /occupancy/readings.';
  return new Problem(413, 'CONTENT_TOO_LARGE', `The body is larger than ${largestBody} bytes. ${advice}`);
}

function unsupported(detail: string): Problem {
  return new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', detail);
}
