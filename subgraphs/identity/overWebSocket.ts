import type { IncomingMessage } from 'node:http';
import { CloseCode, type Context as Connection } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { TributaryError } from '../../platform/errors.ts';
import type { Identity } from './identity.ts';
import { credentialsOf } from './overHttp.ts';
import type { Session } from './session.ts';

/** What graphql-ws knows of a connection. */
export interface Extra {
  request: IncomingMessage;
  socket: WebSocket;
  /** Once it is acknowledged. */
  session?: Session;
}

/** The code of RFC 6455 with which clients come back by themselves. */
const tryAgainLater = 1013;
/** A frame that closes a connection takes no more. */
const longestReason = 123;

/**
 * Signs a connection in when it begins, by its parameters `authorization` or `x-api-key`, as browsers must, or else by the
 * headers of its request. One that is refused, or whose token expires or key is revoked, is closed with 4403 and the
 * reason; clients may come back with a new token.
 */
export function signingIn(identity: Identity) {
  return async ({ connectionParams = {}, extra }: Connection<Record<string, unknown>, Extra>): Promise<boolean> => {
    const { socket, request } = extra;
    const close = (why: TributaryError) => {
      const code = why.code === 'IDENTITY_UNAVAILABLE' ? tryAgainLater : CloseCode.Forbidden;
      socket.close(code, Buffer.byteLength(why.message) <= longestReason ? why.message : 'Forbidden');
    };
    const { authorization = connectionParams.Authorization, apiKey = connectionParams['x-api-key'] } = connectionParams;
    const said = authorization != null || apiKey != null;
    try {
      extra.session = await identity.signIn(said ? { authorization, apiKey } : credentialsOf(request.headers));
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      close(error);
      return false;
    }
    if (socket.readyState !== socket.OPEN) return false;
    socket.once('close', extra.session.onEnd(close));
    return true;
  };
}
