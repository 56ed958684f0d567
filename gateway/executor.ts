import { createDefaultExecutor } from '@graphql-mesh/transport-common';
import { type ExecutionRequest, type ExecutionResult, type Executor, isAsyncIterable } from '@graphql-tools/utils';
import { type DocumentNode, type FieldNode, GraphQLError, type GraphQLSchema, Kind, OperationTypeNode } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';

/**
 * Runs a subgraph's operations in this process, compiled to JavaScript once per plan. The planner hands over the same
 * document object for the same plan. Subscriptions are interpreted.
 */
export function localExecutor(
  schema: GraphQLSchema,
  beforeQuery: (request: ExecutionRequest) => Promise<void> | undefined,
): Executor {
  const interpreted = createDefaultExecutor(schema);
  const subscribe = async (request: ExecutionRequest) => {
    const result = (await interpreted(request)) as ExecutionResult | AsyncIterable<ExecutionResult>;
    return isAsyncIterable(result) ? withoutGaps(result, responseKey(request.document)) : result;
  };
  const compiled = new WeakMap<DocumentNode, CompiledQuery | undefined>();
  const compile = (request: ExecutionRequest) => {
    if (!compiled.has(request.document)) {
      const query = compileQuery(schema, request.document, request.operationName);
      compiled.set(request.document, isCompiledQuery(query) ? query : undefined);
    }
    return compiled.get(request.document);
  };
  return ((request: ExecutionRequest) => {
    if (request.operationType === OperationTypeNode.SUBSCRIPTION) return subscribe(request);
    const run = () => {
      const query = compile(request);
      return query ? query.query(request.rootValue, request.context, request.variables) : interpreted(request);
    };
    const wait = beforeQuery(request);
    return wait ? wait.then(run) : run();
  }) as Executor;
}

/**
 * The results of a subscription, in which nothing is left out: where an event fails the field is null, and a
 * subscription that fails tells so in a last result. The gateway's runtime keeps what it had for a result without data,
 * and would tell the event before once more.
 */
function withoutGaps(results: AsyncIterable<ExecutionResult>, field: string): AsyncIterableIterator<ExecutionResult> {
  const source = results[Symbol.asyncIterator]();
  let isOver = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (isOver) return { done: true, value: undefined };
      try {
        const { done, value } = await source.next();
        return done
          ? { done, value: undefined }
          : { done: false, value: { ...value, data: value.data ?? { [field]: null } } };
      } catch (error) {
        isOver = true;
        const told =
          error instanceof GraphQLError
            ? error
            : new GraphQLError((error as Error).message, { originalError: error as Error });
        return { done: false, value: { data: { [field]: null }, errors: [told] } };
      }
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** A subscription has one field. */
function responseKey({ definitions }: DocumentNode): string {
  const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const field = operation?.selectionSet.selections[0] as FieldNode;
  return (field.alias ?? field.name).value;
}
