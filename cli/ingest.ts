import { startIngest, type ViewName } from '../ingest/ingest.ts';
import type { Settings } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { secretsOf } from '../platform/secrets.ts';
import { needsOfIngest } from './readiness.ts';
import { runRole } from './role.ts';
import { withServers } from './serverAddresses.ts';

export function ingest(given: Settings, only: ViewName[]): Promise<void> {
  const settings = withServers(given);
  const name = 'ingest';
  const log = createLogger(name, settings.LOG_LEVEL, secretsOf(settings));
  return runRole({ name, settings, needs: needsOfIngest(only) }, () => startIngest(settings, only, log));
}
