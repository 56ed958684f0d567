import { ContractError, contract, parseJson } from '../contract.ts';
import { momentInWords, parseMoment } from '../moment.ts';
import { type ReadingMessage, readingMessage } from './messages.ts';

/** A message of occupancy.readings in its normal form. */
export interface Reading {
  dpu: string;
  /** When somebody passed, in milliseconds since 1970. */
  time: number;
  direction: 1 | -1;
  /** As the sensor gave it; null: the reading is known by its place in Kafka, never by its content. */
  id: string | null;
}

/** Clocks of sensors are seldom right. One that is a day ahead is wrong, and would change counts of the future. */
const greatestLeadMs = 86_400_000;

const check = contract<ReadingMessage>(readingMessage, momentInWords);

/**
 * @param at when Kafka took the message, in milliseconds since 1970
 * @throws ContractError when the text is not a reading.
 */
export function parseReading(value: string | null, at: number): Reading {
  if (value === null) throw new ContractError('the message has no value; occupancy.readings takes no deletions');
  return toReading(parseJson(value), at);
}

/** @throws ContractError when the object is not a reading. */
export function toReading(message: unknown, at: number): Reading {
  const { dpu_id, timestamp, direction, reading_id } = check(message);
  const time = parseMoment('timestamp', timestamp);
  if (time > at + greatestLeadMs)
    throw new ContractError(
      `timestamp "${timestamp}" is more than a day after it came, which was at ${new Date(at).toISOString()}`,
    );
  return { dpu: idOf(dpu_id), time, direction, id: reading_id == null ? null : idOf(reading_id) };
}

/** An id as texts compare; half of a surrogate pair is no character: stores take none, and UTF-8 has none. */
export function idOf(id: string | number): string {
  return String(id).toWellFormed();
}
