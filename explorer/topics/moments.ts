import { timeOfDay } from '../ui/time.ts';

const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const time = new Intl.DateTimeFormat('en', clock);
const dayAndTime = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', ...clock });

/** A moment in the time zone of the viewer, with its day unless that is today. */
export function shownMoment(moment: string, now = Date.now(), isFine = false): string {
  const date = new Date(moment);
  const isToday = date.toDateString() === new Date(now).toDateString();
  if (!isToday) return dayAndTime.format(date);
  return isFine ? timeOfDay(date.getTime()) : time.format(date);
}

/** What an input of type datetime-local holds for a moment: the clock of the viewer. */
export function toLocal(moment: number): string {
  const seconds = Math.floor(moment / 1_000) * 1_000;
  return new Date(seconds - new Date(seconds).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** What makes an input one of a moment. Without `max`, browsers take years of six digits, which no Date is made of. */
export const localInput = { type: 'datetime-local', step: 1, max: '9999-12-31T00:00:00' } as const;

/** The moment that such an input holds, RFC 3339 in UTC; none where it is empty, or later than an input takes. */
export const fromLocal = (local: string) =>
  local === '' || Number.isNaN(Date.parse(local)) ? undefined : new Date(local).toISOString();
