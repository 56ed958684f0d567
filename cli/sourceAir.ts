import { serveDemoApi, startDemoFeeds } from '../ingest/air/demo.ts';
import { startWorker } from '../ingest/air/worker.ts';
import type { Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Publisher } from '../platform/publish.ts';
import { runRole, supervised } from './role.ts';
import { withServers } from './serverAddresses.ts';
import { findTopic } from './source.ts';

export function sourceAir(given: Settings, { demo }: { demo: boolean }): Promise<void> {
  const settings = withServers(given);
  const log = createLogger('source air', settings.LOG_LEVEL);
  return runRole(async () => {
    if (!process.env[supervised]) await findTopic(settings, 'air.feeds');
    const api = demo ? await serveDemoApi() : undefined;
    const worker = await startWorker(settings, log, { allowedOrigin: api && new URL(api.endpoint).origin });
    log.info({ worker: worker.name }, 'the worker is up');
    worker.crashed.then((error) => {
      log.error({ reason: messageOf(error) }, 'the worker has lost Kafka for good; start it again');
      process.exit(1);
    });
    if (api) {
      const publisher = new Publisher(openKafka(settings, 'demo', log), settings.KAFKA_PREFIX);
      await startDemoFeeds(settings, publisher, api.endpoint).finally(() => publisher.close());
    }
    return {
      async stop() {
        await worker.stop();
        await api?.stop();
      },
    };
  });
}
