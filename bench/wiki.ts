import type { Consumer } from 'kafkajs';
import { archiveView } from '../ingest/log/archive.ts';
import { runView, type View } from '../ingest/view.ts';
import { toWikiRow } from '../ingest/wiki/rows.ts';
import { wikiView } from '../ingest/wiki/sink.ts';
import type { Settings } from '../platform/config.ts';
import { type Apart, apart } from './apart.ts';
import { askGraph } from './ask.ts';
import { edits } from './edits.ts';
import { median, quantile, row, timed } from './figures.ts';

const eventCount = 200_000;
const rounds = 3;
const editCount = 5_000_000;
const calls = 40;

export async function run(given: Settings): Promise<void> {
  await using installation = await apart(given);
  await benchIngest(installation);
  await benchQuestions(installation);
}

async function benchIngest({ settings, kafka, clickhouse, publisher, log }: Apart): Promise<void> {
  console.log(`\nFrom Kafka into ClickHouse: ${eventCount} events of 1 KB, events/s, median of ${rounds}`);
  for (let at = 0; at < eventCount; at += 10_000) await publisher.publish('wiki.edits', edits(at, 10_000));
  const rates: Record<'read' | 'insert' | 'wiki' | 'log' | 'both', number[]> = {
    ...{ read: [], insert: [], wiki: [], log: [], both: [] },
  };
  const rateOf = async (work: () => Promise<unknown>) => eventCount / ((await timed(work)) / 1000);
  for (let round = 0; round < rounds; round++) {
    rates.read.push(await rateOf(() => bareRead(kafka.consumer({ groupId: `bare${round}` }), settings.KAFKA_PREFIX)));
    rates.insert.push(await bareInsertRate(clickhouse));
    const views = () => [wikiView(clickhouse, publisher), archiveView(clickhouse)];
    for (const [name, run] of [
      ['wiki', views().slice(0, 1)],
      ['log', views().slice(1)],
      ['both', views()],
    ] as const)
      rates[name].push(await rateOf(() => Promise.all(run.map((view) => through(view, `${name}${round}`)))));
  }
  const slower = median(rates.read.map((rate, at) => Math.min(rate, rates.insert[at]!)));
  row('bare kafkajs consumer, counting', median(rates.read));
  row('bare inserts of ready rows into the table', median(rates.insert));
  row('the view wiki', median(rates.wiki));
  row('  ratio to the slower of the bare ones (aim 0.5)', median(rates.wiki) / slower);
  row('the view log', median(rates.log));
  row('  ratio', median(rates.log) / slower);
  row('both at once in one process', median(rates.both));

  /** Runs a view from the beginning of the topic until it has written every event. */
  async function through(view: View, name: string): Promise<void> {
    let written = 0;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const write: View['write'] = async (batch) => {
      await view.write(batch);
      written += batch.messages.length;
      if (written >= eventCount) resolve();
    };
    const group = `${view.group}.${name}`;
    const running = await runView({ ...view, group, topics: ['wiki.edits'], write }, kafka, settings, log);
    await done;
    await running.stop();
  }
}

async function bareRead(consumer: Consumer, prefix: string): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [`${prefix}wiki.edits`], fromBeginning: true });
  let read = 0;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      read += batch.messages.length;
      if (read >= eventCount) resolve();
    },
  });
  await done;
  await consumer.disconnect();
}

/** The rows are made before the clock runs. */
async function bareInsertRate(clickhouse: Apart['clickhouse']): Promise<number> {
  await clickhouse.command({ query: 'CREATE TABLE bare AS wiki_edits' });
  let seconds = 0;
  for (let at = 0; at < eventCount; at += 10_000) {
    const values = edits(at, 10_000).map(({ value }, place) =>
      toWikiRow('wiki.edits', 0, { offset: String(at + place), value: Buffer.from(value as string) } as never),
    );
    seconds += (await timed(() => clickhouse.insert({ table: 'bare', values, format: 'JSONEachRow' }))) / 1000;
  }
  await clickhouse.command({ query: 'DROP TABLE bare' });
  return eventCount / seconds;
}

async function benchQuestions({ clickhouse, role }: Apart): Promise<void> {
  await clickhouse.command({ query: 'TRUNCATE TABLE wiki_edits' });
  const paceMs = 20;
  const begin = Date.UTC(2026, 0, 1);
  const chunk = 250_000;
  for (let from = 0; from < editCount; from += chunk)
    await clickhouse.command({ query: fill, query_params: { from, chunk, begin, paceMs } });
  const end = begin + editCount * paceMs;
  const gateway = await role('gateway');
  const ask = askGraph(gateway.port);
  const time = (at: number) => new Date(at).toISOString();
  const between = (from: number, to: number) =>
    `time >= fromUnixTimestamp64Milli(${from}, 'UTC') AND time < fromUnixTimestamp64Milli(${to}, 'UTC')`;
  const hour = 3_600_000;
  // Each call asks about another time, so that nothing is answered from memory of the call before.
  const questions: Record<string, { bare: (at: number) => string; ours: (at: number) => string }> = {
    'edits per minute of 6 hours': {
      bare: (to) =>
        `SELECT toStartOfMinute(time) AS minute, count(), countIf(bot), uniqExact(user), sumIf(delta, delta > 0), sumIf(delta, delta < 0) FROM wiki_edits FINAL WHERE ${between(to - 6 * hour, to)} GROUP BY minute ORDER BY minute`,
      ours: (to) =>
        `{ wikiActivity(from: "${time(to - 6 * hour)}", to: "${time(to)}", every: "PT1M") { start edits bots users bytesAdded bytesRemoved } }`,
    },
    'top 20 pages of a day': {
      bare: (to) =>
        `SELECT title, count() AS edits, sum(delta) FROM wiki_edits FINAL WHERE ${between(to - 24 * hour, to)} GROUP BY title ORDER BY edits DESC, title LIMIT 20`,
      ours: (to) =>
        `{ wikiTop(by: TITLE, from: "${time(to - 24 * hour)}", to: "${time(to)}", first: 20) { key edits delta } }`,
    },
    'newest 50 of a wiki': {
      bare: (to) =>
        `SELECT id, title, user, comment, time FROM wiki_edits FINAL WHERE wiki = 'wiki0' AND ${between(to - hour, to)} ORDER BY time DESC, id DESC LIMIT 51`,
      ours: (to) =>
        `{ wikiEdits(to: "${time(to)}", where: { wikis: ["wiki0"] }, first: 50) { edges { node { id title user comment time } } } }`,
    },
  };
  console.log(`\nQuestions to ${editCount} edits, one caller, ${calls} calls each in turn, ms`);
  for (const [name, { bare, ours }] of Object.entries(questions)) {
    const times: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
    for (let call = -5; call < calls; call++) {
      const to = end - Math.abs(call) * 1_234_567;
      const query = bare(to);
      const b = await timed(async () => (await clickhouse.query({ query, format: 'JSONEachRow' })).json());
      const o = await timed(() => ask(ours(to)));
      if (call < 0) continue; // warming up
      times.bare.push(b);
      times.ours.push(o);
    }
    row(name, 'p50', 'p95');
    row('  ClickHouse, asked directly', quantile(times.bare, 0.5), quantile(times.bare, 0.95));
    row('  through the gateway', quantile(times.ours, 0.5), quantile(times.ours, 0.95));
    row('  ratio', quantile(times.ours, 0.5) / quantile(times.bare, 0.5));
  }
  await gateway.stop();
}

/** Edits of 300 wikis, a few of them large, by 50,000 users on 500,000 pages. */
const fill = `
INSERT INTO wiki_edits (id, wiki, type, title, user, bot, minor, namespace, comment, folded, time, old_length, new_length,
                        delta, revision, url, raw, partition, offset)
SELECT toString(generateUUIDv4()), concat('wiki', toString(toUInt32(pow(rand(1) % 1000 / 1000, 3) * 300))), 'edit',
       concat('Page ', toString(rand(2) % 500000)), concat('User ', toString(rand(3) % 50000)), rand(4) % 3 = 0,
       rand(5) % 2, rand(6) % 5, concat('comment ', toString(rand(7))), concat('comment ', toString(rand(7))),
       fromUnixTimestamp64Milli({begin:Int64} + toInt64(({from:UInt64} + number) * {paceMs:UInt32}), 'UTC'),
       1000, 1000 + rand(8) % 500, toInt32(rand(8) % 500), toString(number), 'https://example.org/', '{}', number % 4,
       {from:UInt64} + number
FROM numbers({chunk:UInt64})`;
