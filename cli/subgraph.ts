import type { Settings } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { secretsOf } from '../platform/secrets.ts';
import { Identity, withoutIdentity } from '../subgraphs/identity/identity.ts';
import { openSubgraphs, roster } from '../subgraphs/roster.ts';
import { serveSubgraph } from '../subgraphs/serve.ts';
import { needsOfSubgraph } from './readiness.ts';
import { runRole } from './role.ts';
import { withServers } from './serverAddresses.ts';

export function subgraph(given: Settings, name: string): Promise<void> {
  if (!Object.hasOwn(roster, name))
    throw new Error(`There is no subgraph ${name}; there are ${Object.keys(roster).join(', ')}.`);
  const settings = withServers(given);
  const role = { name: `subgraph ${name}`, settings, needs: needsOfSubgraph(name) };
  const log = createLogger(role.name, settings.LOG_LEVEL, secretsOf(settings));
  return runRole(role, async () => {
    const identity = await Identity.open(settings, log);
    const { subgraphs, close } = await openSubgraphs(settings, [name], log);
    const server = await serveSubgraph(subgraphs[0]!, settings, identity);
    log.info({ url: server.url }, 'listening');
    if (!identity.isConfigured) log.warn(withoutIdentity);
    return {
      async stop() {
        await server.stop();
        identity.close();
        await close();
      },
    };
  });
}
