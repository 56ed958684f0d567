import type { GatewayPlugin } from '@graphql-hive/gateway-runtime';
import { isAsyncIterable } from '@graphql-tools/utils';
import { type DocumentNode, type ExecutionResult, getOperationAST } from 'graphql';
import type { Logger } from '../platform/log.ts';
import { requestSeconds, requests } from '../platform/metrics.ts';
import { inRequest, requestId, requestIdHeader } from '../platform/request.ts';
import { describeOperation, inServing, traceHeader } from '../platform/trace.ts';
import { identityCodeOf } from '../subgraphs/identity/overHttp.ts';
import { isKnownCode } from './errors.ts';
import { carrierOf } from './subscriptions/carrier.ts';
import { clientOf } from './subscriptions/client.ts';

/** What is known of an operation while it is answered. */
interface Observed {
  begun: number;
  transport: 'http' | 'websocket';
  operation: string;
}

/**
 * Counts, times, traces and logs operations, whatever transport they come by. It must be the last of the plugins: it
 * sees what the others make of a request.
 */
export function useObservation(log: Logger): GatewayPlugin {
  const observed = new WeakMap<object, Observed>();
  const seen = new WeakSet<Request>();
  return {
    onParams({ request, context, paramsHandler, setParamsHandler }) {
      const isHttp = clientOf(request, context).response !== undefined;
      const headers = headersOf(context);
      if (isHttp) seen.add(request);
      const about: Observed = { begun: performance.now(), transport: isHttp ? 'http' : 'websocket', operation: 'none' };
      observed.set(context, about);
      setParamsHandler((payload) => {
        const answer = () =>
          inServing('graphql', {}, headers[traceHeader] as string | undefined, () => paramsHandler(payload));
        // Of a socket only the request is known that opened it, and every operation is a request of its own.
        return requestId() === undefined ? inRequest(headers[requestIdHeader], answer) : answer();
      });
    },
    onExecute: ({ args }) => begins(args as Begun),
    onSubscribe: ({ args }) => begins(args as Begun),
    onExecutionResult({ request, context, result }) {
      const about = observed.get(context as object);
      if (!about) return;
      const isStream = isAsyncIterable(result);
      const operation = isStream ? 'subscription' : about.operation;
      const carrier = isStream && request ? carrierOf(request.headers.get('accept')) : undefined;
      const transport = carrier?.name ?? about.transport;
      const code = isStream ? 'OK' : codeOf(result as ExecutionResult | undefined);
      const seconds = (performance.now() - about.begun) / 1_000;
      requests.inc({ operation, transport, code });
      requestSeconds.observe({ operation, transport }, seconds);
      log.debug({ operation, transport, code, seconds }, 'answered');
    },
    onResponse({ request, response }) {
      // What could not be read as a request of GraphQL has come no further.
      if (seen.has(request) || response.status < 400) return;
      requests.inc({ operation: 'none', transport: 'http', code: identityCodeOf(response.status) ?? 'BAD_REQUEST' });
    },
  };

  function begins({ document, operationName, contextValue }: Begun): void {
    const operation = getOperationAST(document, operationName);
    if (!operation) return;
    const about = observed.get(contextValue);
    if (about) about.operation = operation.operation;
    describeOperation(operation.operation, operation.name?.value);
  }
}

interface Begun {
  document: DocumentNode;
  operationName?: string | null;
  contextValue: object;
}

/** Of the HTTP request, which for a socket is the one that opened it. */
function headersOf(context: unknown): Record<string, unknown> {
  return (context as { req?: { headers: Record<string, unknown> } }).req?.headers ?? {};
}

function codeOf(result: ExecutionResult | undefined): string {
  const [error] = result?.errors ?? [];
  if (!error) return 'OK';
  const code = String(error.extensions?.code);
  return isKnownCode(code) ? code : 'OTHER';
}
