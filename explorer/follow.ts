import type { ExecutionResult, GraphQLError } from 'graphql';
import { codeOf, connection, type Operation } from './client.ts';
import { chosenOperation, type Resumable, resumable } from './resume.ts';

/** What is told of a subscription. */
export type Told =
  | { type: 'event'; result: ExecutionResult; cursor: string | undefined }
  /** It begins, after a cursor when it goes on. */
  | { type: 'connected'; after: string | undefined }
  /** It goes on by itself in a while. */
  | { type: 'lost'; reason: string; retryMs: number };

/** That the connection is lost, and when it is tried again. */
export function lostInWords({ reason, retryMs }: Extract<Told, { type: 'lost' }>): string {
  return `${reason} Trying again in ${retryMs / 1_000} s.`;
}

export interface Listener {
  told(told: Told): void;
  /** The last word, unless it was stopped. */
  ended(error?: Error): void;
}

export interface Following {
  /** Ends the subscription, but keeps its place. */
  stop(): void;
  /** Goes on right after the last event, or after the cursor that is given. */
  resume(after?: string): void;
}

/** In milliseconds: the first wait for a server that has gone away, doubled each time, and the longest. */
const waits = { first: 500, longest: 10_000 };

/**
 * Follows a subscription through lost connections: every time it goes on right after the last event, so nothing is lost
 * and nothing comes twice. Before the first event there is no such place, and it begins again where the operation says.
 * @param after where it begins, whatever the operation says
 */
export function follow(operation: Operation, listener: Listener, after?: string): Following {
  const source = sourceOf(operation);
  let cursor = after;
  let failures = 0;
  let leave = () => {};

  function begin(): void {
    const { headers, ...payload } = operation;
    const query = source && (cursor === undefined ? source.query : source.after(cursor));
    const { client, isOpen } = connection(headers);
    let isOver = false;
    let wait: ReturnType<typeof setTimeout> | undefined;
    let obstacle: string | undefined;
    const end = () => {
      isOver = true;
      for (const forget of forgets) forget();
      unsubscribe();
    };
    leave = () => {
      end();
      clearTimeout(wait);
    };
    const goOnLater = (reason: string) => {
      const retryMs = Math.min(waits.first * 2 ** failures, waits.longest);
      failures += 1;
      end();
      wait = setTimeout(begin, retryMs);
      listener.told({ type: 'lost', reason, retryMs });
    };
    const connected = () => listener.told({ type: 'connected', after: cursor });
    const failed = (error: unknown) => {
      if (isOver) return;
      if (isLost(error) || isUnavailable(error)) return goOnLater(readable(error).message);
      end();
      listener.ended(readable(error));
    };
    const unsubscribe = client.subscribe(
      { ...payload, query: query ?? payload.query },
      {
        next(result) {
          if (isOver) return;
          const at = source?.cursorOf(result.data as Record<string, unknown> | null);
          cursor = at ?? cursor;
          obstacle = at === undefined && isUnavailable(result.errors) ? readable(result.errors).message : undefined;
          if (!obstacle) failures = 0;
          listener.told({ type: 'event', result: result as ExecutionResult, cursor: at });
        },
        error: failed,
        complete() {
          if (isOver) return;
          if (obstacle) return goOnLater(obstacle);
          end();
          listener.ended();
        },
      },
    );
    // After a normal closure the client would send the same operation again by itself, from where it first began.
    const forgets = [client.on('closed', failed)];
    if (isOpen) connected();
    else forgets.push(client.on('connected', connected));
  }

  begin();
  return {
    stop: () => leave(),
    resume(from = cursor) {
      leave();
      cursor = from;
      failures = 0;
      begin();
    },
  };
}

/** None for a text that the server refuses: it says what is wrong. */
function sourceOf({ query, operationName }: Operation): Resumable | undefined {
  try {
    const chosen = chosenOperation(query, operationName);
    return chosen && resumable(chosen.document, chosen.operation);
  } catch {
    return undefined;
  }
}

/** Of the codes from 4000 on, those that say that one side was too slow: the client has given up, or the server. */
const tooSlow = [4408, 4499, 4504];

/**
 * The other codes from 4000 on are the server's own answer, such as "forbidden". A socket that could not be opened has
 * an event without a code.
 */
function isLost(reason: unknown): boolean {
  const { code } = reason as { code?: number };
  return code === undefined ? reason instanceof Event : code < 4000 || tooSlow.includes(code);
}

/** Codes that say to resume from the last cursor, or to try again later. */
const unavailable = ['STORE_UNAVAILABLE', 'BROKER_UNAVAILABLE', 'IDENTITY_UNAVAILABLE', 'RATE_LIMITED'];

function isUnavailable(errors: unknown): boolean {
  return Array.isArray(errors) && errors.some((error: GraphQLError) => unavailable.includes(codeOf(error) ?? ''));
}

/** What graphql-ws fails with, in words. */
function readable(reason: unknown): Error {
  if (Array.isArray(reason)) return new Error(reason.map((error: GraphQLError) => error.message).join('\n'));
  const { code, reason: words } = reason as Partial<CloseEvent>;
  if (code === 4499) return new Error('The server is silent.');
  if (code !== undefined) return new Error(`The connection was closed with ${code}${words && `: ${words}`}.`);
  return reason instanceof Error ? reason : new Error('The connection failed.');
}
