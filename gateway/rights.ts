import type { Caller } from '../platform/caller.ts';

/**
 * What a caller may see, and nothing of who it is: callers with the same may share the results of a subscription, and
 * this is who the shared run is for.
 */
export function rightsOf({ tenant, scopes }: Caller): Caller {
  return { subject: null, tenant, scopes: scopes === 'all' ? scopes : [...new Set(scopes)].sort() };
}
