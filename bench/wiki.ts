import { toWikiRow } from '../ingest/wiki/rows.ts';
import { wikiView } from '../ingest/wiki/sink.ts';
import type { Settings } from '../platform/config.ts';
import { type Apart, apart } from './apart.ts';
import { askGraph } from './ask.ts';
import { edits } from './edits.ts';
import { quantile, row, timed } from './figures.ts';
import { benchIngest } from './ingest.ts';

const editCount = 5_000_000;
const calls = 40;

export async function run(given: Settings): Promise<void> {
  await using installation = await apart(given);
  await benchIngest(installation, {
    ...{
      topic: 'wiki.edits',
      table: 'wiki_edits',
      count: 200_000,
      what: 'events of 1 KB',
      messages: edits,
      toRow: toWikiRow,
    },
    view: ({ clickhouse, publisher }) => wikiView(clickhouse, publisher),
  });
  await benchQuestions(installation);
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
