import { createDefaultExecutor } from '@graphql-mesh/transport-common';
import type { ExecutionRequest, Executor } from '@graphql-tools/utils';
import { type DocumentNode, type GraphQLSchema, OperationTypeNode } from 'graphql';
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
  const compiled = new WeakMap<DocumentNode, CompiledQuery | undefined>();
  const compile = (request: ExecutionRequest) => {
    if (!compiled.has(request.document)) {
      const query = compileQuery(schema, request.document, request.operationName);
      compiled.set(request.document, isCompiledQuery(query) ? query : undefined);
    }
    return compiled.get(request.document);
  };
  return ((request: ExecutionRequest) => {
    if (request.operationType === OperationTypeNode.SUBSCRIPTION) return interpreted(request);
    const run = () => {
      const query = compile(request);
      return query ? query.query(request.rootValue, request.context, request.variables) : interpreted(request);
    };
    const wait = beforeQuery(request);
    return wait ? wait.then(run) : run();
  }) as Executor;
}
