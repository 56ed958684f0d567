import { stat } from 'node:fs/promises';
import type { Kafka } from 'kafkajs';
import { playDemo } from '../ingest/wiki/demo.ts';
import { replay } from '../ingest/wiki/recorded.ts';
import { publishStream, type SourceReport } from '../ingest/wiki/source.ts';
import type { Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Publisher } from '../platform/publish.ts';
import type { TopicName } from '../schema/topics.ts';
import { lookAtKafka } from './probeServers.ts';
import { needsOfSource } from './readiness.ts';
import { runUntilDone, supervised } from './role.ts';
import { withServers } from './serverAddresses.ts';
import { SourceTeller } from './sourceTeller.ts';

interface SourceWikiOptions {
  quiet: boolean;
  verbose: boolean;
  url?: string;
  eventType: string;
  frac: number;
  since?: Date;
  /** Seconds. */
  stall: number;
  file?: string;
  speed: number;
  demo: boolean;
}

export function sourceWiki(given: Settings, options: SourceWikiOptions): Promise<void> {
  const settings = withServers(given);
  return runUntilDone({ name: 'source wiki', settings, needs: needsOfSource }, async (stopped) => {
    // A person wants to know at once what is missing; a role that is started again waits for Kafka to be started again.
    if (!process.env[supervised]) await findTopic(settings, 'wiki.edits');
    const kafka = openKafka(settings, 'source', createLogger('source wiki', 'silent'));
    const teller = new SourceTeller(options, settings.LOG_LEVEL);
    const report: SourceReport = {
      begins: (where) => {
        process.send?.('ready');
        teller.detail(where);
      },
      published: (count, time) => teller.published(count, time),
      reconnecting: (reason, pauseMs) => teller.reconnecting(reason, pauseMs),
      warn: (line) => teller.say(line),
    };
    let hasFailed = true;
    try {
      if (options.demo) await playDemo(kafka, settings.KAFKA_PREFIX, stopped, report);
      else if (options.file !== undefined) await replayFile(options.file, options, kafka, settings, stopped, teller);
      else {
        const url = addressOf(options.url ?? settings.WIKI_STREAM_URL);
        const { eventType, frac, since, stall } = options;
        const from = { url, eventType, frac, stallMs: stall * 1000, ...(since ? { since } : {}) };
        await publishStream(from, kafka, settings.KAFKA_PREFIX, stopped, report);
      }
      hasFailed = false;
    } finally {
      teller.end(hasFailed);
    }
  });
}

async function replayFile(
  path: string,
  { speed, frac, since }: SourceWikiOptions,
  kafka: Kafka,
  settings: Settings,
  stopped: AbortSignal,
  teller: SourceTeller,
): Promise<void> {
  if (path !== '-') {
    const give = 'Give a file of events, one a line, or - for standard input.';
    const kind = await stat(path).catch(() => {
      throw new Error(`There is no ${path}. ${give}`);
    });
    if (kind.isDirectory()) throw new Error(`${path} is a folder. ${give}`);
  }
  const publisher = new Publisher(kafka, settings.KAFKA_PREFIX);
  try {
    await replay(path, { speed, frac, ...(since ? { since } : {}) }, publisher, stopped, (count, time) =>
      teller.published(count, time),
    );
  } finally {
    await publisher.close();
  }
}

/** @throws Error that says what to do when Kafka or the topic is not there. */
export async function findTopic(settings: Settings, name: TopicName): Promise<void> {
  const missing = await lookAtKafka(settings).catch((error) => {
    throw new Error(
      `Kafka does not answer at ${settings.KAFKA_BROKERS}: ${messageOf(error)}. Start it with \`npm start\`, or say with KAFKA_BROKERS where it is.`,
    );
  });
  const topic = `topic ${settings.KAFKA_PREFIX}${name}`;
  if (missing.includes(topic))
    throw new Error(`There is no ${topic} at ${settings.KAFKA_BROKERS}. \`tributary ingest\` makes it when it starts.`);
}

/** @throws Error when it is no address that can be asked, or one that would put a password into every message. */
function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw new Error(
      `${url?.password ? 'The address' : text} must be http:// or https:// and without user and password. Give another with --url.`,
    );
  return url.href;
}
