import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopback } from './loopback.ts';

/** Who may use a gateway, or a subgraph by itself, besides its own pages and programs. */
export interface OriginRules {
  /**
   * Whether it is meant to be reached under other names than those of this machine, because the network before it
   * lets only trusted callers through, or callers must sign in.
   */
  trustNetwork: boolean;
  /** Origins whose pages may use it; `*`: all. */
  origins: readonly string[];
}

type Headers = Pick<IncomingMessage, 'headers'>;

/**
 * Why a request must not be served, because a page of another site has made it in somebody's browser; undefined when
 * it may.
 */
export function foreignRequest({ headers }: Headers, rules: OriginRules): string | undefined {
  const host = hostOf(`http://${headers.host}`);
  // A site can let its own name point here and so have this origin, but not the name of this machine.
  if (!host || (!rules.trustNetwork && !isLoopback(host.hostname.replace(/^\[|\]$/g, ''))))
    return `This server serves only this machine, by the names 127.0.0.1 and localhost, and was called ${headers.host}.`;
  if (headers.origin === undefined || isAllowed(headers.origin, rules)) return undefined;
  return hostOf(headers.origin)?.host === host.host ? undefined : `Pages of ${headers.origin} may not use this server.`;
}

/**
 * Why a request is not taken for one of GraphQL: a browser may have sent it for a page of another site without asking
 * first, as it does for images, links and forms. Apollo's rule, but that who is no browser needs no header: every
 * browser calls itself Mozilla, and no page can change that without being asked for.
 * https://www.apollographql.com/docs/graphos/routing/security/csrf
 */
export function unaskedRequest({ headers }: Headers): string | undefined {
  const site = headers['sec-fetch-site'];
  const isOfBrowser = site !== undefined || /^mozilla\//i.test(headers['user-agent'] ?? '');
  if (!isOfBrowser || site === 'same-origin' || site === 'none') return undefined;
  if (headers.origin !== undefined) return undefined; // looked at already, and browsers do not let pages change it
  if (headers['content-type'] !== undefined && !simple.test(headers['content-type'])) return undefined;
  if (asked.some((name) => headers[name])) return undefined;
  return `A page of another site may have sent this. Send it with one of the headers ${asked.join(', ')}.`;
}

/** Headers that no page of another site can send without being asked for. */
const asked = ['x-apollo-operation-name', 'apollo-require-preflight'];
/** Types that every page can send. */
const simple = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)/i;

/** How long a browser need not ask again, in seconds. */
const preflightSeconds = 7_200;

/**
 * Lets pages of the configured origins read what they get. There are no cookies to be sent with it.
 * @returns whether that was all, because a browser has only asked whether it may
 */
export function allowOrigin(request: IncomingMessage, response: ServerResponse, rules: OriginRules): boolean {
  const { origin } = request.headers;
  if (rules.origins.length > 0) response.setHeader('vary', 'origin');
  if (origin === undefined || !isAllowed(origin, rules)) return false;
  response.setHeader('access-control-allow-origin', rules.origins.includes('*') ? '*' : origin);
  response.setHeader('access-control-expose-headers', exposed);
  if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return false;
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '',
      'access-control-max-age': String(preflightSeconds),
    })
    .end();
  return true;
}

/** What a page may see of an answer, beside what every page may. */
const exposed = 'etag, link, location, read-after, retry-after, www-authenticate, x-request-id';

function isAllowed(origin: string, { origins }: OriginRules): boolean {
  return origins.includes('*') || origins.includes(origin);
}

function hostOf(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
