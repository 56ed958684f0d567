import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveGateway } from '../gateway/server.ts';
import { readSettings } from '../platform/config.ts';
import { inMemoryGateway, oneSchema, oneServer } from './inMemory.ts';

// A process of the benchmark of the gateway: the gateway as it is served, or one schema by itself.
const gateway = await inMemoryGateway();
process.send!(process.argv[2] === 'gateway' ? await serve() : await serveOne());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send!(user + system);
});

async function serve(): Promise<string> {
  return (await serveGateway(gateway, readSettings({ PORT: '0' }))).url;
}

async function serveOne(): Promise<string> {
  const server = createServer(oneServer(oneSchema(await gateway.getSchema())));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
