import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rebuildTables } from '../ingest/rebuild.ts';
import { wikiTables } from '../ingest/wiki/sink.ts';
import { createLogger } from '../platform/log.ts';
import { command, environmentOf, killAll } from './command.ts';
import { difference, lettersOf, same } from './compare.ts';
import { allTaken } from './progress.ts';
import { ended, ingestApart, killMidway, leftBehind, watchCount, watchReadAfter } from './rebuilding.ts';
import { messagesOf } from './topic.ts';
import { editsStored, foldWiki, wikiLoad } from './wikiLoad.ts';
import { openWorld, type World } from './world.ts';

// Ingest and rebuilds are processes of their own, because that is how they meet.
const load = wikiLoad(30_000);
const firstPart = 20_000;
let world: World;

beforeAll(async () => {
  world = await openWorld();
  await ingestApart(world);
  await publish(0, firstPart);
  await allTaken(world);
});
afterAll(async () => {
  killAll();
  await world[Symbol.asyncDispose]();
});

test('what went wrong is mended while ingest goes on, and no reader ever misses what was there', async () => {
  await spoil();
  const readers = new AbortController();
  // The live part is newer than the rest.
  const since = Math.max(...load.slice(0, firstPart).map(({ expected }) => expected?.[10] ?? 0)) + 1;
  const live = `time >= fromUnixTimestamp64Milli(${since})`;
  const watching = [
    watchCount(world, 'wiki_edits', live, readers.signal),
    watchCount(world, 'wiki_edits', live, readers.signal),
    watchReadAfter(world, wikiTables, readers.signal),
  ];
  const publishing = publishSlowly();
  // Each has to clear up after the one before.
  for (let turn = 0; turn < 2; turn++) await killMidway(world, wikiTables, startRebuild());
  for (let turn = 0; turn < 3; turn++) {
    const { code, said } = await ended(startRebuild());
    expect([code, said]).toEqual([
      0,
      expect.stringMatching(/Rebuilt the edits of wikis from \d+ messages; \d+ of them/),
    ]);
    expect(await leftBehind(world, wikiTables)).toEqual([]);
  }
  await publishing;
  await allTaken(world);
  readers.abort();
  for (const { reads, gaps } of await Promise.all(watching)) {
    expect(gaps).toEqual([]);
    expect(reads).toBeGreaterThan(10);
  }
  await expectExact();
  expect(await tables()).toEqual(['wiki_edits']);
});

test('of two at once the second says so, and changes nothing', async () => {
  const first = startRebuild();
  await once(first.process.stdout, 'data');
  first.process.kill('SIGSTOP'); // in the middle, for as long as the second takes
  const second = await ended(startRebuild());
  first.process.kill('SIGCONT');
  expect([second.code, second.said]).toEqual([
    1,
    'Another rebuild of the edits of wikis is running. Wait for its end; this one changed nothing.\n',
  ]);
  expect(await first.exitCode).toBe(0);
  await expectExact();
});

test('one that has lost its hold on ClickHouse ends, and leaves what is there', async () => {
  const run = startRebuild();
  const { process: child } = run;
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const id = `tributary.rebuild.wiki.${world.settings.CLICKHOUSE_DATABASE}`;
  await world.clickhouse.command({ query: `KILL QUERY WHERE query_id = '${id}' SYNC` });
  child.kill('SIGCONT');
  expect(await ended(run)).toEqual({
    code: 1,
    said: expect.stringMatching(/let go of the rebuild.*run the rebuild again/),
  });
  await expectExact();
  expect(await tables()).toEqual(['wiki_edits']);
});

test('what is refused now and was not before goes to dead.letters, with its bytes, and once', async () => {
  const before = lettersOf(await messagesOf(world, 'dead.letters'), 'wiki.edits');
  const broken = (await messagesOf(world, 'wiki.edits')).find(({ value }) => value?.[1] === 0xff)!;
  const { partition, offset } = broken;
  // As if an earlier parser had taken it.
  await world.clickhouse.command({
    query: `DELETE FROM log WHERE topic = 'dead.letters' AND JSONExtractString(headers, 'dead-letter-partition') = '${partition}'
            AND JSONExtractString(headers, 'dead-letter-offset') = '${offset}'`,
  });
  await insertRow({ id: 'taken before', partition, offset });
  for (const sent of [1, 0]) {
    const { said } = await ended(startRebuild());
    expect(said).toContain(`${before.length} of them break the contract, ${sent} of which are new in dead.letters.`);
  }
  const after = lettersOf(await messagesOf(world, 'dead.letters'), 'wiki.edits');
  expect(difference(after, [...before, `${partition}/${offset} ${broken.value!.toString('hex')}`])).toEqual(same);
  expect(difference(await editsStored(world.clickhouse), (await reference()).rows)).toEqual(same);
});

test('edits whose messages the log has lost are kept', async () => {
  await world.clickhouse.command({
    query: `DELETE FROM log WHERE topic = 'wiki.edits' AND (partition = 1 AND offset < 500 OR partition = 2 AND offset % 97 = 0
            OR partition = 3)`,
  });
  const { said } = await ended(startRebuild());
  expect(said).toMatch(/\d+ rows were kept as they were, because the log no longer has their messages\./);
  expect(difference(await editsStored(world.clickhouse), (await reference()).rows)).toEqual(same);
});

test('retention counts for the new table too, and a rebuild that fails leaves the old one', async () => {
  const rows = (await reference()).rows.map((row) => JSON.parse(row) as unknown[]);
  const times = rows.map((row) => row[10] as number).sort((a, b) => a - b);
  const middle = times[times.length >> 1]!;
  const days = Math.ceil((Date.now() - middle) / 86_400_000);
  const rebuild = (stopped: AbortSignal, progress: (step: string, done: number) => void) => {
    const { clickhouse, kafka, publisher } = world;
    const settings = { ...world.settings, WIKI_RETENTION_DAYS: days };
    const log = createLogger('rebuild', 'silent');
    return rebuildTables(wikiTables, { kafka, clickhouse, publisher, settings, log }, stopped, progress);
  };
  const stop = new AbortController();
  const stopping = rebuild(stop.signal, (_, done) => {
    if (done > 5_000) stop.abort(new Error('stopped in the middle'));
  });
  await expect(stopping).rejects.toThrow('stopped in the middle');
  expect(difference(await editsStored(world.clickhouse), (await reference()).rows)).toEqual(same);
  expect(await tables()).toEqual(['wiki_edits']);

  const cutoff = Date.now() - days * 86_400_000;
  await rebuild(new AbortController().signal, () => {});
  // Those that were kept are left to ClickHouse, which drops them when it merges.
  const stored = (await editsStored(world.clickhouse)).map((row) => JSON.parse(row) as unknown[]);
  const young = (row: unknown[]) => (row[10] as number) >= cutoff + 60_000;
  const fromLog = (row: unknown[]) => row[17] === 0;
  expect(stored.filter(fromLog).length).toBeLessThan(rows.filter(fromLog).length);
  expect(
    difference(
      stored.filter((row) => young(row)).map((row) => JSON.stringify(row)),
      rows.filter((row) => young(row)).map((row) => JSON.stringify(row)),
    ),
  ).toEqual(same);
  expect(stored.filter((row) => fromLog(row) && (row[10] as number) < cutoff)).toEqual([]);
  const result = await world.clickhouse.query({ query: 'SHOW CREATE TABLE wiki_edits', format: 'JSONEachRow' });
  const [{ statement }] = (await result.json()) as [{ statement: string }];
  expect(statement).toContain(`TTL toDateTime(time) + toIntervalDay(${days})`);
});

/** What an earlier parser and a clumsy hand may have left behind. */
async function spoil(): Promise<void> {
  const { clickhouse } = world;
  const set = "title = 'wrong', delta = 7, comment = 'wrong', raw = '{}'";
  await clickhouse.command({
    query: `ALTER TABLE wiki_edits UPDATE ${set} WHERE cityHash64(id) % 7 = 0 SETTINGS mutations_sync = 1`,
  });
  await clickhouse.command({ query: 'DELETE FROM wiki_edits WHERE cityHash64(id) % 11 = 0' });
  await insertRow({ id: 'nobody', partition: 0, offset: '3' });
  await insertRow({ id: 'from nowhere', partition: 2, offset: '900000000' });
}

async function insertRow(row: { id: string; partition: number; offset: string }): Promise<void> {
  const values = [{ ...row, wiki: 'nowiki', title: 'Nowhere', time: 1_704_100_000_000, raw: '{}' }];
  await world.clickhouse.insert({ table: 'wiki_edits', values, format: 'JSONEachRow' });
}

/** Everything is in the table once, as it was said, and everything that is broken in dead.letters once. */
async function expectExact(): Promise<void> {
  const { rows, letters } = await reference();
  expect(difference(await editsStored(world.clickhouse), rows)).toEqual(same);
  expect(difference(lettersOf(await messagesOf(world, 'dead.letters'), 'wiki.edits'), letters)).toEqual(same);
}

async function reference() {
  return foldWiki(load, await messagesOf(world, 'wiki.edits'));
}

const startRebuild = () => command(['rebuild', 'wiki'], environmentOf(world.settings));

async function publish(from: number, to: number): Promise<number[]> {
  const messages = load.slice(from, to).map(({ key, value, headers }) => ({ key, value, headers }));
  return world.publisher.publish('wiki.edits', messages);
}

/** Small batches, so that ingest is writing all the time. */
async function publishSlowly(): Promise<void> {
  for (let at = firstPart; at < load.length; at += 50) {
    await publish(at, Math.min(at + 50, load.length));
    await delay(20);
  }
}

async function tables(): Promise<string[]> {
  const result = await world.clickhouse.query({ query: "SHOW TABLES LIKE 'wiki%'", format: 'JSONEachRow' });
  return (await result.json<{ name: string }>()).map(({ name }) => name);
}
