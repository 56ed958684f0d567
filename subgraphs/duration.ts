import { TributaryError } from '../platform/errors.ts';

const form = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d{1,3})?)S)?)?$/;
const unitsMs = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];

/**
 * The length of an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as PT1M or P1DT12H.
 * @returns milliseconds, at least 1
 * @throws TributaryError BAD_USER_INPUT, also for months and years, which have no fixed length
 */
export function durationMs(argument: string, text: string): number {
  const parts = form.exec(text)?.slice(1) ?? [];
  const length = parts.reduce((sum, part, at) => sum + Number(part?.replace(',', '.') ?? 0) * unitsMs[at]!, 0);
  const whole = Math.round(length);
  if (whole >= 1 && Number.isSafeInteger(whole)) return whole;
  throw new TributaryError(
    'BAD_USER_INPUT',
    `${argument} must be an ISO 8601 duration of weeks, days, hours, minutes or seconds, such as PT1M or P1D, not "${text.slice(0, 80)}".`,
  );
}
