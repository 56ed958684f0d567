import { GraphQLError, type GraphQLErrorExtensions, Kind } from 'graphql';
import { errorCodes, TributaryError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';

/** Codes that come from GraphQL itself: its servers check syntax, names and variables. */
const fromGraphQL = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * What a client may see of an error: one with a code of the closed list as it is, what GraphQL itself found wrong in
 * the request as it is, and of anything else only that it happened. The log has the rest.
 */
export function maskError(log: Logger) {
  return (error: unknown): Error => {
    const code = (error as GraphQLError)?.extensions?.code;
    if (
      typeof code === 'string' &&
      code !== 'INTERNAL_SERVER_ERROR' &&
      (Object.hasOwn(errorCodes, code) || fromGraphQL.has(code))
    )
      // Made anew, because an error with a cause of its own would be answered with status 500.
      return shown(error, (error as Error).message, (error as GraphQLError).extensions);
    if (isAboutVariable(error)) return shown(error, error.message, { code: 'BAD_USER_INPUT' });
    // What a subgraph's executor throws comes wrapped, and without its code.
    const cause = (error as GraphQLError)?.originalError ?? error;
    if (cause instanceof TributaryError && cause.code !== 'INTERNAL_SERVER_ERROR')
      return shown(error, cause.message, cause.extensions);
    if (error instanceof GraphQLError && !error.originalError && code === undefined) return error;
    log.error({ err: cause }, 'an unexpected error was withheld from a client');
    return shown(error, 'Something went wrong on our side; the server log has the details.', {
      code: 'INTERNAL_SERVER_ERROR',
    });
  };
}

/** A variable that is missing, or has a value its type does not take. */
function isAboutVariable(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
}

function shown(error: unknown, message: string, extensions: GraphQLErrorExtensions): GraphQLError {
  const { nodes, path } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(message, { nodes, path, extensions });
}
