import { setTimeout as delay } from 'node:timers/promises';
import { TributaryError } from '../platform/errors.ts';

const retryMs = 500;

/** Asks a store, or the broker, again while it is away. @throws whatever else goes wrong, and when the signal is given. */
export async function untilAnswered<T>(ask: () => Promise<T>, ended: AbortSignal): Promise<T> {
  for (;;)
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TributaryError && /^(STORE|BROKER)_UNAVAILABLE$/.test(error.code))) throw error;
      await delay(retryMs, undefined, { signal: ended });
    }
}
