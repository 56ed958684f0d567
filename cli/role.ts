import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../platform/config.ts';
import { Health } from '../platform/health.ts';
import { serveHealth } from '../platform/healthServer.ts';
import { startTracing } from '../platform/trace.ts';
import { healthOf, type Needs } from './readiness.ts';

/** How long a role may take to stop, in milliseconds. */
const graceMs = 8_000;

/** Set in the environment of a role that runs as a child: it stops when its standard input ends. */
export const supervised = 'TRIBUTARY_SUPERVISED';

/** What is told about a role while it runs. */
export interface Role {
  name: string;
  settings: Settings;
  needs: Needs;
}

/**
 * Runs a role until a signal, or the end of the process that started it, and stops it in order.
 * @param role missing where there is nothing to tell
 */
export async function runRole(
  role: Role | undefined,
  start: (health: Health) => Promise<{ stop(): Promise<void> }>,
): Promise<void> {
  const asked = askedToStop();
  const { health, end } = await observe(role);
  const starting = start(health);
  const first = await Promise.race([asked.then(() => undefined), starting]);
  if (first) {
    health.started();
    process.send?.('ready');
    await asked;
    health.drain();
    await delay(role?.settings.DRAIN_MS);
  }
  setTimeout(() => process.exit(1), graceMs).unref();
  await (await starting).stop();
  await end();
  process.exit(0);
}

/** Runs work until it is done, or asks it to stop at a signal, or at the end of the process that started it. */
export async function runUntilDone(role: Role, work: (stopped: AbortSignal) => Promise<void>): Promise<void> {
  const stopped = new AbortController();
  const asked = askedToStop();
  const { health, end } = await observe(role);
  asked.then(() => {
    health.drain();
    stopped.abort();
    setTimeout(() => process.exit(1), graceMs).unref();
  });
  health.started();
  await work(stopped.signal);
  await end();
  process.exit(0); // standard input may still be open
}

/** Begins to tell about a role, before it is started. */
async function observe(role: Role | undefined): Promise<{ health: Health; end(): Promise<void> }> {
  if (!role) return { health: new Health({}), end: async () => {} };
  const { name, settings, needs } = role;
  const health = healthOf(settings, needs);
  const [endTracing, server] = await Promise.all([startTracing(settings, name), serveHealth(health, settings)]);
  return {
    health,
    async end() {
      await endTracing();
      server?.close();
    },
  };
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
