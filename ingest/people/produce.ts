import { constants, createReadStream, openSync } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { idle, lines } from '../../platform/lines.ts';
import type { Publisher } from '../../platform/publish.ts';
import { parseJson } from '../../schema/contract.ts';
import type { Found } from '../../schema/found.ts';
import { keyOf, toPeopleChange } from '../../schema/people/change.ts';
import type { PeopleMessageType } from '../../schema/people/messages.ts';
import { type Destination, type Produced, type ProduceOptions, produce } from '../produce.ts';

const destination: Destination = {
  topic: 'people.events',
  keyOf: (text) => keyOf(toPeopleChange(parseJson(text))),
};

/**
 * Publishes the messages of a path on people.events.
 * @param path a file of NDJSON or of one JSON array, a folder of such files, a named pipe, or `-` for standard input
 */
export function producePeople(
  path: string,
  options: ProduceOptions,
  publisher: Publisher,
  stopped: AbortSignal,
  progress: (produced: Produced) => void,
): Promise<Produced> {
  return produce(read(path, stopped), destination, options, publisher, stopped, progress);
}

async function* read(path: string, stopped: AbortSignal): AsyncGenerator<Found | typeof idle> {
  if (path === '-') return yield* lines(process.stdin, 'standard input', stopped);
  const kind = await stat(path).catch(() => {
    throw new Error(`There is no ${path}. Give a file, a folder, a named pipe, or - for standard input.`);
  });
  if (kind.isFIFO()) yield* pipe(path, stopped);
  else if (kind.isDirectory()) yield* folder(path, stopped);
  else yield* file(path, stopped);
}

async function* folder(path: string, stopped: AbortSignal): AsyncGenerator<Found | typeof idle> {
  const files = (await readdir(path)).filter((name) => /\.(json|ndjson|jsonl)$/.test(name)).sort();
  if (files.length === 0) throw new Error(`${path} holds no .json, .ndjson or .jsonl file.`);
  const arrays = files.filter((name) => name.endsWith('.json'));
  // The same rows may lie there twice, as arrays and as messages; the arrays are what a folder is read for.
  for (const name of arrays.length > 0 ? arrays : files) yield* file(join(path, name), stopped);
}

async function* file(path: string, stopped: AbortSignal): AsyncGenerator<Found | typeof idle> {
  if (await beginsWithBracket(path)) yield* array(path);
  else
    for await (const found of lines(createReadStream(path, { highWaterMark: 1 << 20 }), path, stopped))
      if (found !== idle) yield found;
}

/**
 * A named pipe ends whenever its last writer leaves; opened for reading and writing, it waits for the next one. It is
 * read as a socket, because a read that waits in Node's file threads could not be called off.
 */
async function* pipe(path: string, stopped: AbortSignal): AsyncGenerator<Found | typeof idle> {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  yield* lines(new Socket({ fd, readable: true, writable: false }), path, stopped, true);
}

async function* array(path: string): AsyncGenerator<Found> {
  let rows: unknown;
  try {
    rows = JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error(`${path} begins like a JSON array but is none: ${(error as Error).message}`);
  }
  for (const [at, row] of (rows as unknown[]).entries())
    yield { text: JSON.stringify(enveloped(row)), where: `${path}[${at}]` };
}

/** The row as a message: rows of the earlier system's arrays have no envelope, and tell their type by their columns. */
function enveloped(row: unknown): unknown {
  if (row === null || typeof row !== 'object' || 'type' in row) return row;
  const type = typeOf(row);
  return type ? { type, data: row } : row;
}

function typeOf(row: object): PeopleMessageType | undefined {
  if ('parent_company_id' in row) return 'CompanyAcquisition';
  if ('person_id' in row && 'company_id' in row) return 'PersonEmployment';
  if ('person_id' in row) return 'Person';
  return 'company_id' in row ? 'Company' : undefined;
}

async function beginsWithBracket(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return /^\uFEFF?\s*\[/.test(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await handle.close();
  }
}
