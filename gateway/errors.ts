import { GraphQLError } from 'graphql';
import { errorCodes } from '../platform/errors.ts';
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
      return error as Error;
    if (error instanceof GraphQLError && !error.originalError && code === undefined) return error;
    log.error(
      { err: (error as GraphQLError)?.originalError ?? error },
      'an unexpected error was withheld from a client',
    );
    const { nodes, path } = error instanceof GraphQLError ? error : {};
    return new GraphQLError('Something went wrong on our side; the server log has the details.', {
      nodes,
      path,
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
  };
}
