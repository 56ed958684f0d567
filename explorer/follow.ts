import { type ExecutionResult, GraphQLError } from 'graphql';
import { connection, type Operation } from './client.ts';
import { chosenOperation, resumable } from './resume.ts';

/** What is told of a subscription. */
export type Told =
  | { type: 'event'; result: ExecutionResult; cursor: string | undefined }
  /** It begins, after a cursor when it goes on. */
  | { type: 'connected'; after: string | undefined }
  /** It goes on by itself in a while. */
  | { type: 'lost'; reason: string; retryMs: number };

export interface Listener {
  told(told: Told): void;
  /** The last word, unless it was stopped. */
  ended(error?: Error): void;
}

export interface Following {
  /** Ends the subscription, but keeps its place. */
  pause(): void;
  /** Goes on right after the last event, or after the cursor that is given. */
  resume(after?: string): void;
  stop(): void;
}

/** In milliseconds: the first wait for a server that has gone away, doubled each time, and the longest. */
const waits = { first: 500, longest: 10_000 };

/**
 * Follows a subscription through lost connections: every time it goes on right after the last event, so nothing is lost
 * and nothing comes twice.
 * @param after where it begins, whatever the operation says
 */
export function follow(operation: Operation, listener: Listener, after?: string): Following {
  const chosen = chosenOperation(operation.query, operation.operationName);
  const source = chosen && resumable(chosen.document, chosen.operation);
  let cursor = after;
  let leave = () => {};

  function begin(failures = 0): void {
    const { headers, ...payload } = operation;
    const query = source && (cursor === undefined ? source.query : source.after(cursor));
    const { client, isOpen } = connection(headers);
    let isOver = false;
    let wait: ReturnType<typeof setTimeout> | undefined;
    let mayWorkLater = false;
    const told = (it: Told) => {
      if (!isOver) listener.told(it);
    };
    const goOnLater = (reason: string) => {
      const retryMs = Math.min(waits.first * 2 ** failures, waits.longest);
      failures += 1;
      told({ type: 'lost', reason, retryMs });
      end();
      wait = setTimeout(() => begin(failures), retryMs);
    };
    const connected = () => {
      failures = 0;
      told({ type: 'connected', after: cursor });
    };
    const forget = isOpen ? () => {} : client.on('connected', connected);
    const unsubscribe = client.subscribe(
      { ...payload, query: query ?? payload.query },
      {
        next(result) {
          if (isOver) return;
          const at = source?.cursorOf(result.data as Record<string, unknown> | null);
          cursor = at ?? cursor;
          mayWorkLater = isUnavailable(result.errors);
          told({ type: 'event', result: result as ExecutionResult, cursor: at });
        },
        error(error) {
          if (isOver) return;
          if (isLost(error) || isUnavailable(error)) return goOnLater(readable(error).message);
          end();
          listener.ended(readable(error));
        },
        complete() {
          if (isOver) return;
          if (mayWorkLater) return goOnLater('A store does not answer.');
          end();
          listener.ended();
        },
      },
    );
    const end = () => {
      isOver = true;
      forget();
      unsubscribe();
    };
    leave = () => {
      end();
      clearTimeout(wait);
    };
    if (isOpen) connected();
  }

  begin();
  return {
    pause: () => leave(),
    resume(from = cursor) {
      leave();
      cursor = from;
      begin();
    },
    stop: () => leave(),
  };
}

/**
 * Codes from 4000 on are the server's own answer, such as "forbidden", but for 4499: the client has given up a silent
 * server. A socket that could not be opened has an event without a code.
 */
function isLost(reason: unknown): boolean {
  const { code } = reason as { code?: number };
  return code === undefined ? reason instanceof Event : code < 4000 || code === 4499;
}

function isUnavailable(errors: unknown): boolean {
  return Array.isArray(errors) && errors.some((error: GraphQLError) => error.extensions?.code === 'STORE_UNAVAILABLE');
}

/** What graphql-ws fails with, in words. */
function readable(reason: unknown): Error {
  if (Array.isArray(reason)) return new Error(reason.map((error: GraphQLError) => error.message).join('\n'));
  if (reason instanceof CloseEvent)
    return new Error(`The connection was closed with ${reason.code}${reason.reason && `: ${reason.reason}`}.`);
  return reason instanceof Error ? reason : new Error('The connection failed.');
}
