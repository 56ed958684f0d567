import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { openGateway } from '../gateway/gateway.ts';
import { serveGateway } from '../gateway/server.ts';
import type { Settings } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { openSubgraphs } from '../subgraphs/roster.ts';
import type { Usage } from './fanout.ts';

// A process of the benchmark of the fan-out: the real gateway, or what anybody would write first.
const [settings] = (await once(process, 'message')) as [Settings];
const url = process.argv[2] === 'gateway' ? await gateway() : await bare();
process.on('message', (message) => {
  if (message !== 'usage') return;
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, external } = process.memoryUsage();
  process.send!({ cpu: user + system, memory: heapUsed + external } satisfies Usage);
});
process.send!(url);

async function gateway(): Promise<string> {
  const log = createLogger('bench', 'silent');
  const { subgraphs, dependencies } = await openSubgraphs(settings, ['people', 'wiki'], log);
  const { streams } = dependencies;
  const runtime = await openGateway({ subgraphs, streams, readAfterTimeoutMs: 1_000, limits: settings, log });
  return (await serveGateway(runtime, settings)).url;
}

/** Says yes to every subscription, and sends a text to all when it is told to. */
async function bare(): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) =>
    socket.once('message', () => socket.send(JSON.stringify({ type: 'connection_ack' }))),
  );
  process.on('message', async (message: { first: number; count: number; text: string } | 'usage') => {
    if (message === 'usage') return;
    for (let number = message.first; number < message.first + message.count; number++) {
      const text = message.text.replace(/fanout-\d+/, `fanout-${number}`);
      for (const socket of server.clients) socket.send(text);
      await setImmediate();
    }
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
