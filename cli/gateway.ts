import { openGateway } from '../gateway/gateway.ts';
import { openRest } from '../gateway/rest/rest.ts';
import { serveGateway } from '../gateway/server.ts';
import { uploadsOf } from '../gateway/uploads.ts';
import type { Settings } from '../platform/config.ts';
import { healthHandler } from '../platform/healthServer.ts';
import { createLogger } from '../platform/log.ts';
import { isLoopback } from '../platform/loopback.ts';
import { secretsOf } from '../platform/secrets.ts';
import { Identity, withoutIdentity } from '../subgraphs/identity/identity.ts';
import { openSubgraphs, roster } from '../subgraphs/roster.ts';
import { needsOfGateway } from './readiness.ts';
import { runRole } from './role.ts';
import { withServers } from './serverAddresses.ts';

export function gateway(given: Settings): Promise<void> {
  const settings = withServers(given);
  const name = 'gateway';
  const log = createLogger(name, settings.LOG_LEVEL, secretsOf(settings));
  return runRole({ name, settings, needs: needsOfGateway }, async (health) => {
    const identity = await Identity.open(settings, log);
    const { subgraphs, dependencies, close } = await openSubgraphs(settings, Object.keys(roster), log);
    const { streams } = dependencies;
    const runtime = await openGateway({
      ...{ subgraphs, streams, log, identity, limits: settings },
      readAfterTimeoutMs: settings.READ_AFTER_TIMEOUT_MS,
    });
    const server = await serveGateway(runtime, settings, {
      uploads: uploadsOf(subgraphs, log, identity),
      rest: await openRest(runtime, log),
      health: healthHandler(health, !identity.isConfigured && showsAll(settings)),
      identity,
    });
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

/** Whether PORT may show metrics: only this machine reaches it, and they have no port of their own. */
function showsAll({ HOST, TRIBUTARY_TRUST_NETWORK, METRICS_PORT }: Settings): boolean {
  return METRICS_PORT === 0 && isLoopback(HOST) && !TRIBUTARY_TRUST_NETWORK;
}
