import type { GatewayPlugin } from '@graphql-hive/gateway-runtime';
import { TributaryError } from '../platform/errors.ts';
import type { Identity } from '../subgraphs/identity/identity.ts';
import { refusal } from '../subgraphs/identity/overHttp.ts';
import { anybody, type Session } from '../subgraphs/identity/session.ts';

/**
 * Signs requests over HTTP in before anything is made of them, introspection included: whoever is not known gets 401.
 * A connection over WebSocket has signed in when it begins.
 */
export function useIdentity(identity: Identity): GatewayPlugin {
  return {
    onRequest({ request: { headers }, serverContext, fetchAPI: { Response }, endResponse }) {
      const enter = (session: Session) => void Object.assign(serverContext, { session, caller: session.caller });
      if (!identity.isConfigured) return enter(anybody);
      const [authorization, apiKey] = ['authorization', 'x-api-key'].map((name) => headers.get(name) ?? undefined);
      const credentials = { authorization, apiKey };
      return signedIn(identity, credentials).then(enter, (error) => {
        if (!(error instanceof TributaryError)) throw error;
        const { body, ...init } = refusal(error, credentials);
        endResponse(new Response(body, init));
      });
    },
  };
}

/** Whatever fails, fails later. */
async function signedIn(identity: Identity, credentials: Parameters<Identity['signIn']>[0]): Promise<Session> {
  return identity.signIn(credentials);
}
