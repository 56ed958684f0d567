import { createServer } from 'node:net';
import type { SettingName } from '../platform/config.ts';

/** A TCP port of the loopback address that was free a moment ago. */
export async function freePort(): Promise<number> {
  return (await tryPort(0)) as number;
}

/**
 * The port itself when it can be taken, any free one when it is 0.
 * @throws Error that names the port, what it is for and the variable that changes it.
 */
export async function claimPort(port: number, purpose: string, variable: SettingName): Promise<number> {
  if (port === 0) return freePort();
  if ((await tryPort(port)) === undefined)
    throw new Error(
      `Port ${port} (${purpose}) is in use by another program. Free it, or set ${variable} to another port (0 for any).`,
    );
  return port;
}

/** Listens for a moment: the port's number, or undefined when it is taken. */
export function tryPort(port: number, host = '127.0.0.1'): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(port, host, () => {
      const address = probe.address() as { port: number };
      probe.close(() => resolve(address.port));
    });
  });
}
