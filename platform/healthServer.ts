import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Settings } from './config.ts';
import type { Health } from './health.ts';
import { measureProcess, registry } from './metrics.ts';

/** Answers a request for /livez, /readyz or /metrics. @returns whether it was one */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * @param isPrivate whether only those come here who may see everything; all others are not shown the metrics, nor why a
 *   part is not ready
 */
export function healthHandler(health: Health, isPrivate: boolean): HealthHandler {
  const paths: Record<string, (response: ServerResponse) => Promise<void> | void> = {
    '/livez': (response) => answer(response, 200, 'text/plain', 'ok\n'),
    async '/readyz'(response) {
      const { ready, parts } = await health.readiness();
      const shown = Object.entries(parts).map(([part, found]) => [part, isPrivate || found === 'ok' ? found : 'away']);
      const body = { ready, parts: Object.fromEntries(shown) };
      answer(response, ready ? 200 : 503, 'application/json', `${JSON.stringify(body)}\n`);
    },
  };
  if (isPrivate) {
    measureProcess();
    paths['/metrics'] = async (response) => answer(response, 200, registry.contentType, await registry.metrics());
  }
  return (request, response) => {
    const path = request.url?.replace(/\?.*/s, '') ?? '';
    if (!Object.hasOwn(paths, path)) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'text/plain', 'Ask with GET.\n');
    else void paths[path]!(response);
    return true;
  };
}

/** Serves them at METRICS_HOST and METRICS_PORT; the port 0: nowhere. @throws Error when the port is taken */
export async function serveHealth(
  health: Health,
  { METRICS_HOST: host, METRICS_PORT: port }: Pick<Settings, 'METRICS_HOST' | 'METRICS_PORT'>,
): Promise<{ url: string; close(): void } | undefined> {
  if (port === 0) return undefined;
  const handle = healthHandler(health, true);
  const http = createServer((request, response) => {
    if (!handle(request, response)) answer(response, 404, 'text/plain', 'Here are /livez, /readyz and /metrics.\n');
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `Port ${port} (health and metrics) is in use by another program. Free it, or set METRICS_PORT to another port (0: none).`,
            )
          : error,
      ),
    );
    http.listen(port, host, resolve);
  });
  http.unref();
  const { address, family, port: taken } = http.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    close() {
      http.close();
      http.closeAllConnections();
    },
  };
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
