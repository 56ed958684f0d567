import type { GatewayPlugin } from '@graphql-hive/gateway-runtime';
import { isAsyncIterable } from '@graphql-tools/utils';
import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { statusOfIdentity } from '../../subgraphs/identity/overHttp.ts';
import type { Documents } from '../limits/documents.ts';
import { isRefused } from '../limits/plugin.ts';
import { type Carrier, carrierOf, carriers } from './carrier.ts';
import { clientOf, type SubscriptionClient } from './client.ts';
import { resultOf, SubscriptionResult } from './result.ts';
import { lastResult } from './sharing.ts';

const heartbeatMs = 12_000;

/**
 * Answers subscriptions over HTTP, as server-sent events or multipart (docs/PROTOCOL.md, S33 to S38); refuses those
 * whose Accept header cannot carry a stream before they begin.
 */
export function useSubscriptionsOverHttp(documents: Documents): GatewayPlugin {
  const subscriptions = new WeakSet<Request>();
  return {
    onParams({ params, context, request, setResult }) {
      const { response, accept } = clientOf(request, context);
      if (!response || isRefused(context)) return;
      const { query, operationName } = params as { query?: unknown; operationName?: unknown };
      const document = typeof query === 'string' ? documents.look(query).document : undefined;
      if (document?.operation(operationName)?.operation !== OperationTypeNode.SUBSCRIPTION) return;
      subscriptions.add(request);
      if (!carrierOf(accept)) setResult({ errors: [notAcceptable] });
    },
    onResultProcess({ request, result, serverContext, setResultProcessor }) {
      if (!subscriptions.has(request)) return;
      const { accept, onGone, onLapse } = clientOf(request, serverContext);
      const carrier = carrierOf(accept);
      if (!isAsyncIterable(result) || !carrier) {
        const { errors } = result as ExecutionResult;
        setResultProcessor(
          (_, { Response }) =>
            new Response(JSON.stringify({ errors }), {
              status: statusOf(errors),
              headers: { 'content-type': 'application/json; charset=utf-8' },
            }),
          'application/json',
        );
        return;
      }
      const results = (result as AsyncIterable<ExecutionResult | SubscriptionResult>)[Symbol.asyncIterator]();
      setResultProcessor(
        (_, { ReadableStream, Response }) =>
          new Response(new ReadableStream(streamOf(results, carrier, onGone, onLapse)) as BodyInit, {
            headers: {
              'content-type': carrier.contentType,
              'cache-control': 'no-cache',
              'x-accel-buffering': 'no', // nginx would wait for more
            },
          }),
        carrier.contentType,
      );
    },
  };
}

/**
 * The body of a response. Nothing is asked of the results before the connection takes more. It ends when the client is
 * gone, and with the reason when it may not ask any more.
 */
export function streamOf(
  results: AsyncIterator<ExecutionResult | SubscriptionResult>,
  carrier: Carrier,
  onGone: SubscriptionClient['onGone'],
  onLapse: SubscriptionClient['onLapse'],
): UnderlyingDefaultSource<Uint8Array> {
  const encoder = new TextEncoder();
  let heartbeat: NodeJS.Timeout | undefined;
  /** Whether the connection takes more than there is; the stream's own measure of that is not kept up to date. */
  let isAsking = false;
  let isOver = false;
  let callOff = () => {};
  const stop = async () => {
    isOver = true;
    clearInterval(heartbeat);
    callOff();
    await results.return?.();
  };
  return {
    start(controller) {
      controller.enqueue(encoder.encode(carrier.begin));
      heartbeat = setInterval(() => {
        if (isAsking) controller.enqueue(encoder.encode(carrier.heartbeat));
      }, heartbeatMs);
      callOff = onLapse((why) => {
        controller.enqueue(encoder.encode(carrier.failure(lastResult(why).text) + carrier.end));
        controller.close();
        void stop();
      });
      onGone(() => void stop()); // it may be gone already, and then nobody will cancel this
    },
    async pull(controller) {
      isAsking = true;
      const found = await results
        .next()
        .catch((error) => ({ done: false as const, value: lastResult(error) }))
        .catch((error) => {
          clearInterval(heartbeat);
          callOff();
          throw error;
        });
      isAsking = false;
      if (isOver) return;
      if (!found.done) {
        const { text, cursor, hasData } = asResult(found.value);
        return controller.enqueue(encoder.encode(hasData ? carrier.result(text, cursor) : carrier.failure(text)));
      }
      clearInterval(heartbeat);
      callOff();
      controller.enqueue(encoder.encode(carrier.end));
      controller.close();
    },
    cancel: stop,
  };
}

function asResult(result: ExecutionResult | SubscriptionResult): SubscriptionResult {
  return result instanceof SubscriptionResult ? result : resultOf(result);
}

const notAcceptable = new GraphQLError(`A subscription needs ${carriers}.`, {
  extensions: { code: 'NOT_ACCEPTABLE' },
});

const statusOfCode: Record<string, number> = {
  NOT_ACCEPTABLE: 406,
  ...statusOfIdentity,
  STORE_UNAVAILABLE: 503,
  BROKER_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};

function statusOf(errors: ExecutionResult['errors']): number {
  return statusOfCode[String(errors?.[0]?.extensions.code)] ?? 400;
}
