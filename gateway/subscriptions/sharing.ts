import type { GatewayPlugin } from '@graphql-hive/gateway-runtime';
import { isAsyncIterable } from '@graphql-tools/utils';
import { type ExecutionResult, GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { TributaryError } from '../../platform/errors.ts';
import { sharedRuns, subscribers } from '../../platform/metrics.ts';
import { detached } from '../../platform/trace.ts';
import type { Context } from '../../subgraphs/context.ts';
import type { Documents } from '../limits/documents.ts';
import { isRefused } from '../limits/plugin.ts';
import { rightsOf } from '../rights.ts';
import { clientOf } from './client.ts';
import { resultOf, type SubscriptionResult } from './result.ts';
import { type Resumable, resumable } from './resumable.ts';
import { Shared, type Start, Subscriber } from './shared.ts';

/** What a client sends, before anybody has looked at it. */
interface Params {
  query?: unknown;
  operationName?: string;
  variables?: Record<string, unknown> | null;
}

/** The answer to a subscription that does not open. */
class Refused extends Error {
  constructor(readonly result: ExecutionResult) {
    super('the subscription was refused');
  }
}

/** Operations are known by their text; so many are remembered, and none that is longer. */
const mostTexts = 1_000;
const longestText = 10_000;

/**
 * Runs subscriptions that ask the same once for all (docs/PROTOCOL.md, S39 to S44). It takes the place of everything
 * from parsing to the finished result, so a subscriber's share of an event is to be sent it.
 * A run has the rights of its callers in its context, and nothing else of who asked.
 */
export function useSharedSubscriptions(documents: Documents): GatewayPlugin {
  const known = new Map<string, Resumable | undefined>();
  const running = new Map<string, { field: string; shared: Shared<SubscriptionResult> }>();
  const unwatch = [
    subscribers.watch(() => [...running.values()].map(({ field, shared }) => [{ field }, shared.subscribers])),
    sharedRuns.watch(() => [...running.values()].map(({ field, shared }) => [{ field }, shared.runs])),
  ];
  let schema: GraphQLSchema;

  const resumableOf = ({ query, operationName }: Params): Resumable | undefined => {
    if (typeof query !== 'string' || !query.includes('subscription')) return undefined;
    if (query.length > longestText) return resumableText(query, operationName);
    const key = `${operationName ?? ''} ${query}`;
    if (!known.has(key)) {
      if (known.size >= mostTexts) known.delete(known.keys().next().value!);
      known.set(key, resumableText(query, operationName));
    }
    return known.get(key);
  };

  const resumableText = (query: string, operationName: string | undefined): Resumable | undefined => {
    // What is not valid is left to the gateway, which says why.
    const { document, errors } = documents.look(query);
    const operation = document?.operation(operationName);
    return operation?.operation === OperationTypeNode.SUBSCRIPTION && errors.length === 0
      ? resumable(document!.node, operationName, schema)
      : undefined;
  };

  return {
    onDispose() {
      for (const end of unwatch) end();
    },
    onSchemaChange(change) {
      schema = change.schema;
      known.clear();
    },
    onParams({ params, request, context, paramsHandler, setParamsHandler }) {
      if (isRefused(context)) return;
      const { operationName } = params as Params;
      const variables = (params as Params).variables ?? {};
      const operation = resumableOf(params as Params);
      const client = clientOf(request, context);
      const asked = operation?.split(variables, client.lastEventId);
      if (!operation || !asked) return;
      const caller = rightsOf((context as unknown as Context).caller);
      const run = async (start: Start) => {
        const result = await detached(() =>
          paramsHandler({
            params: { query: operation.query, operationName, variables: operation.join(start, asked.others) } as never,
            request: undefined as never, // who asked may leave before the others
            context: { caller } as never,
          }),
        );
        if (!isAsyncIterable(result)) throw new Refused(result as ExecutionResult);
        return finished(result as AsyncIterable<ExecutionResult>, operation);
      };
      const key = JSON.stringify([caller, operationName, operation.query, asked.others]);
      setParamsHandler(async () => {
        let shared = running.get(key)?.shared;
        if (!shared) {
          shared = new Shared({ open: run, soon: setImmediate, onEmpty: () => running.delete(key) });
          running.set(key, { field: operation.field, shared });
        }
        const subscriber = shared.subscribe(asked.start, !operation.beginsWithState);
        client.onGone(() => subscriber.leave());
        try {
          await subscriber.opened;
          return subscriber as never;
        } catch (error) {
          subscriber.leave();
          if (error instanceof Refused) return error.result as never;
          throw error;
        }
      });
    },
  };
}

/** Whether what the gateway has answered with is a share of a subscription. */
export function isShare(result: unknown): result is Subscriber<SubscriptionResult> {
  return result instanceof Subscriber;
}

/** What ended a share, as its last result. */
export function lastResult(error: unknown): SubscriptionResult {
  if (error instanceof Refused) return resultOf(error.result);
  if (!(error instanceof TributaryError)) throw error;
  const { message, extensions } = error;
  return resultOf({ errors: [new GraphQLError(message, { extensions })] });
}

function finished(results: AsyncIterable<ExecutionResult>, names: Resumable): AsyncIterator<SubscriptionResult> {
  const source = results[Symbol.asyncIterator]();
  return {
    async next() {
      const { done, value } = await source.next();
      return done ? { done, value: undefined } : { done: false, value: resultOf(value, names) };
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}
