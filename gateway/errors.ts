import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { errorCodes, TributaryError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { requestId } from '../platform/request.ts';

/** Codes that come from GraphQL itself: its servers check syntax, names and variables. */
const fromGraphQL = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
]);

/** Whether a code is one of those that answers may carry, of which there are few. */
export function isKnownCode(code: string): boolean {
  return Object.hasOwn(errorCodes, code) || fromGraphQL.has(code);
}

/**
 * What a client may see of an error: one with a code of the closed list as it is, what GraphQL itself found wrong in
 * the request as it is, and of anything else only that it happened. The log has the rest.
 */
export function maskError(log: Logger) {
  return (error: unknown): Error => {
    const code = (error as GraphQLError)?.extensions?.code;
    if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR' && isKnownCode(code))
      // Made anew, because an error with a cause of its own would be answered with status 500.
      return shown(error, (error as Error).message, (error as GraphQLError).extensions);
    if (isAboutInput(error)) return shown(error, withoutObjects(error.message), { code: 'BAD_USER_INPUT' });
    const mistake = mistakeInRequest(error);
    if (mistake) return shown(error, mistake.message, { code: 'BAD_REQUEST', http: { status: mistake.status } });
    // What a subgraph's executor throws comes wrapped, and without its code.
    const cause = (error as GraphQLError)?.originalError ?? error;
    if (cause instanceof TributaryError && cause.code !== 'INTERNAL_SERVER_ERROR')
      return shown(error, cause.message, cause.extensions);
    if (error instanceof GraphQLError && !error.originalError && code === undefined) return error;
    log.error({ err: cause }, 'an unexpected error was withheld from a client');
    return shown(error, 'Something went wrong on our side; the server log has the details.', {
      code: 'INTERNAL_SERVER_ERROR',
      request: requestId(), // by which the log has it
    });
  };
}

/** A variable or an argument that is missing, or has a value its type does not take: the words of GraphQL's executors. */
function isAboutInput(error: unknown): error is GraphQLError {
  if (!(error instanceof GraphQLError)) return false;
  const isOfGraphQL = !error.originalError || error.originalError instanceof GraphQLError;
  return isOfGraphQL && /^(Variable "\$|Argument ")/.test(error.message);
}

/** Of a variable that is wrong in one property, GraphQL shows all others too, and one of them may be a secret. */
function withoutObjects(message: string): string {
  return message.replace(/^(Variable "\$\w+" got invalid value )([[{]).+([\]}])(?=; | at ")/s, '$1$2…$3');
}

/** What is wrong with a request that could not be read as one of GraphQL. */
function mistakeInRequest(error: unknown): { message: string; status: number } | undefined {
  // Parsers know no limit of depth but that of the stack.
  if (error instanceof RangeError || (error as Error)?.message?.includes('ecursion limit'))
    return { message: 'The operation is nested too deeply.', status: 400 };
  if (error instanceof SyntaxError)
    return { message: `Variables and extensions must be JSON: ${error.message}`, status: 400 };
  const status = ((error as GraphQLError)?.extensions?.http as { status?: number } | undefined)?.status ?? 0;
  return status >= 400 && status < 500 ? { message: (error as Error).message, status } : undefined;
}

function shown(error: unknown, message: string, extensions: GraphQLErrorExtensions): GraphQLError {
  const { nodes, path } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(message, { nodes, path, extensions });
}
