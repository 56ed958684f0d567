import { serveDemoApi, startDemoFeeds } from '../ingest/air/demo.ts';
import { inventPast } from '../ingest/air/past.ts';
import { RawResponses } from '../ingest/air/store.ts';
import { startWorker } from '../ingest/air/worker.ts';
import type { Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger, type Logger } from '../platform/log.ts';
import { rangeOf } from '../platform/offsets.ts';
import { Publisher } from '../platform/publish.ts';
import { secretsOf } from '../platform/secrets.ts';
import { needsOfSource } from './readiness.ts';
import { runRole, supervised } from './role.ts';
import { withServers } from './serverAddresses.ts';
import { findTopic } from './source.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

export function sourceAir(given: Settings, { demo }: { demo: boolean }): Promise<void> {
  const settings = withServers(given);
  const name = 'source air';
  const log = createLogger(name, settings.LOG_LEVEL, secretsOf(settings));
  return runRole({ name, settings, needs: needsOfSource }, async () => {
    if (!process.env[supervised]) await findTopic(settings, 'air.feeds');
    const api = demo ? await serveDemoApi() : undefined;
    const worker = await startWorker(settings, log, { allowedOrigin: api && new URL(api.endpoint).origin });
    log.info({ worker: worker.name }, 'the worker is up');
    worker.crashed.then((error) => {
      log.error({ reason: messageOf(error) }, 'the worker has lost Kafka for good; start it again');
      process.exit(1);
    });
    if (api) await playDemo(settings, api.endpoint, log);
    return {
      async stop() {
        await worker.stop();
        await api?.stop();
      },
    };
  });
}

/** Starts the feeds of the demo, the first time after a day of which there are invented answers. */
async function playDemo(settings: Settings, endpoint: string, log: Logger): Promise<void> {
  const kafka = openKafka(settings, 'demo', log);
  const publisher = new Publisher(kafka, settings.KAFKA_PREFIX);
  try {
    const { end } = await rangeOf(kafka, `${settings.KAFKA_PREFIX}air.feeds`);
    const now = Math.floor(Date.now() / minuteMs) * minuteMs; // the present minute is still to be fetched
    // Nobody wants to find it among real answers.
    if (settings.IQAIR_KEY === '' && end.every((offset) => offset === 0))
      await inventPast(await RawResponses.open(settings), publisher, now - dayMs, now);
    await startDemoFeeds(settings, publisher, endpoint);
  } finally {
    await publisher.close();
  }
}
