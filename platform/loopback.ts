import type { Settings } from './config.ts';

/** Whether the address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** @throws Error when HOST can be reached from other machines: without identity everybody may do everything. */
export function refuseOpenHost({
  HOST,
  TRIBUTARY_TRUST_NETWORK,
}: Pick<Settings, 'HOST' | 'TRIBUTARY_TRUST_NETWORK'>): void {
  if (isLoopback(HOST) || TRIBUTARY_TRUST_NETWORK) return;
  throw new Error(
    `HOST ${HOST} can be reached from other machines, and no identity is configured: anybody could read and write everything. Use 127.0.0.1, with a proxy that signs people in before it. Where the network before this address lets only trusted callers through, as with a container's port published on loopback, set TRIBUTARY_TRUST_NETWORK=true.`,
  );
}
