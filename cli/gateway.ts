import { openGateway } from '../gateway/gateway.ts';
import { openRest } from '../gateway/rest/rest.ts';
import { serveGateway } from '../gateway/server.ts';
import { uploadsOf } from '../gateway/uploads.ts';
import type { Settings } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { openSubgraphs, roster } from '../subgraphs/roster.ts';
import { runRole } from './role.ts';
import { withServers } from './serverAddresses.ts';

export function gateway(settings: Settings): Promise<void> {
  const log = createLogger('gateway', settings.LOG_LEVEL);
  return runRole(async () => {
    const { subgraphs, dependencies, close } = await openSubgraphs(withServers(settings), Object.keys(roster), log);
    const { streams } = dependencies;
    const runtime = await openGateway({ subgraphs, streams, readAfterTimeoutMs: settings.READ_AFTER_TIMEOUT_MS, log });
    const server = await serveGateway(runtime, settings, {
      uploads: uploadsOf(subgraphs, log),
      rest: await openRest(runtime, log),
    });
    log.info({ url: server.url }, 'listening');
    return {
      async stop() {
        await server.stop();
        await close();
      },
    };
  });
}
