import { STATUS_CODES } from 'node:http';
import type { ErrorCode } from '../../platform/errors.ts';

/** An answer that is none, as RFC 9457 writes it: https://www.rfc-editor.org/rfc/rfc9457 */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(detail);
  }

  get document(): object {
    return { title: STATUS_CODES[this.status], status: this.status, code: this.code, detail: this.detail };
  }
}

export const refused = (detail: string) => new Problem(400, 'BAD_USER_INPUT', detail);

/** Seconds after which to ask again, where the graph does not say. */
const retryAfter = '2';

/** The status of an error of the graph. Of a code that is not here, it is what the graph itself answered with. */
const statuses: Partial<Record<ErrorCode | 'UNAUTHENTICATED' | 'FORBIDDEN' | 'RATE_LIMITED', number>> = {
  BAD_USER_INPUT: 400,
  CURSOR_AHEAD: 400,
  CURSOR_EXPIRED: 400,
  CURSOR_FOREIGN: 400,
  CURSOR_INVALID: 400,
  COST_LIMIT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  STORE_UNAVAILABLE: 503,
  BROKER_UNAVAILABLE: 503,
  READ_AFTER_TIMEOUT: 503,
};

/** What the first error of the graph is in REST. */
export function problemOf(
  { message, extensions }: { message: string; extensions?: Record<string, unknown> | undefined },
  answered: number,
): Problem {
  const code = typeof extensions?.code === 'string' ? extensions.code : 'INTERNAL_SERVER_ERROR';
  const known = Object.hasOwn(statuses, code) ? statuses[code as keyof typeof statuses] : undefined;
  const status = known ?? (answered >= 400 ? answered : 500);
  const headers: Record<string, string> = {};
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (status === 503 || status === 429) headers['retry-after'] = retryAfter;
  return new Problem(status, code, message, headers);
}
