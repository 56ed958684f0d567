import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCode, TributaryError } from '../../platform/errors.ts';
import type { Credentials } from './identity.ts';

/** What a request shows to sign in. */
export function credentialsOf({ authorization, 'x-api-key': apiKey }: IncomingHttpHeaders): Credentials {
  return { authorization, apiKey };
}

/** The status of an error about who asks; undefined: it is about something else. */
export const statusOfIdentity: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  IDENTITY_UNAVAILABLE: 503,
};

/** The code that a status tells of, if it is one about who asks. */
export function identityCodeOf(status: number): ErrorCode | undefined {
  return (Object.keys(statusOfIdentity) as ErrorCode[]).find((code) => statusOfIdentity[code] === status);
}

/** The header that says how to sign in: https://www.rfc-editor.org/rfc/rfc6750#section-3. */
export function challenge({ authorization, apiKey }: Credentials): Record<string, string> {
  const isWrong = authorization !== undefined || apiKey !== undefined;
  return { 'www-authenticate': isWrong ? 'Bearer error="invalid_token"' : 'Bearer' };
}

/** The answer to a request that nobody is known to have made. */
export function refusal({ code, message, extensions }: TributaryError, credentials: Credentials) {
  return {
    status: statusOfIdentity[code] ?? 500,
    headers: { 'content-type': 'application/json', ...(code === 'UNAUTHENTICATED' ? challenge(credentials) : {}) },
    body: JSON.stringify({ errors: [{ message, extensions }] }),
  };
}
