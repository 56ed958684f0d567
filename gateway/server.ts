import { createServer, type IncomingMessage, maxHeaderSize, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { type GatewayRuntime, getGraphQLWSOptions } from '@graphql-hive/gateway-runtime';
import { useServer } from 'graphql-ws/use/ws';
import sirv from 'sirv';
import { WebSocketServer } from 'ws';
import { originsOf, type Settings } from '../platform/config.ts';
import type { HealthHandler } from '../platform/healthServer.ts';
import { refuseOpenHost } from '../platform/loopback.ts';
import { allowOrigin, foreignRequest, unaskedRequest } from '../platform/origin.ts';
import { inRequest, requestIdHeader } from '../platform/request.ts';
import { projectRoot } from '../platform/root.ts';
import { Identity } from '../subgraphs/identity/identity.ts';
import { type Extra, signingIn } from '../subgraphs/identity/overWebSocket.ts';
import { type BodyLimits, bodyOf, refuseRequest } from './limits/body.ts';
import {
  answerUnreadable,
  type ConnectionLimits,
  connectionsPerAddress,
  limitedSocket,
  operationsBeyond,
} from './limits/connections.ts';
import { badRequest } from './limits/limits.ts';
import type { Rest } from './rest/rest.ts';
import { sendingTo } from './subscriptions/overWebSocket.ts';
import { isShare } from './subscriptions/sharing.ts';
import type { Handler } from './uploads.ts';

export interface GatewayServer {
  /** http://host:port, without a slash at the end. */
  url: string;
  stop(): Promise<void>;
}

export interface Others {
  /** What answers at other paths than GraphQL and the explorer. */
  uploads?: Record<string, Handler>;
  rest?: Rest;
  /** At /livez, /readyz and perhaps /metrics. */
  health?: HealthHandler;
  /** Who may come in (default: anybody); the gateway has the same. */
  identity?: Identity;
}

/**
 * Serves the gateway: GraphQL over HTTP, server-sent events, multipart and WebSocket at /graphql, the explorer at /.
 * @throws Error when HOST can be reached from other machines without identity, or PORT is taken
 */
export async function serveGateway(
  gateway: GatewayRuntime,
  settings: Pick<Settings, 'HOST' | 'PORT' | 'TRIBUTARY_TRUST_NETWORK' | 'CORS_ORIGINS'> &
    BodyLimits &
    ConnectionLimits,
  { uploads = {}, rest, health, identity = Identity.none }: Others = {},
): Promise<GatewayServer> {
  refuseOpenHost(settings, identity.isConfigured);
  const { HOST: host, PORT: port, TRIBUTARY_TRUST_NETWORK: trust } = settings;
  const rules = { trustNetwork: trust || identity.isConfigured, origins: originsOf(settings) };
  const explorer = sirv(join(projectRoot, 'dist', 'explorer'), { single: false, etag: true, gzip: true, setHeaders });
  // An upload of any size may take any time; only the headers must come soon, and the bodies of GraphQL.
  const http = createServer({ requestTimeout: 0, headersTimeout: 60_000 }, (request, response) =>
    inRequest(request.headers[requestIdHeader], (id) => {
      response.setHeader(requestIdHeader, id);
      handle(request, response);
    }),
  );
  const connections = connectionsPerAddress(settings.LIMIT_CONNECTIONS_PER_ADDRESS);
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const tooMany = connections.refusal(request.socket);
    if (tooMany) return refuseRequest(response, tooMany);
    const refusal = foreignRequest(request, rules);
    if (refusal) answerText(response, 403, refusal);
    else if (health?.(request, response)) return;
    else if (allowOrigin(request, response, rules)) return;
    else if (pathOf(request) === '/graphql') void answerGraphQL(gateway, request, response, settings);
    else if (Object.hasOwn(uploads, pathOf(request))) uploads[pathOf(request)]!(request, response);
    else if (rest?.serves(pathOf(request))) rest.handle(request, response);
    else explorer(request, response, () => answerText(response, 404, nothingHere));
  };
  http.on('clientError', (error, socket) => answerUnreadable(error, socket, maxHeaderSize));
  const sockets = new Set<Socket>();
  http.on('connection', (socket) => {
    connections.count(socket);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const webSockets = new WebSocketServer({
    server: http,
    path: '/graphql',
    maxPayload: settings.LIMIT_BODY_BYTES,
    WebSocket: limitedSocket(settings),
    verifyClient: ({ req }, answer) => {
      const tooMany = connections.refusal(req.socket);
      if (tooMany) return answer(false, 429, tooMany.message);
      const refusal = foreignRequest(req, rules);
      answer(refusal === undefined, 403, refusal);
    },
  });
  const { onSubscribe, ...run } = getGraphQLWSOptions(
    gateway,
    ({ extra: { request: req, socket, session } }: { extra: Extra }) => ({
      ...{ req, socket, caller: session!.caller },
    }),
  );
  const graphqlWs = useServer(
    {
      ...run,
      onSubscribe: (context, id, payload) =>
        operationsBeyond(Object.keys(context.subscriptions).length, settings.LIMIT_OPERATIONS_PER_SOCKET) ??
        onSubscribe!(context as never, id, payload),
      onConnect: signingIn(identity),
      onOperation: ({ extra: { socket, request } }: { extra: Extra }, id, _payload, _args, result) =>
        isShare(result) ? sendingTo(socket, request.socket, id, result) : undefined,
    },
    webSockets,
  );
  webSockets.on('connection', (socket) => {
    socket.setMaxListeners(0); // each operation waits for its end
    // What breaks the protocol is closed with a code, and graphql-ws would print each time.
    socket.removeAllListeners('error').on('error', () => {});
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `Port ${port} (gateway) is in use by another program. Free it, or set PORT to another port (0 for any).`,
            )
          : error,
      ),
    );
    http.listen(port, host, resolve);
  });
  const address = http.address() as AddressInfo;
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      await graphqlWs.dispose(); // tells the clients with 1001, so that they come back to whoever serves next
      for (const socket of sockets) socket.destroy();
      await closed;
      await gateway[Symbol.asyncDispose]();
    },
  };
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/\?.*/s, '');
}

async function answerGraphQL(
  gateway: GatewayRuntime,
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Promise<void> {
  const unasked = unaskedRequest(request);
  if (unasked) return refuseRequest(response, badRequest(unasked, 403));
  if (request.method === 'POST') {
    const body = await bodyOf(request, response, limits);
    if (!body) return;
    Object.assign(request, { body }); // the runtime takes it as it is
  } else if (request.method !== 'GET')
    return refuseRequest(response, badRequest('Send it with GET or POST.', 405, { allow: 'GET, POST' }));
  gateway(request, response);
}

/**
 * The explorer works without any other server, runs no code but its files, and stands in no other page. Its editor
 * writes style sheets as it goes, so those may be inline.
 * @see https://www.w3.org/TR/CSP3/
 */
const securityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The names of assets change with their content. */
function setHeaders(response: ServerResponse, path: string): void {
  const isAsset = path.startsWith('/assets/');
  response.setHeader('cache-control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.setHeader('content-security-policy', securityPolicy);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
}

const nothingHere = 'Nothing here. The explorer is at /, GraphQL at /graphql, REST at /docs.';

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
}
