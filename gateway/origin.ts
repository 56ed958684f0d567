import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../platform/loopback.ts';

/**
 * Why a request must not be served, because a page of another site has made it in somebody's browser; undefined when
 * it may. Programs that are no browsers send no Origin.
 * @param trustNetwork whether the gateway is meant to be reached under other names than those of this machine
 */
export function foreignRequest(
  { headers }: Pick<IncomingMessage, 'headers'>,
  trustNetwork: boolean,
): string | undefined {
  const host = hostOf(`http://${headers.host}`);
  // A site can let its own name point here and so have this origin, but not the name of this machine.
  if (!host || (!trustNetwork && !isLoopback(host.hostname.replace(/^\[|\]$/g, ''))))
    return `This gateway serves only this machine, by the names 127.0.0.1 and localhost, and was called ${headers.host}.`;
  if (headers.origin !== undefined && hostOf(headers.origin)?.host !== host.host)
    return `Pages of ${headers.origin} may not use this gateway.`;
  return undefined;
}

function hostOf(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
