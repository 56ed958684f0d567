import type { Caller } from '../../platform/caller.ts';
import { TributaryError } from '../../platform/errors.ts';
import { publicTenant } from '../../schema/tenant.ts';

/** Somebody who has signed in, and for how long that holds. */
export interface Session {
  readonly caller: Caller;
  /**
   * Calls back once when it is over: the token has expired, or the API key is revoked. What lasts, such as a
   * subscription, must end then. @returns what calls it off
   */
  onEnd(then: (why: TributaryError) => void): () => void;
}

/** Whoever comes, where there is no identity: this machine alone is served then, or a network that is trusted. */
export const anybody: Session = {
  caller: { subject: null, tenant: publicTenant, scopes: 'all' },
  onEnd: () => () => {},
};

/** @param why a sentence that tells which check failed, and nothing of the token or key */
export function unauthenticated(why: string): TributaryError {
  return new TributaryError('UNAUTHENTICATED', why);
}
