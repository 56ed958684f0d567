import { GraphQLError } from 'graphql';
import type { Settings } from '../../platform/config.ts';

/** What one operation may be, by the names of the settings. */
export type OperationLimits = Pick<
  Settings,
  | 'LIMITS_MODE'
  | 'LIMIT_TEXT'
  | 'LIMIT_TOKENS'
  | 'LIMIT_DEPTH'
  | 'LIMIT_FIELDS'
  | 'LIMIT_ALIASES'
  | 'LIMIT_DIRECTIVES'
  | 'LIMIT_COST'
  | 'OPERATION_TIMEOUT_MS'
  | 'RATE_LIMIT_COST_PER_MINUTE'
  | 'TRUSTED_DOCUMENTS'
  | 'TRUSTED_DOCUMENTS_ONLY'
>;

/** What is counted, in words, and what to do about it. */
const counted = {
  bytes: ['bytes', 'Send less at once.'],
  text: ['characters', 'Put what is long into variables.'],
  tokens: ['tokens', 'Ask in several operations.'],
  depth: ['levels of depth', 'Ask for what lies deeper in another operation.'],
  fields: ['fields, with its fragments spread', 'Ask for fewer fields.'],
  repeats: ['repetitions of the same field in the same place', 'Name each field once in its place.'],
  names: ['different names in its variables', 'Send lists of what is alike.'],
  aliases: ['aliases', 'Ask in several operations.'],
  directives: ['directives', 'Use fewer.'],
  cost: ['units of cost', 'Give smaller numbers as `first`, or ask for fewer lists inside lists.'],
} as const;

/** What is limited. */
export type Limit = keyof typeof counted;

/**
 * An operation, or what carries it, is beyond a limit. The status is 400, and 413 where it was not even read.
 * @param found undefined: nobody has counted to its end
 */
export function beyond(limit: Limit, found: number | undefined, most: number): GraphQLError {
  const [what, advice] = counted[limit];
  const number = found === undefined || found > Number.MAX_SAFE_INTEGER ? undefined : found;
  return refusal(
    `The operation has ${number ?? `more than ${most}`} ${what}; ${most} are allowed. ${advice}`,
    { code: limit === 'cost' ? 'COST_LIMIT' : 'OPERATION_TOO_LARGE', limit, most, found: number },
    { status: limit === 'bytes' ? 413 : 400 },
  );
}

/** How an error is told over HTTP. With `spec`, the status is 200 for who accepts `application/json` only. */
export interface HttpAnswer {
  status: number;
  spec?: boolean;
  headers?: Record<string, string>;
}

/** An error with its status, which other transports do not show. */
export function refusal(message: string, extensions: Record<string, unknown>, http: HttpAnswer): GraphQLError {
  const error = new GraphQLError(message, { extensions });
  return withHttp(error, http);
}

export function withHttp(error: GraphQLError, http: HttpAnswer): GraphQLError {
  Object.defineProperty(error.extensions, 'http', { value: http, enumerable: false, configurable: true });
  return error;
}

export function badRequest(message: string, status = 400, headers: Record<string, string> = {}): GraphQLError {
  return refusal(message, { code: 'BAD_REQUEST' }, { status, headers });
}
