import type { Caller } from '../platform/caller.ts';

/** What a gateway or server tells every resolver. */
export interface Context {
  caller: Caller;
  /** The signal is given when the caller goes away. */
  request?: { signal?: AbortSignal };
}
