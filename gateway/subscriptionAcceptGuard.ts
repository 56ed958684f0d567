import type { GatewayPlugin } from '@graphql-hive/gateway-runtime';
import { GraphQLError } from 'graphql';

const streams = /text\/event-stream|text\/\*|\*\/\*/i;

/**
 * Refuses a subscription over HTTP whose Accept header cannot carry a stream, before it begins; the runtime would
 * only answer 406 when it is already open, and leave it open.
 */
export function useSubscriptionAcceptGuard(): GatewayPlugin {
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const { request, connectionParams, socket } = args.contextValue as {
        request?: Request;
        connectionParams?: unknown;
        socket?: unknown;
      };
      if (!request || connectionParams || socket) return; // a WebSocket
      const accept = request.headers.get('accept');
      if (!accept || streams.test(accept)) return;
      setResultAndStopExecution({
        errors: [
          new GraphQLError('A subscription needs `Accept: text/event-stream`, or a WebSocket (graphql-transport-ws).', {
            extensions: { code: 'NOT_ACCEPTABLE', http: { status: 406 } },
          }),
        ],
      });
    },
  };
}
