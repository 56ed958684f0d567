import type { Settings } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { openSubgraphs, roster } from '../subgraphs/roster.ts';
import { serveSubgraph } from '../subgraphs/serve.ts';
import { runRole } from './role.ts';
import { withServers } from './serverAddresses.ts';

export function subgraph(settings: Settings, name: string): Promise<void> {
  if (!Object.hasOwn(roster, name))
    throw new Error(`There is no subgraph ${name}; there are ${Object.keys(roster).join(', ')}.`);
  const log = createLogger(`subgraph ${name}`, settings.LOG_LEVEL);
  return runRole(async () => {
    const { subgraphs, close } = await openSubgraphs(withServers(settings), [name], log);
    const server = await serveSubgraph(subgraphs[0]!, settings);
    log.info({ url: server.url }, 'listening');
    return {
      async stop() {
        await server.stop();
        await close();
      },
    };
  });
}
