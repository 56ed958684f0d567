import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Publisher } from '../../platform/publish.ts';
import { parseJson } from '../../schema/contract.ts';
import { toReading } from '../../schema/occupancy/reading.ts';
import { lines } from '../lines.ts';
import { type Destination, type Produced, type ProduceOptions, produce } from '../produce.ts';

const destination: Destination = {
  topic: 'occupancy.readings',
  keyOf: (text) => toReading(parseJson(text), Date.now()).dpu,
};

/**
 * Publishes readings on occupancy.readings.
 * @param path a file of NDJSON, or `-` for standard input
 */
export async function produceReadings(
  path: string,
  options: ProduceOptions,
  publisher: Publisher,
  stopped: AbortSignal,
  progress: (produced: Produced) => void,
): Promise<Produced> {
  if (path !== '-')
    await access(path).catch(() => {
      throw new Error(`There is no ${path} that can be read. Give a file, or - for standard input.`);
    });
  const [input, name] =
    path === '-' ? [process.stdin, 'standard input'] : [createReadStream(path, { highWaterMark: 1 << 20 }), path];
  return produce(lines(input, name, stopped), destination, options, publisher, stopped, progress);
}
