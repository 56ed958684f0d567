import { startWorker } from '../ingest/air/worker.ts';
import type { Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { createLogger } from '../platform/log.ts';
import { runRole, supervised } from './role.ts';
import { withServers } from './serverAddresses.ts';
import { findTopic } from './source.ts';

export function sourceAir(given: Settings): Promise<void> {
  const settings = withServers(given);
  const log = createLogger('source air', settings.LOG_LEVEL);
  return runRole(async () => {
    if (!process.env[supervised]) await findTopic(settings, 'air.feeds');
    const worker = await startWorker(settings, log);
    log.info({ worker: worker.name }, 'the worker is up');
    worker.crashed.then((error) => {
      log.error({ reason: messageOf(error) }, 'the worker has lost Kafka for good; start it again');
      process.exit(1);
    });
    return worker;
  });
}
