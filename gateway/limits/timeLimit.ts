import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { TributaryError } from '../../platform/errors.ts';
import { withSignal } from '../../platform/operationSignal.ts';
import { refusal } from './limits.ts';

/** After the stores have been told, the answer comes with what there was in time. What waits for anything else does not. */
const graceMs = 1_000;

/**
 * Runs a query or mutation for as long as it may take. When the time is over, or its client has gone away, everything
 * that is asked of a store for it alone ends there, and is null in the answer.
 * @param onGone calls back when the client goes away; @returns a function that calls it off
 */
export async function withinTime<Result>(
  run: () => Result | Promise<Result>,
  timeoutMs: number,
  onGone: (then: () => void) => () => void,
): Promise<Result | ExecutionResult> {
  const ending = new AbortController();
  const message = `The operation takes longer than ${timeoutMs} ms. Ask for less, or in several operations.`;
  const details = { limit: 'time', most: timeoutMs };
  const { promise: late, resolve } = Promise.withResolvers<ExecutionResult>();
  const timer = setTimeout(async () => {
    ending.abort(new TributaryError('COST_LIMIT', message, details));
    await delay(graceMs, undefined, { ref: false });
    resolve({ errors: [refusal(message, { code: 'COST_LIMIT', ...details }, { status: 400 }) as GraphQLError] });
  }, timeoutMs);
  const stay = onGone(() => ending.abort(new TributaryError('COST_LIMIT', 'Nobody waits for the answer any more.')));
  try {
    return await Promise.race([withSignal(ending.signal, async () => run()), late]);
  } finally {
    clearTimeout(timer);
    stay();
  }
}
