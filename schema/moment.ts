import { ContractError, quote } from './contract.ts';

/** A moment as JSON Schema can check it; `parseMoment` checks the calendar. */
export const momentPattern = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$';

/** What `momentPattern` asks for, in words. */
export const momentInWords = 'a moment such as 2026-01-31T12:00:00Z';

const earliest = Date.UTC(1970, 0, 1);
/** No moment is as late as this. */
export const endOfTime = Date.UTC(2100, 0, 1);

/**
 * Milliseconds since 1970 of a text in the form of `momentPattern`; parts of a millisecond are cut off.
 * @throws ContractError when the calendar has no such moment, or it is not between 1970 and 2099
 */
export function parseMoment(property: string, text: string): number {
  const day = text.slice(0, 10);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const time = Date.parse(text);
  // JavaScript rolls 30 February over to March instead of refusing it.
  if (Number.isNaN(time) || !new Date(midnight).toISOString().startsWith(day))
    throw new ContractError(`${property} ${quote(text)} is not a moment of the calendar`);
  if (time >= earliest && time < endOfTime) return time;
  throw new ContractError(`${property} ${quote(text)} is not between 1970 and 2099`);
}
