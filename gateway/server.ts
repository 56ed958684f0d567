import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { type GatewayRuntime, getGraphQLWSOptions } from '@graphql-hive/gateway-runtime';
import { useServer } from 'graphql-ws/use/ws';
import sirv from 'sirv';
import { WebSocketServer } from 'ws';
import { isLoopback } from '../platform/loopback.ts';
import { projectRoot } from '../platform/root.ts';

export interface GatewayServer {
  /** http://host:port, without a slash at the end. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Serves the gateway: GraphQL over HTTP, server-sent events and WebSocket at /graphql, the explorer at /.
 * @throws Error when the address is not of this machine alone, because without identity everybody may do everything
 */
export async function serveGateway(gateway: GatewayRuntime, host: string, port: number): Promise<GatewayServer> {
  if (!isLoopback(host))
    throw new Error(
      `HOST ${host} can be reached from other machines, and no identity is configured: anybody could read and write everything. Use 127.0.0.1, with a proxy that signs people in before it.`,
    );
  const explorer = sirv(join(projectRoot, 'dist', 'explorer'), { single: false, etag: true, setHeaders: cacheForever });
  const http = createServer((request, response) => {
    if (isGraphQL(request)) gateway(request, response);
    else explorer(request, response, () => notFound(response));
  });
  const sockets = new Set<Socket>();
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const webSockets = new WebSocketServer({ server: http, path: '/graphql', maxPayload: 1024 * 1024 });
  const graphqlWs = useServer(
    getGraphQLWSOptions(gateway, (context) => {
      const { request, socket } = context.extra as { request: IncomingMessage; socket: unknown };
      return { req: request, socket };
    }),
    webSockets,
  );
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

function isGraphQL({ url = '' }: IncomingMessage): boolean {
  return /^\/(graphql|healthcheck|readiness)([/?]|$)/.test(url);
}

function cacheForever(response: ServerResponse, path: string): void {
  if (path.startsWith('/assets/')) response.setHeader('cache-control', 'public, max-age=31536000, immutable');
  else response.setHeader('cache-control', 'no-cache');
}

function notFound(response: ServerResponse): void {
  response
    .writeHead(404, { 'content-type': 'text/plain' })
    .end('Nothing here. The explorer is at /, GraphQL at /graphql.\n');
}
