import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import type { Publisher } from '../../platform/publish.ts';
import { parseJson } from '../../schema/contract.ts';
import { toReading } from '../../schema/occupancy/reading.ts';
import { rows } from '../csv.ts';
import { type Found, idle, isBlank, type Line, numberedLines, trimmed } from '../lines.ts';
import { type Destination, type Produced, type ProduceOptions, produce } from '../produce.ts';

const destination: Destination = {
  topic: 'occupancy.readings',
  keyOf: (text) => toReading(parseJson(text), Date.now()).dpu,
};

export interface ProduceReadingsOptions extends ProduceOptions {
  /** When missing, the first line tells. */
  format?: 'csv' | 'ndjson';
}

/**
 * Publishes readings on occupancy.readings.
 * @param path a file of NDJSON or CSV, or `-` for standard input
 */
export async function produceReadings(
  path: string,
  options: ProduceReadingsOptions,
  publisher: Publisher,
  stopped: AbortSignal,
  progress: (produced: Produced) => void,
): Promise<Produced> {
  if (path !== '-' && !(await isReadable(path)))
    throw new Error(`${path} is no file that can be read. Give a file, or - for standard input.`);
  const [input, name] =
    path === '-' ? [process.stdin, 'standard input'] : [createReadStream(path, { highWaterMark: 1 << 20 }), path];
  const found = readings(numberedLines(input, stopped), name, options.format);
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

async function* readings(
  lines: AsyncGenerator<Line | typeof idle>,
  path: string,
  format: ProduceReadingsOptions['format'],
): AsyncGenerator<Found | typeof idle> {
  for (;;) {
    const { value: first, done } = await lines.next();
    if (done) return;
    if (first === idle || isBlank(first)) continue;
    const isCsv = format ? format === 'csv' : !first.text.trim().startsWith('{');
    return yield* (isCsv ? readingsOfRows : trimmed)(beginningWith(first, lines), path);
  }
}

async function* beginningWith(first: Line, others: AsyncIterable<Line | typeof idle>) {
  yield first;
  yield* others;
}

/** A row is a message with the same names; what is wrong with it is left for the contract to say. */
async function* readingsOfRows(
  lines: AsyncIterable<Line | typeof idle>,
  path: string,
): AsyncGenerator<Found | typeof idle> {
  for await (const row of rows(lines, path, ['timestamp', 'direction', 'dpu_id'])) {
    if (row === idle || 'broken' in row) yield row;
    else {
      const { direction, reading_id, ...values } = row.values;
      const text = JSON.stringify({
        ...values,
        direction: /^-?\d+$/.test(direction!) ? Number(direction) : direction,
        ...(reading_id ? { reading_id } : {}),
      });
      yield { text, where: row.where };
    }
  }
}
