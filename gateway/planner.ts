import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { type ExecutionResult, isAsyncIterable, mapAsyncIterator } from '@graphql-tools/utils';
import type { GraphQLError } from 'graphql';

/**
 * The Rust planner, with each event's errors its own: the runtime keeps one list of errors for as long as a
 * subscription lasts, and would tell those of an event again with all that come after it.
 */
export const planner: typeof unifiedGraphHandler = async (options) => {
  const handled = await unifiedGraphHandler(options);
  const execute = handled.executor!;
  return {
    ...handled,
    executor: ((request: Parameters<typeof execute>[0]) => {
      const result = execute(request) as MaybePromise<ExecutionResult | AsyncIterable<ExecutionResult>>;
      return result instanceof Promise ? result.then(eachItsOwn) : eachItsOwn(result);
    }) as typeof execute,
  };
};

type MaybePromise<T> = T | Promise<T>;

function eachItsOwn(result: ExecutionResult | AsyncIterable<ExecutionResult>) {
  if (!isAsyncIterable(result)) return result;
  return mapAsyncIterator(result, (event: ExecutionResult): ExecutionResult => {
    if (!event.errors?.length) return event;
    const errors = (event.errors as GraphQLError[]).splice(0);
    const isNull = Object.values(event.data ?? {}).every((field) => field === null);
    return { ...event, data: isNull ? null : event.data, errors };
  });
}
