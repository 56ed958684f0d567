import type { ClickHouseClient } from '@clickhouse/client';
import { isUnknownTable } from '../../platform/clickhouse.ts';
import { takeLock } from '../../platform/clickhouseLock.ts';
import type { Settings } from '../../platform/config.ts';
import type { Logger } from '../../platform/log.ts';
import type { LoggedMessage } from '../../platform/messageLog.ts';
import type { Publisher } from '../../platform/publish.ts';
import { logGroup, viewGroup } from '../../schema/topics.ts';
import { rebuiltEditsPrefix, wikiEditsRetention, wikiEditsTable } from '../../schema/wiki/table.ts';
import { sendDeadLetters } from '../deadLetters.ts';
import { type TopicLog, taken } from '../log/topicLog.ts';
import { writeBatch } from '../view.ts';
import { LettersSent } from './lettersSent.ts';
import { viewOfEdits } from './sink.ts';
import { insertEdits, rebuiltTables } from './tables.ts';

export interface WikiRebuild {
  clickhouse: ClickHouseClient;
  publisher: Publisher;
  settings: Settings;
  /** The archives of wiki.edits and of dead.letters. */
  edits: TopicLog;
  deadLetters: TopicLog;
  log: Logger;
}

export interface WikiRebuildResult {
  /** Messages read from the log. */
  messages: number;
  /** Of them, how many break the present contract. */
  refused: number;
  /** Of those, how many went to dead.letters now, because they were not there yet. */
  sent: number;
  /** Edits that were kept as they were, because the log no longer has their messages. */
  kept: number;
}

type Tell = (step: string, done: number, total: number) => void;

const topic = 'wiki.edits';
const day = 86_400_000;
/** Partitions read at the same time, so that ClickHouse and this process need not wait for each other. */
const concurrency = 4;

/**
 * Builds the table of edits anew from the log, beside the present one, which serves and is kept up to date meanwhile,
 * and then takes its place.
 *
 * Nobody sees a gap, for three reasons. From the moment on in which the new table is there, ingest writes every edit
 * into it before it writes it into the old one. Whatever ingest may have written without knowing of it has an offset
 * below the ends of the topic that are asked for after that moment; up to these the log is read. And the exchange of
 * the two is atomic, for whoever reads as for whoever writes.
 * @throws Error when another rebuild is running, or this one has lost its hold on ClickHouse
 */
export async function rebuildWiki(rebuild: WikiRebuild, stopped: AbortSignal, progress: Tell) {
  const { clickhouse, settings } = rebuild;
  const lock = await takeLock(clickhouse, `tributary.rebuild.wiki.${settings.CLICKHOUSE_DATABASE}`);
  if (!lock)
    throw new Error('Another rebuild of the edits of wikis is running. Wait for its end; this one changed nothing.');
  const ended = new AbortController();
  const either = AbortSignal.any([stopped, ended.signal]);
  lock.lost.addEventListener('abort', () =>
    ended.abort(new Error(`ClickHouse has let go of the rebuild. ${unchanged}`)),
  );
  const table = `${rebuiltEditsPrefix}${Date.now()}`;
  try {
    for (const leftBehind of await rebuiltTables(clickhouse)) await drop(clickhouse, leftBehind);
    await clickhouse.command({ query: wikiEditsTable(table, wikiEditsRetention(settings.WIKI_RETENTION_DAYS)) });
    const result = await fill(rebuild, table, ended, either, progress);
    either.throwIfAborted();
    await clickhouse.command({ query: `EXCHANGE TABLES wiki_edits AND ${table}` });
    await drop(clickhouse, table); // the old one now
    return result;
  } catch (error) {
    const reason = either.aborted ? either.reason : error;
    ended.abort(reason); // partitions that are still being read
    await drop(clickhouse, table).catch(() => {}); // else the next rebuild does
    throw reason;
  } finally {
    lock.release();
  }
}

const unchanged = 'The table of edits is as it was; run the rebuild again.';

/** A table of any size: ClickHouse would keep large ones from being dropped by mistake. */
async function drop(clickhouse: ClickHouseClient, table: string): Promise<void> {
  const query = `DROP TABLE IF EXISTS ${table}`;
  await clickhouse.command({ query, clickhouse_settings: { max_table_size_to_drop: '0' } });
}

/** Fills the new table up to where ingest takes care of it. */
async function fill(
  { clickhouse, publisher, settings, edits, deadLetters, log }: WikiRebuild,
  table: string,
  ended: AbortController,
  stopped: AbortSignal,
  progress: Tell,
): Promise<WikiRebuildResult> {
  const wait = (of: TopicLog, group: string) =>
    taken(of, group, stopped, (done, total) => progress(`Waiting for ingest to take all of ${topic}`, done, total));
  const ends = await wait(edits, logGroup);
  // What it refuses it has sent to dead.letters before it says that it has taken it.
  await wait(edits, viewGroup('wiki'));
  await wait(deadLetters, logGroup);

  const result: WikiRebuildResult = { messages: 0, refused: 0, sent: 0, kept: 0 };
  const { WIKI_RETENTION_DAYS: days } = settings;
  const oldest = days === 0 ? 0 : Date.now() - days * day;
  const before = new LettersSent(clickhouse, topic);
  const view = viewOfEdits({
    async insert(rows) {
      await insertEdits(
        clickhouse,
        table,
        rows.filter(({ time }) => time >= oldest),
      ).catch((error) => {
        if (isUnknownTable(error)) ended.abort(new Error(`Somebody has dropped the table ${table}. ${unchanged}`));
        throw error;
      });
    },
    async send(letters) {
      const unsent = await before.without(letters);
      await sendDeadLetters(publisher, unsent);
      result.refused += letters.length;
      result.sent += unsent.length;
    },
  });
  const total = (await edits.coverage(ends)).reduce((sum, { messages }) => sum + messages, 0);
  const step = 'Rebuilding the edits of wikis';
  progress(step, 0, total);
  const fillPartition = async (partition: number, end: number) => {
    for (let from = 0; from < end; ) {
      stopped.throwIfAborted();
      const messages = await edits.read(partition, from, end);
      await writeBatch(view, { topic, partition, messages: messages.map(asFromKafka) }, stopped, log);
      const next = messages.length === 0 ? end : messages.at(-1)!.offset + 1;
      if (messages.length < next - from)
        result.kept += await keep(clickhouse, table, partition, { from, to: next }, messages);
      result.messages += messages.length;
      if (messages.length > 0) progress(step, result.messages, total);
      from = next;
    }
  };
  const partitions = ends.entries();
  const fillPartitions = async () => {
    for (const [partition, end] of partitions) await fillPartition(partition, end);
  };
  await Promise.all(Array.from({ length: concurrency }, fillPartitions));
  return result;
}

function asFromKafka({ offset, at, key, headers, value }: LoggedMessage) {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
  return {
    offset: String(offset),
    timestamp: String(at),
    key: bytes(key),
    value: bytes(value),
    headers,
    attributes: 0,
  };
}

const readCommonColumns = `
SELECT name
FROM system.columns
WHERE database = currentDatabase() AND table IN ('wiki_edits', {table:String}) AND default_kind = ''
GROUP BY name
HAVING count() = 2`;

const missing = `
FROM wiki_edits FINAL
WHERE partition = {partition:UInt32} AND offset >= {from:UInt64} AND offset < {to:UInt64}
  AND offset NOT IN {present:Array(UInt64)}`;

/** Takes over the edits of a range of offsets whose messages are missing in the log. @returns how many */
async function keep(
  clickhouse: ClickHouseClient,
  table: string,
  partition: number,
  range: { from: number; to: number },
  messages: LoggedMessage[],
): Promise<number> {
  const query_params = { table, partition, ...range, present: messages.map(({ offset }) => offset) };
  const read = async <Row>(query: string) =>
    (await clickhouse.query({ query, query_params, format: 'JSONEachRow' })).json<Row>();
  const [counted] = await read<{ edits: string }>(`SELECT count() AS edits${missing}`);
  const kept = Number(counted!.edits);
  if (kept === 0) return 0;
  const columns = (await read<{ name: string }>(readCommonColumns)).map(({ name }) => `\`${name}\``).join(', ');
  await clickhouse.command({
    query: `INSERT INTO ${table} (${columns}) SELECT ${columns}${missing}`,
    query_params,
    clickhouse_settings: { max_partitions_per_insert_block: '0' },
  });
  return kept;
}
