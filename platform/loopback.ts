import type { Settings } from './config.ts';

/** Whether the address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * @param identified whether callers must sign in
 * @throws Error when HOST can be reached from other machines: without identity everybody may do everything.
 */
export function refuseOpenHost(
  { HOST, TRIBUTARY_TRUST_NETWORK }: Pick<Settings, 'HOST' | 'TRIBUTARY_TRUST_NETWORK'>,
  identified: boolean,
): void {
  if (identified || isLoopback(HOST) || TRIBUTARY_TRUST_NETWORK) return;
  throw new Error(
    `HOST ${HOST} can be reached from other machines, and no identity is configured: anybody could read and write everything. Set JWT_JWKS_URL or JWT_SECRET, make an API key with "tributary key create", or use 127.0.0.1. Where the network before this address lets only trusted callers through, as with a container's port published on loopback, set TRIBUTARY_TRUST_NETWORK=true.`,
  );
}
