import microdiff, { type Difference } from 'microdiff';
import { counted } from '../ui/numbers.ts';

/** What differs at one place of two events. Values are JSON; a side that is not there is undefined. */
export interface Change {
  path: string;
  before: string | undefined;
  after: string | undefined;
}

/** What differs between two results, both as JSON. Paths begin at the event, not at the result around it. */
export function changes(before: string, after: string): Change[] {
  return microdiff(JSON.parse(before), JSON.parse(after), { cyclesFix: false }).map((difference) => ({
    path: pathOf(difference),
    before: difference.type === 'CREATE' ? undefined : JSON.stringify(difference.oldValue),
    after: difference.type === 'REMOVE' ? undefined : JSON.stringify(difference.value),
  }));
}

/** Nothing is compared in a row whose text is longer, because many of them are in view at once. */
const longest = 100_000;

/** As many changes as one line can tell whole. */
const few = 3;

/** A line about an event: what has changed since the one before, or the event itself when there is none. */
export function summary(before: string | undefined, after: string, cursor: string | undefined): string {
  if (after.length > longest || (before?.length ?? 0) > longest) return counted(after.length, 'character');
  if (before === undefined) return shortened(JSON.stringify(eventOf(JSON.parse(after))), 200);
  const found = changes(before, after).filter((change) => !isItsPlace(change, cursor));
  if (found.length === 0) return 'nothing changed';
  if (found.length > few)
    return `${counted(found.length, 'change')}: ${shortened(found.map(({ path }) => path).join(', '), 200)}`;
  return found.map(changeLine).join(', ');
}

function changeLine({ path, before, after }: Change): string {
  if (before === undefined) return `${path}: ${shortened(after!, 60)} is new`;
  return `${path}: ${shortened(before, 60)} → ${after === undefined ? 'gone' : shortened(after, 60)}`;
}

/** The cursor and the time of an event differ every time (S1 of docs/PROTOCOL.md). */
function isItsPlace({ path, after }: Change, cursor: string | undefined): boolean {
  return path === 'at' || (cursor !== undefined && after === JSON.stringify(cursor));
}

/** data and the root field are the same in every event of a subscription. */
function pathOf({ path }: Difference): string {
  return (path[0] === 'data' && path.length > 2 ? path.slice(2) : path).join('.');
}

function eventOf(result: { data?: Record<string, unknown> | null; errors?: unknown }): unknown {
  return result.data && !result.errors ? Object.values(result.data)[0] : result;
}

export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** The end of a cursor: its beginning is the same in all of a stream. */
export function shortCursor(cursor: string): string {
  return cursor.length > 10 ? `…${cursor.slice(-8)}` : cursor;
}
