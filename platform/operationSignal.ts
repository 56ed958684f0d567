import { AsyncLocalStorage } from 'node:async_hooks';

const signals = new AsyncLocalStorage<AbortSignal | undefined>();

/** Runs something for an operation of which the signal tells when nobody waits for it any more; undefined: for nobody's. */
export function withSignal<T>(signal: AbortSignal | undefined, run: () => T): T {
  return signals.run(signal, run);
}

/** The signal of the operation that what calls this is done for. Whatever asks a store ends when it is given. */
export function operationSignal(): AbortSignal | undefined {
  return signals.getStore();
}

/** The signal for what is done for several operations at once: given when nobody of them waits any more. */
export function ofAll(given: (AbortSignal | undefined)[]): AbortSignal | undefined {
  const [first, ...others] = new Set(given);
  if (others.length === 0) return first;
  const all = [first, ...others];
  if (all.includes(undefined)) return undefined;
  const everybody = new AbortController();
  const left = () => {
    if (all.every((signal) => signal!.aborted)) everybody.abort(first!.reason);
  };
  for (const signal of all) signal!.addEventListener('abort', left, { once: true });
  left();
  return everybody.signal;
}
