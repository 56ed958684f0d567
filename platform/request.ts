import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

const present = new AsyncLocalStorage<string>();

/** What a caller may choose: it stands in logs and answers. */
const safe = /^[A-Za-z0-9._-]{1,128}$/;

/** The header that carries the id of a request, either way. */
export const requestIdHeader = 'x-request-id';

/** The id of the request that the present work is done for, if any. */
export function requestId(): string | undefined {
  return present.getStore();
}

/** Does the work of a request: under the id that the caller has given, where that is safe to repeat, else a new one. */
export function inRequest<T>(given: unknown, work: (id: string) => T): T {
  const id = typeof given === 'string' && safe.test(given) ? given : randomUUID();
  return present.run(id, () => work(id));
}

/** Does work that outlives the request in which it happens to begin. */
export function outsideRequests<T>(work: () => T): T {
  return present.exit(work);
}
