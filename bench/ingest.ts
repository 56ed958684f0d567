import type { Consumer, KafkaMessage, Message } from 'kafkajs';
import { archiveView } from '../ingest/log/archive.ts';
import { runView, type View } from '../ingest/view.ts';
import type { Apart } from './apart.ts';
import { median, row, timed } from './figures.ts';

const rounds = 3;
const batchSize = 10_000;

/** A topic, and the view that puts its messages into a table. */
export interface Ingested {
  topic: string;
  table: string;
  count: number;
  /** What the messages are, in words. */
  what: string;
  messages(from: number, count: number): Message[];
  view(installation: Apart): View;
  toRow(topic: string, partition: number, message: KafkaMessage): object;
}

/** How fast a view follows Kafka, beside a consumer that only counts and inserts of rows that are ready. */
export async function benchIngest(installation: Apart, ingested: Ingested): Promise<void> {
  const { settings, kafka, clickhouse, publisher, log } = installation;
  const { topic, count, view } = ingested;
  console.log(`\nFrom Kafka into ClickHouse: ${count} ${ingested.what}, per second, median of ${rounds}`);
  for (let at = 0; at < count; at += batchSize)
    await publisher.publish(topic, ingested.messages(at, Math.min(batchSize, count - at)));
  const rates: Record<'read' | 'insert' | 'view' | 'log' | 'both', number[]> = {
    ...{ read: [], insert: [], view: [], log: [], both: [] },
  };
  const rateOf = async (work: () => Promise<unknown>) => count / ((await timed(work)) / 1000);
  for (let round = 0; round < rounds; round++) {
    const consumer = kafka.consumer({ groupId: `bare${round}` });
    rates.read.push(await rateOf(() => bareRead(consumer, settings.KAFKA_PREFIX + topic, count)));
    rates.insert.push(count / (await bareInsertSeconds(clickhouse, ingested)));
    const views = () => [view(installation), archiveView(clickhouse)];
    for (const [name, run] of [
      ['view', views().slice(0, 1)],
      ['log', views().slice(1)],
      ['both', views()],
    ] as const)
      rates[name].push(await rateOf(() => Promise.all(run.map((one) => through(one, `${name}${round}`)))));
  }
  const slower = median(rates.read.map((rate, at) => Math.min(rate, rates.insert[at]!)));
  row('bare kafkajs consumer, counting', median(rates.read));
  row('bare inserts of ready rows into the table', median(rates.insert));
  row(`the view of ${topic}`, median(rates.view));
  row('  ratio to the slower of the bare ones (aim 0.5)', median(rates.view) / slower);
  row('the view log', median(rates.log));
  row('  ratio', median(rates.log) / slower);
  row('both at once in one process', median(rates.both));

  /** Runs a view from the beginning of the topic until it has written every message. */
  async function through(view: View, name: string): Promise<void> {
    let written = 0;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const write: View['write'] = async (batch) => {
      await view.write(batch);
      written += batch.messages.length;
      if (written >= count) resolve();
    };
    const group = `${view.group}.${name}`;
    const running = await runView({ ...view, group, topics: [topic], write }, kafka, settings, log);
    await done;
    await running.stop();
  }
}

async function bareRead(consumer: Consumer, topic: string, count: number): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let read = 0;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      read += batch.messages.length;
      if (read >= count) resolve();
    },
  });
  await done;
  await consumer.disconnect();
}

/** The rows are made before the clock runs. */
async function bareInsertSeconds(
  clickhouse: Apart['clickhouse'],
  { topic, table, count, messages, toRow }: Ingested,
): Promise<number> {
  await clickhouse.command({ query: `CREATE TABLE bare AS ${table}` });
  const timestamp = String(Date.now());
  let ms = 0;
  for (let at = 0; at < count; at += batchSize) {
    const values = messages(at, Math.min(batchSize, count - at)).map(({ value }, place) =>
      toRow(topic, 0, { offset: String(at + place), timestamp, value: Buffer.from(value as string) } as KafkaMessage),
    );
    ms += await timed(() => clickhouse.insert({ table: 'bare', values, format: 'JSONEachRow' }));
  }
  await clickhouse.command({ query: 'DROP TABLE bare' });
  return ms / 1000;
}
