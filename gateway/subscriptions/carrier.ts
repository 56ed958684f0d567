/** How a stream of results is written into the body of an HTTP response. */
export interface Carrier {
  /** What it is called where it is measured. */
  name: string;
  contentType: string;
  /** Written at once, so that everybody on the way knows that it has begun. */
  begin: string;
  result(text: string, cursor: string | undefined): string;
  /** A last result that holds errors alone. */
  failure(text: string): string;
  /** Written when nothing comes. */
  heartbeat: string;
  end: string;
}

/** The distinct connections mode of graphql-sse. The cursor is the event's id, which a browser sends when it comes back. */
const serverSentEvents: Carrier = {
  name: 'sse',
  contentType: 'text/event-stream',
  begin: ':\n\n',
  result: (text, cursor) => `${cursor === undefined ? '' : `id: ${cursor}\n`}event: next\ndata: ${text}\n\n`,
  failure: (text) => `event: next\ndata: ${text}\n\n`,
  heartbeat: ':\n\n',
  end: 'event: complete\ndata:\n\n',
};

const boundary = '\r\n--graphql';
const part = (json: string) => `\r\ncontent-type: application/json\r\n\r\n${json}${boundary}`;

/** Apollo's multipart subscriptions. The boundary comes after each part at once, because it is what ends the part. */
const multipart: Carrier = {
  name: 'multipart',
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
  begin: boundary,
  result: (text) => part(`{"payload":${text}}`),
  failure: (text) => part(`{"payload":null,${text.slice(1)}`),
  heartbeat: part('{}'),
  end: '--\r\n',
};

/** The first carrier that an Accept header names; undefined: none. */
export function carrierOf(accept: string | null): Carrier | undefined {
  if (!accept) return serverSentEvents;
  for (const range of accept.toLowerCase().split(',')) {
    const [type = ''] = range.split(';').map((text) => text.trim());
    if (type === 'multipart/mixed' && /;\s*subscriptionspec="?1\.0"?/.test(range)) return multipart;
    if (['text/event-stream', 'text/*', '*/*'].includes(type)) return serverSentEvents;
  }
  return undefined;
}

/** What a carrier could be asked for, in words. */
export const carriers =
  '`Accept: text/event-stream`, `Accept: multipart/mixed;subscriptionSpec="1.0"`, or a WebSocket (graphql-transport-ws)';
