import type { ServerResponse } from 'node:http';
import { anybody, type Session } from '../../subgraphs/identity/session.ts';

/** Who asks for a subscription, as far as the transport tells. */
export interface SubscriptionClient {
  /** The response to write, when it asks over HTTP. */
  response: ServerResponse | undefined;
  accept: string | null;
  lastEventId: string | undefined;
  /** Calls back once when an HTTP client has gone away or has been served. A WebSocket ends its subscriptions itself. */
  onGone(then: () => void): void;
  /** Calls back once when who asks may not any more, with why. @returns what calls it off */
  onLapse: Session['onEnd'];
}

/** @param request undefined: a message over WebSocket. @param context what the server knows of it */
export function clientOf(request: Request | undefined, context: unknown): SubscriptionClient {
  const { res: response, session = anybody } = context as { res?: ServerResponse; session?: Session };
  return {
    response,
    accept: request?.headers.get('accept') ?? null,
    lastEventId: request?.headers.get('last-event-id') || undefined,
    onGone(then) {
      if (response?.closed) then();
      else response?.once('close', then);
    },
    onLapse: session.onEnd,
  };
}
