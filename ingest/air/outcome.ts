import type { Secret } from '../../platform/secret.ts';
import type { Adapter, Parsed, Point } from '../../schema/air/adapter.ts';
import type { FeedQuery, LastPoint } from '../../schema/air/feed.ts';
import type { FeedOutcome } from '../../schema/air/messages.ts';
import { stationId } from '../../schema/air/station.ts';
import type { Fetched } from './fetching.ts';

/** How a fetch ended: with a point, or with why there is none. */
export type Outcome =
  | { outcome: Extract<FeedOutcome, 'STORED' | 'UNCHANGED'>; point: Point; message: null }
  | { outcome: Exclude<FeedOutcome, 'STORED' | 'UNCHANGED'>; point: null; message: string };

/** Who was asked for what, and with which secret. */
export interface Asked {
  adapter: Adapter;
  query: FeedQuery;
  secret: Secret;
}

/** Clocks of stations are seldom right. One that is a day ahead is wrong, and its point would stay the latest. */
const greatestLeadMs = 86_400_000;

/**
 * What a fetch has given.
 * @param at when it ended, in milliseconds since 1970
 * @param last the last point of the feed, if there is one
 */
export function outcomeOf(
  { outcome, status, body, message }: Fetched,
  asked: Asked,
  at: number,
  last: LastPoint | null,
): Outcome {
  if (outcome === 'ANSWERED') return outcomeOfBody(body, asked, at, last);
  const why = message ?? 'no reason is known';
  if (outcome !== 'HTTP_ERROR' || status === null) return { outcome, point: null, message: why };
  // With an error of HTTP, APIs often say in their own words what is wrong.
  const said = parse(body, asked);
  return { outcome, point: null, message: said.outcome === 'REFUSED' ? `${why}: ${said.message}` : why };
}

/** What a whole answer of status 2xx has given, now or when it is parsed again. */
export function outcomeOfBody(body: Buffer, asked: Asked, at: number, last: LastPoint | null): Outcome {
  const parsed = parse(body, asked);
  if (parsed.outcome !== 'POINT') return { ...parsed, point: null };
  const { point } = parsed;
  if (point.time > at + greatestLeadMs) {
    const message = `the time of the point, ${new Date(point.time).toISOString()}, is more than a day after it was fetched`;
    return { outcome: 'CORRUPT', point: null, message };
  }
  const isLast = last !== null && point.time === last.time && stationId(point) === last.station;
  return { outcome: isLast ? 'UNCHANGED' : 'STORED', point, message: null };
}

/** Of what an API says. It goes into a message, and a list of runs shows it. */
const longestMessage = 1_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parse(body: Buffer, { adapter, query, secret }: Asked): Parsed {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return { outcome: 'CORRUPT', message: `the answer is not text in UTF-8 (${body.length} bytes)` };
  }
  const parsed = adapter.parse(text, query);
  if (parsed.outcome === 'POINT') return parsed;
  // A message may quote the answer, and cut the quotation off. So the secret must be gone before it is made.
  const said = withoutEscapes(text);
  const hidden = secret.hideIn(said);
  const told = hidden === said ? parsed : adapter.parse(hidden, query);
  const message =
    told.outcome === parsed.outcome ? secret.hideIn(told.message) : 'the answer is none, and repeats the secret';
  return { ...parsed, message: message.slice(0, longestMessage) };
}

/** JSON may spell each character of a secret in several ways; after this it has one. */
function withoutEscapes(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text; // it is none, or too deep
  }
}
