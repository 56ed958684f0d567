/** How long a role may take to stop, in milliseconds. */
const graceMs = 8_000;

/** Set in the environment of a role that runs as a child: it stops when its standard input ends. */
export const supervised = 'TRIBUTARY_SUPERVISED';

/** Runs a role until a signal, or the end of the process that started it, and stops it in order. */
export async function runRole(start: () => Promise<{ stop(): Promise<void> }>): Promise<void> {
  const asked = askedToStop();
  const starting = start();
  const first = await Promise.race([asked.then(() => undefined), starting]);
  if (first) {
    process.send?.('ready');
    await asked;
  }
  setTimeout(() => process.exit(1), graceMs).unref();
  await (await starting).stop();
  process.exit(0);
}

/** Runs work until it is done, or asks it to stop at a signal, or at the end of the process that started it. */
export async function runUntilDone(work: (stopped: AbortSignal) => Promise<void>): Promise<void> {
  const stopped = new AbortController();
  askedToStop().then(() => {
    stopped.abort();
    setTimeout(() => process.exit(1), graceMs).unref();
  });
  await work(stopped.signal);
  process.exit(0); // standard input may still be open
}

/** Resolves on SIGINT, SIGTERM, SIGHUP, or when the parent of a supervised role is gone. */
export function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    if (process.env[supervised])
      process.stdin
        .resume()
        .once('end', resolve)
        .once('error', () => resolve());
    if (process.env.npm_lifecycle_event) resolveWhenOrphaned(resolve);
  });
}

/** npm may be killed in a way that it cannot pass on. */
function resolveWhenOrphaned(resolve: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    resolve();
  }, 500);
  timer.unref();
}
