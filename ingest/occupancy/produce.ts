import type { Row } from '../../platform/csv.ts';
import type { Publisher } from '../../platform/publish.ts';
import { parseJson } from '../../schema/contract.ts';
import type { Found } from '../../schema/found.ts';
import { toReading } from '../../schema/occupancy/reading.ts';
import type { Produced } from '../produce.ts';
import { type FileDestination, type ProduceFileOptions, produceFile } from '../produceFile.ts';

const destination: FileDestination = {
  topic: 'occupancy.readings',
  keyOf: (text) => toReading(parseJson(text), Date.now()).dpu,
  columns: ['timestamp', 'direction', 'dpu_id'],
  ofRow: foundReading,
};

/**
 * Publishes readings on occupancy.readings.
 * @param path a file of NDJSON or CSV, or `-` for standard input
 */
export function produceReadings(
  path: string,
  options: ProduceFileOptions,
  publisher: Publisher,
  stopped: AbortSignal,
  progress: (produced: Produced) => void,
): Promise<Produced> {
  return produceFile(path, destination, options, publisher, stopped, progress);
}

/** A row is a message with the same names; what is wrong with it is left for the contract to say. */
function foundReading(row: Row): Found {
  if ('broken' in row) return row;
  const { direction, reading_id, ...values } = row.values;
  const text = JSON.stringify({
    ...values,
    direction: /^-?\d+$/.test(direction!) ? Number(direction) : direction,
    ...(reading_id ? { reading_id } : {}),
  });
  return { text, where: row.where };
}
