import { startIngest, type ViewName } from '../ingest/ingest.ts';
import type { Settings } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { runRole } from './role.ts';
import { withServers } from './serverAddresses.ts';

export function ingest(settings: Settings, only: ViewName[]): Promise<void> {
  return runRole(() => startIngest(withServers(settings), only, createLogger('ingest', settings.LOG_LEVEL)));
}
