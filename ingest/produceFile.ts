import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { type Row, rows } from '../platform/csv.ts';
import { idle, isBlank, type Line, numberedLines, trimmed } from '../platform/lines.ts';
import type { Publisher } from '../platform/publish.ts';
import type { Found } from '../schema/found.ts';
import { type Destination, type Produced, type ProduceOptions, produce } from './produce.ts';

export interface ProduceFileOptions extends ProduceOptions {
  /** When missing, the first line tells. */
  format?: 'csv' | 'ndjson';
}

/** Where messages go that stand in lines of JSON or in a CSV. */
export interface FileDestination extends Destination {
  /** The columns that a CSV must have. */
  columns: string[];
  /** The message that a row stands for. */
  ofRow(row: Row): Found;
}

/**
 * Publishes what a file holds.
 * @param path a file of NDJSON or CSV, or `-` for standard input
 */
export async function produceFile(
  path: string,
  destination: FileDestination,
  options: ProduceFileOptions,
  publisher: Publisher,
  stopped: AbortSignal,
  progress: (produced: Produced) => void,
): Promise<Produced> {
  if (path !== '-' && !(await isReadable(path)))
    throw new Error(`${path} is no file that can be read. Give a file, or - for standard input.`);
  const [input, name] =
    path === '-' ? [process.stdin, 'standard input'] : [createReadStream(path, { highWaterMark: 1 << 20 }), path];
  const found = foundIn(numberedLines(input, stopped), name, destination, options.format);
  return produce(found, destination, options, publisher, stopped, progress);
}

async function isReadable(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return !(await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function* foundIn(
  lines: AsyncGenerator<Line | typeof idle>,
  path: string,
  { columns, ofRow }: FileDestination,
  format: ProduceFileOptions['format'],
): AsyncGenerator<Found | typeof idle> {
  for (;;) {
    const { value: first, done } = await lines.next();
    if (done) return;
    if (first === idle || isBlank(first)) continue;
    const isCsv = format ? format === 'csv' : !first.text.trim().startsWith('{');
    const all = beginningWith(first, lines);
    if (!isCsv) return yield* trimmed(all, path);
    for await (const row of rows(all, path, columns)) yield row === idle ? idle : ofRow(row);
    return;
  }
}

async function* beginningWith(first: Line, others: AsyncIterable<Line | typeof idle>) {
  yield first;
  yield* others;
}
