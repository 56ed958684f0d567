import { setTimeout as delay } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { messageOf } from '../../platform/errors.ts';
import { version } from '../../platform/root.ts';

/** One server-sent event. */
export interface ServerSentEvent {
  data: string;
  /** The id that the server gave with this very event. */
  id: string | undefined;
  /** The stream goes on after it when it is asked for what comes after this id; empty when the server gave none yet. */
  lastId: string;
}

export interface StreamOptions {
  url: string;
  /** Name of the events that are taken. */
  eventType: string;
  /** Without a byte for so long, in milliseconds, the connection counts as dead. */
  stallMs: number;
}

/** Where to begin: after the event of an id, or with what came at a time. */
export type Beginning = { after: string } | { since: Date };

/** The server says what trying again cannot help. */
export class StreamRefused extends Error {
  override readonly name = 'StreamRefused';
}

/** What a server says that may be better after a while. */
class StreamUnavailable extends Error {
  constructor(
    message: string,
    readonly retryAfterMs: number,
  ) {
    super(message);
  }
}

/** Wikimedia asks programs to say who they are: https://foundation.wikimedia.org/wiki/Policy:User-Agent_policy. */
const userAgent = `Tributary/${version} (GraphQL over streams; reads recent changes for the person who runs it) node/${process.versions.node}`;
/** Until the server says another, the pause before connecting again. It doubles while that fails. */
const firstPauseMs = 1_000;
/** A server that wants no pause must not be asked in a busy loop. */
const leastPauseMs = 100;
const longestPauseMs = 60_000;
/** Nor is a server that asks for a longer one left alone for good. */
const longestAskedMs = 3_600_000;
/** In characters. An event that is longer would be none that Kafka takes. */
const longestEvent = 16 << 20;

/**
 * The events of a stream, as many together as have come, for as long as it is not stopped: a connection that ends,
 * fails or stalls is made anew after the last event, by Last-Event-ID.
 * @param onReconnect told before each pause, with the reason
 * @throws StreamRefused
 */
export async function* eventStream(
  options: StreamOptions,
  beginning: Beginning,
  stopped: AbortSignal,
  onReconnect: (reason: string, pauseMs: number) => void,
): AsyncGenerator<ServerSentEvent[]> {
  const place: Place = { beginning, pauseMs: firstPauseMs };
  for (let failures = 0; ; failures++) {
    let reason = 'the server ended the stream';
    let leastMs = 0;
    try {
      for await (const events of connection(options, place, stopped)) {
        failures = 0;
        yield events;
      }
    } catch (error) {
      if (stopped.aborted) return;
      if (error instanceof StreamRefused) throw error;
      reason = reasonOf(error);
      if (error instanceof StreamUnavailable) leastMs = error.retryAfterMs;
    }
    if (stopped.aborted) return;
    const grown = Math.min(
      Math.max(place.pauseMs, leastPauseMs) * 2 ** failures,
      Math.max(place.pauseMs, longestPauseMs),
    );
    // By chance up to half as long again, so that a server that comes back is not asked by all at once.
    const pauseMs = Math.min(Math.max(leastMs, grown * (1 + Math.random() / 2)), longestAskedMs);
    onReconnect(reason, pauseMs);
    await delay(pauseMs, undefined, { signal: stopped }).catch(() => {});
    if (stopped.aborted) return;
  }
}

/** Whether the stream can be read now: the reason why not, or undefined when it can. */
export async function whyUnreachable(url: string, withinMs: number): Promise<string | undefined> {
  const cut = new AbortController();
  const timer = setTimeout(() => cut.abort(new Error(`no answer within ${withinMs / 1000} s`)), withinMs);
  try {
    await open(url, { since: new Date() }, cut.signal);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    clearTimeout(timer);
    cut.abort();
  }
}

/** What one connection leaves to the next. */
interface Place {
  beginning: Beginning;
  pauseMs: number;
}

async function* connection(
  { url, eventType, stallMs }: StreamOptions,
  place: Place,
  stopped: AbortSignal,
): AsyncGenerator<ServerSentEvent[]> {
  const cut = new AbortController();
  const signal = AbortSignal.any([stopped, cut.signal]);
  // Only while something is waited for: a reader who is busy lets the server wait.
  const unlessStalled = async <T>(work: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => cut.abort(new Error(`nothing came for ${stallMs / 1000} s`)), stallMs);
    return work.finally(() => clearTimeout(timer));
  };
  let events: ServerSentEvent[] = [];
  let lastId = 'after' in place.beginning ? place.beginning.after : '';
  let broken: Error | undefined;
  // Whole events only: what a broken connection leaves behind is neither an event nor a place to go on from.
  const parser = createParser({
    maxBufferSize: longestEvent,
    onId: (id) => {
      lastId = id;
    },
    onEvent: ({ event = 'message', data, id }) => {
      if (event === eventType) events.push({ data, id: id || undefined, lastId });
    },
    onRetry: (ms) => {
      place.pauseMs = ms;
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') broken = error;
    },
  });
  try {
    const response = await unlessStalled(open(url, place.beginning, signal));
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await unlessStalled(reader.read());
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      if (broken)
        throw new StreamRefused(`${url} sends an event of more than ${longestEvent >> 20} MB; Kafka takes none.`);
      if (lastId !== '') place.beginning = { after: lastId };
      const come = events;
      events = [];
      if (come.length > 0) yield come;
    }
  } finally {
    cut.abort();
  }
}

/** @throws StreamRefused, StreamUnavailable, or what fetch throws when there is no answer */
async function open(url: string, beginning: Beginning, signal: AbortSignal): Promise<Response> {
  const address = new URL(url);
  const headers: Record<string, string> = { accept: 'text/event-stream', 'user-agent': userAgent };
  // Headers are bytes to HTTP and characters to fetch.
  if ('after' in beginning) headers['last-event-id'] = Buffer.from(beginning.after).toString('latin1');
  else address.searchParams.set('since', beginning.since.toISOString());
  const response = await fetch(address, { headers, signal, cache: 'no-store' });
  const { status, statusText } = response;
  const type = response.headers.get('content-type') ?? 'no content type';
  if (status === 200 && type.startsWith('text/event-stream')) return response;
  const said = `${url} answers ${status} ${statusText}`.trimEnd();
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw new StreamUnavailable(said, retryAfterMs(response.headers.get('retry-after')));
  if (status === 200)
    throw new StreamRefused(
      `${url} answers with ${type}, not with server-sent events (text/event-stream). Give the address of a stream with --url or WIKI_STREAM_URL.`,
    );
  const why = (await response.text()).replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  const mend =
    'after' in beginning
      ? 'If it no longer knows the place to go on from, give a later one with --since.'
      : 'Give the address of a stream with --url or WIKI_STREAM_URL.';
  throw new StreamRefused(`${said}${why && `: ${why}`}. Trying again would not help. ${mend}`);
}

/** Seconds, or the date of RFC 9110. */
function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Math.max(ms || 0, 0);
}

/** fetch says "fetch failed" and keeps the reason to itself. */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof TypeError && error.cause ? error.cause : error);
}
