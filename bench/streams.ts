import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { archiveView } from '../ingest/log/archive.ts';
import { runView } from '../ingest/view.ts';
import type { Settings } from '../platform/config.ts';
import { cursorKeys } from '../platform/cursorKeys.ts';
import { ClickHouseLog } from '../platform/messageLog.ts';
import { Values } from '../platform/values.ts';
import { parseWikiEdit } from '../schema/wiki/edit.ts';
import { KafkaBroker } from '../subgraphs/streams/kafka.ts';
import { parseKeyRing } from '../subgraphs/streams/keys.ts';
import { Streams } from '../subgraphs/streams/stream.ts';
import { type Apart, apart } from './apart.ts';
import { edits } from './edits.ts';
import { fanout } from './fanout.ts';
import { median, quantile, row, timed } from './figures.ts';

export async function run(given: Settings): Promise<void> {
  for (const bench of [benchLatency, benchCatchUp, fanout]) {
    await using installation = await apart(given);
    await bench(installation);
  }
}

const perSecond = 1_000;
const seconds = 20;
const tick = 10;

/** From the call of the producer to the hands of the receiver, by one clock: all three are in this process. */
async function benchLatency({ settings, kafka, publisher, role }: Apart): Promise<void> {
  const ingest = await role('ingest');
  const gateway = await role('gateway');
  const count = perSecond * seconds;
  const warmUp = perSecond * 2;
  const sent = new Float64Array(count);
  const bare = new Float64Array(count);
  const ours = new Float64Array(count);
  const both = Promise.withResolvers<void>();
  let left = 2 * (count - warmUp);
  const received = (times: Float64Array, at: number) => {
    times[at] = performance.now() - sent[at]!;
    if (at >= warmUp && --left === 0) both.resolve();
  };

  const consumer = kafka.consumer({ groupId: `${settings.KAFKA_PREFIX}latency` });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.connect();
  await consumer.subscribe({ topics: [`${settings.KAFKA_PREFIX}wiki.edits`] });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => received(bare, (JSON.parse(message.value!.toString()) as { id: number }).id),
  });
  await joined;

  const socket = createClient({ url: `ws://127.0.0.1:${gateway.port}/graphql`, webSocketImpl: WebSocket });
  // From a time on, so that nothing is missed while the subscription is being opened.
  const since = new Date().toISOString();
  const query = `subscription { wikiEdits(since: "${since}") { cursor edit { id title user comment time revision } } }`;
  const events = socket.iterate<{ wikiEdits: { edit: { revision: string } } }>({ query });
  const reading = (async () => {
    for await (const { data } of events) received(ours, Number(data!.wikiEdits.edit.revision) - 1);
  })();

  console.log(`\nFrom producer to subscriber at ${perSecond} events/s for ${seconds} s, ms`);
  const begun = performance.now();
  for (let at = 0; at < count; at += (perSecond * tick) / 1000) {
    await delay(begun + (at / perSecond) * 1000 - performance.now());
    const batch = edits(at, (perSecond * tick) / 1000);
    sent.fill(performance.now(), at, at + batch.length);
    void publisher.publish('wiki.edits', batch);
  }
  await both.promise;
  const figures = (times: Float64Array) => [0.5, 0.99, 1].map((share) => quantile([...times.slice(warmUp)], share));
  row('', 'p50', 'p99', 'max');
  row('a bare Kafka consumer', ...figures(bare));
  row('a subscriber over WebSocket', ...figures(ours));
  row('later, event by event', ...figures(ours.map((time, at) => time - bare[at]!)));
  row('later at p99 (aim: at most 20)', '', figures(ours)[1]! - figures(bare)[1]!);
  await socket.dispose();
  await reading.catch(() => {});
  await consumer.disconnect();
  await gateway.stop();
  await ingest.stop();
}

const historyCount = 200_000;
const rounds = 5;

/** One subscriber reads all of the log. */
async function benchCatchUp({ settings, kafka, clickhouse, publisher, role, log }: Apart): Promise<void> {
  console.log(
    `\nCatching up from the log: ${historyCount} events of 1 KB for one subscriber, events/s, median of ${rounds}`,
  );
  const since = new Date();
  for (let at = 0; at < historyCount; at += 10_000) await publisher.publish('wiki.edits', edits(at, 10_000));
  const archive = await runView(archiveView(clickhouse), kafka, settings, log);
  const values = new Values(settings);
  const broker = new KafkaBroker(kafka, settings.KAFKA_PREFIX, values, log);
  const reader = new ClickHouseLog(clickhouse, values);
  const ends = await broker.ends('wiki.edits');
  while ((await broker.archivedEnd('wiki.edits')).some((end, partition) => end < ends[partition]!)) await delay(200);
  await archive.stop();

  // A ring of nothing, so that all is read from the log.
  const streams = new Streams(broker, reader, parseKeyRing(await cursorKeys(settings)), { ringBytes: 0 });
  const until = new Date();
  const scope = { field: 'wikiEdits', filter: {} };
  const follow = async (select: Parameters<typeof streams.subscribe<unknown>>[0]['select']) => {
    const events = await streams.subscribe({ topic: 'wiki.edits', scope, since, until, select });
    let count = 0;
    for await (const _ of events) count++;
    if (count !== historyCount) throw new Error(`${count} events of ${historyCount}`);
  };
  const gateway = await role('gateway');
  const ways: Record<string, () => Promise<unknown>> = {
    'bare read of the table, page by page, and parse': async () => {
      for (const [partition, end] of ends.entries())
        for (let from = 0; from < end; ) {
          const page = await reader.read({
            topic: 'wiki.edits',
            partition,
            from,
            to: end,
            rows: 10_000,
            bytes: 1 << 30,
          });
          for (const { value } of page) JSON.parse(value!);
          from = page.at(-1)!.offset + 1;
        }
    },
    'a subscription, parsed': () => follow(({ value }) => JSON.parse(value!)),
    'a subscription to edits, checked and normalised': () =>
      follow(({ value, partition, offset }) => parseWikiEdit(value, { topic: 'wiki.edits', partition, offset })),
    'the same through the gateway, over WebSocket': async () => {
      const socket = createClient({ url: `ws://127.0.0.1:${gateway.port}/graphql`, webSocketImpl: WebSocket });
      const query = `subscription { wikiEdits(since: "${since.toISOString()}", until: "${until.toISOString()}") { cursor edit { id title user } } }`;
      let count = 0;
      for await (const _ of socket.iterate({ query })) count++;
      await socket.dispose();
      if (count !== historyCount) throw new Error(`${count} events of ${historyCount}`);
    },
  };
  const rates = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, read] of Object.entries(ways)) rates.get(name)!.push(historyCount / ((await timed(read)) / 1000));
  const [bare] = rates.values();
  for (const [name, found] of rates) row(name, median(found), `ratio ${(median(found) / median(bare!)).toFixed(2)}`);
  await gateway.stop();
  await streams.close();
  await broker.close();
}
