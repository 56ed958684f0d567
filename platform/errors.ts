/** Every code that an error of this product can carry, with what it means and what to do. The list is closed. */
export const errorCodes = {
  BAD_USER_INPUT: 'An argument, variable or message is wrong. The text says which and how; mend it and send again.',
  UNAUTHENTICATED:
    'The caller has not signed in, or its token or API key is not valid any more. The text says which check failed.',
  FORBIDDEN: 'The caller may not do this. The text names the scope that is missing.',
  IDENTITY_UNAVAILABLE: 'The keys that tokens are checked with cannot be fetched. Try again later.',
  CURSOR_AHEAD:
    'The position lies beyond the end of the stream, so the topic was made anew, or lost messages. Start from `since`.',
  CURSOR_EXPIRED:
    'The position lies before the oldest message still kept. `earliest` holds the first cursor that works.',
  CURSOR_FOREIGN: 'The cursor belongs to another field, filter, stream or tenant. Use it only where it was handed out.',
  CURSOR_INVALID: 'The cursor is truncated, edited or signed with a key that is no longer known. Start from `since`.',
  STORE_UNAVAILABLE: 'Neo4j or ClickHouse does not answer. Only the fields it serves fail; try again later.',
  BROKER_UNAVAILABLE:
    'Kafka does not answer. A part of what was sent may have been published; sending it again does no harm.',
  READ_AFTER_TIMEOUT: 'The view did not reach the Read-After position in time. The write is safe; ask again later.',
  NOT_FOUND: 'What a path of REST names is not there.',
  CONFLICT: 'REST: something is there already, or others name what should be deleted. The text says what.',
  METHOD_NOT_ALLOWED: 'REST: the path has other verbs. `Allow` names them.',
  REQUEST_TIMEOUT: 'REST: the body came too slowly. Send it again.',
  CONTENT_TOO_LARGE: 'REST: the body is larger than one may be. Send it in parts.',
  UNSUPPORTED_MEDIA_TYPE: 'REST: the body is no JSON in UTF-8, by its headers.',
  NOT_ACCEPTABLE:
    'The Accept header names nothing that can be answered: no transport that can carry a subscription, or in REST not the type of the answer.',
  COST_LIMIT:
    'The question takes more time or memory than one may. Ask for fewer entries, about a shorter time, or filter more.',
  OPERATION_TOO_LARGE:
    'The operation, or what carries it, is beyond a limit: `limit` says which, and `most` what is allowed. Ask for less.',
  RATE_LIMITED: 'The caller has asked for too much in a short time. Ask again after `retryAfter` seconds.',
  PERSISTED_QUERY_NOT_FOUND: 'No document of this id or hash is known. Send its text with it.',
  DOCUMENT_NOT_TRUSTED: 'This gateway runs only documents that its operator trusts. Ask for one of them by its id.',
  INTERNAL_SERVER_ERROR: 'A fault of this product. The text is withheld from clients; the server log has it.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/**
 * An error whose message may be shown to a client: it says what is wrong, where, and what to do,
 * and never holds a secret, a stack or a statement.
 */
export class TributaryError extends Error {
  override readonly name = 'TributaryError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** What GraphQL adds to the error in its answer. */
  get extensions(): Record<string, unknown> {
    return { code: this.code, ...this.details };
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === '') return thrown.errors.map(messageOf).join('; ');
  return thrown instanceof Error ? thrown.message : String(thrown);
}
