import { produceItems, produceTerms } from '../ingest/menu/produce.ts';
import { produceReadings } from '../ingest/occupancy/produce.ts';
import { producePeople } from '../ingest/people/produce.ts';
import type { ProduceOptions } from '../ingest/produce.ts';
import type { ProduceFileOptions } from '../ingest/produceFile.ts';
import type { Settings } from '../platform/config.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { longestText, Publisher } from '../platform/publish.ts';
import { startTracing } from '../platform/trace.ts';
import { askedToStop } from './role.ts';
import { withServers } from './serverAddresses.ts';
import { TerminalReport } from './terminal.ts';

export const people = (settings: Settings, path: string, options: ProduceOptions) =>
  produce('people.events', producePeople, settings, path, options);

export const occupancy = (settings: Settings, path: string, options: ProduceFileOptions) =>
  produce('occupancy.readings', produceReadings, settings, path, options);

export const menu = (settings: Settings, path: string, options: ProduceFileOptions) =>
  produce('menu.items', produceItems, settings, path, options);

export const terms = (settings: Settings, path: string, options: ProduceFileOptions) =>
  produce('menu.terms', produceTerms, settings, path, options);

async function produce(
  topic: string,
  publish: typeof produceReadings,
  settings: Settings,
  path: string,
  options: ProduceFileOptions,
): Promise<void> {
  const report = new TerminalReport();
  const endTracing = await startTracing(settings, 'produce');
  const stopped = new AbortController();
  askedToStop().then(() => stopped.abort());
  const kafka = openKafka(withServers(settings), 'produce', createLogger('produce', 'silent'));
  const publisher = new Publisher(kafka, settings.KAFKA_PREFIX);
  const started = performance.now();
  let exitCode = 0;
  try {
    const produced = await publish(path, options, publisher, stopped.signal, ({ sent }) =>
      report.count(`Sent to ${topic}`, sent),
    );
    const seconds = (performance.now() - started) / 1000;
    report.say(`Sent ${produced.sent} messages to ${topic} in ${seconds.toFixed(1)} s.`);
    if (produced.firstBroken)
      report.say(
        `${produced.broken} of them break the contract and will be in dead.letters. The first: ${produced.firstBroken}`,
      );
    if (produced.firstTooLong) {
      report.say(
        `Not sent, because they are too long for Kafka (more than ${longestText} bytes): ${produced.tooLong}. The first: ${produced.firstTooLong}`,
      );
      exitCode = 1;
    }
  } finally {
    await publisher.close();
    await endTracing();
  }
  process.exit(exitCode); // standard input or a pipe may still be open
}
