import type { ClickHouseClient } from '@clickhouse/client';
import type { Kafka } from 'kafkajs';
import { isUnknownTable } from '../platform/clickhouse.ts';
import { takeLock } from '../platform/clickhouseLock.ts';
import type { Settings } from '../platform/config.ts';
import type { Logger } from '../platform/log.ts';
import type { LoggedMessage } from '../platform/messageLog.ts';
import type { Publisher } from '../platform/publish.ts';
import { Values } from '../platform/values.ts';
import { logGroup, type TopicName, viewGroup } from '../schema/topics.ts';
import { sendDeadLetters } from './deadLetters.ts';
import { LettersSent } from './lettersSent.ts';
import { taken, topicLog } from './log/topicLog.ts';
import { insertRows, rebuiltPrefix, rebuiltTables, type TopicTable } from './tables.ts';
import { type TableView, viewOfTables } from './tableView.ts';
import { writeBatch } from './view.ts';

export interface RebuildSession {
  kafka: Kafka;
  clickhouse: ClickHouseClient;
  publisher: Publisher;
  settings: Settings;
  log: Logger;
}

export interface RebuildResult {
  /** Messages read from the log. */
  messages: number;
  /** Of them, how many break the present contract. */
  refused: number;
  /** Of those, how many went to dead.letters now, because they were not there yet. */
  sent: number;
  /** Rows that were kept as they were, because the log no longer has their messages. */
  kept: number;
}

type Tell = (step: string, done: number, total: number) => void;

/** A table, and what the one is called that is to take its place. */
interface Part extends TopicTable {
  rebuilt: string;
}

/** Partitions read at the same time, so that ClickHouse and this process need not wait for each other. */
const concurrency = 4;

/**
 * Builds the tables of a view anew from the log, beside the present ones, which serve and are kept up to date
 * meanwhile; then each new one takes the place of the old one.
 *
 * Nobody sees a gap, for three reasons. From the moment on in which a new table is there, ingest writes every row into
 * it before it writes it into the old one. Whatever ingest may have written without knowing of it has an offset below
 * the ends of the topic that are asked for after that moment; up to these the log is read. And the exchange of the two
 * is atomic, for whoever reads as for whoever writes.
 * @throws Error when another rebuild is running, or this one has lost its hold on ClickHouse
 */
export async function rebuildTables(view: TableView, session: RebuildSession, stopped: AbortSignal, progress: Tell) {
  const { clickhouse, settings } = session;
  if (settings.CLICKHOUSE_CLUSTER)
    throw new Error(
      `The servers of a cluster cannot all exchange a table at once, so ${view.about} cannot be rebuilt beside what serves. docs/operations.md says under Beyond one machine how to fill new tables instead. Nothing was changed.`,
    );
  const lock = await takeLock(clickhouse, `tributary.rebuild.${view.name}.${settings.CLICKHOUSE_DATABASE}`);
  if (!lock)
    throw new Error(`Another rebuild of ${view.about} is running. Wait for its end; this one changed nothing.`);
  const ended = new AbortController();
  const either = AbortSignal.any([stopped, ended.signal]);
  lock.lost.addEventListener('abort', () =>
    ended.abort(new Error(`ClickHouse has let go of the rebuild. ${unchanged}`)),
  );
  const began = Date.now();
  const parts = view.tables.map((of): Part => ({ ...of, rebuilt: `${rebuiltPrefix(of.table)}${began}` }));
  try {
    for (const { table, create, rebuilt } of parts) {
      for (const leftBehind of await rebuiltTables(clickhouse, table)) await drop(clickhouse, leftBehind);
      await clickhouse.command({ query: create(rebuilt, settings) });
    }
    const result = await fill(view.name, parts, session, ended, either, progress);
    either.throwIfAborted();
    for (const { table, rebuilt } of parts)
      await clickhouse.command({ query: `EXCHANGE TABLES ${table} AND ${rebuilt}` });
    for (const { rebuilt } of parts) await drop(clickhouse, rebuilt); // the old ones now
    return result;
  } catch (error) {
    const reason = either.aborted ? either.reason : error;
    ended.abort(reason); // partitions that are still being read
    for (const { rebuilt } of parts) await drop(clickhouse, rebuilt).catch(() => {}); // else the next rebuild does
    throw reason;
  } finally {
    lock.release();
  }
}

const unchanged = 'What was there serves on as it was; run the rebuild again.';

/** A table of any size: ClickHouse would keep large ones from being dropped by mistake. */
async function drop(clickhouse: ClickHouseClient, table: string): Promise<void> {
  const query = `DROP TABLE IF EXISTS ${table}`;
  await clickhouse.command({ query, clickhouse_settings: { max_table_size_to_drop: '0' } });
}

/** Fills the new tables up to where ingest takes care of them. */
async function fill(
  name: string,
  parts: Part[],
  { kafka, clickhouse, publisher, settings, log }: RebuildSession,
  ended: AbortController,
  stopped: AbortSignal,
  progress: Tell,
): Promise<RebuildResult> {
  const values = new Values(settings);
  const logOf = (topic: TopicName) => topicLog(kafka, clickhouse, settings, topic, values);
  const wait = (topic: TopicName, group: string) =>
    taken(logOf(topic), group, stopped, (done, total) =>
      progress(`Waiting for ingest to take all of ${topic}`, done, total),
    );
  const step = 'Rebuilding from the log';
  const due: { part: Part; partition: number; end: number }[] = [];
  let total = 0;
  for (const part of parts) {
    const ends = await wait(part.topic, logGroup);
    await wait(part.topic, viewGroup(name));
    due.push(...ends.map((end, partition) => ({ part, partition, end })));
    for (const { messages } of await logOf(part.topic).coverage(ends)) total += messages;
  }
  // What a view refuses it has sent there before it says that it has taken it.
  await wait('dead.letters', logGroup);

  const result: RebuildResult = { messages: 0, refused: 0, sent: 0, kept: 0 };
  const rebuiltOf = new Map(parts.map(({ table, rebuilt }) => [table, rebuilt]));
  const lettersSent = new Map(parts.map(({ topic }) => [topic as string, new LettersSent(clickhouse, topic)]));
  const view = viewOfTables(name, parts, {
    async insert(of, rows) {
      const rebuilt = rebuiltOf.get(of.table)!;
      const young = rows.filter((row) => !of.isExpired?.(row, settings));
      await insertRows(clickhouse, rebuilt, young).catch((error) => {
        if (isUnknownTable(error)) ended.abort(new Error(`Somebody has dropped the table ${rebuilt}. ${unchanged}`));
        throw error;
      });
    },
    async send(letters) {
      const unsent = await lettersSent.get(letters[0]!.topic)!.without(letters);
      await sendDeadLetters(publisher, unsent);
      result.refused += letters.length;
      result.sent += unsent.length;
    },
  });
  progress(step, 0, total);
  const fillPartition = async (part: Part, partition: number, end: number) => {
    for (let from = 0; from < end; ) {
      stopped.throwIfAborted();
      const messages = await logOf(part.topic).read(partition, from, end);
      await writeBatch(view, { topic: part.topic, partition, messages: messages.map(asFromKafka) }, stopped, log);
      const next = messages.length === 0 ? end : messages.at(-1)!.offset + 1;
      if (messages.length < next - from)
        result.kept += await keep(clickhouse, part, partition, { from, to: next }, messages);
      result.messages += messages.length;
      if (messages.length > 0) progress(step, result.messages, total);
      from = next;
    }
  };
  const partitions = due.values();
  const fillPartitions = async () => {
    for (const { part, partition, end } of partitions) await fillPartition(part, partition, end);
  };
  await Promise.all(Array.from({ length: concurrency }, fillPartitions));
  return result;
}

function asFromKafka({ offset, at, key, headers, value, fault }: LoggedMessage) {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
  return {
    offset: String(offset),
    timestamp: String(at),
    key: bytes(key),
    value: bytes(value),
    headers,
    attributes: 0,
    ...(fault === undefined ? {} : { fault }),
  };
}

const readCommonColumns = `
SELECT name
FROM system.columns
WHERE database = currentDatabase() AND table IN ({table:String}, {rebuilt:String}) AND default_kind = ''
GROUP BY name
HAVING count() = 2`;

const missing = (table: string) => `
FROM ${table} FINAL
WHERE partition = {partition:UInt32} AND offset >= {from:UInt64} AND offset < {to:UInt64}
  AND offset NOT IN {present:Array(UInt64)}`;

/** Takes over the rows of a range of offsets whose messages are missing in the log. @returns how many */
async function keep(
  clickhouse: ClickHouseClient,
  { table, rebuilt }: Part,
  partition: number,
  range: { from: number; to: number },
  messages: LoggedMessage[],
): Promise<number> {
  const query_params = { table, rebuilt, partition, ...range, present: messages.map(({ offset }) => offset) };
  const read = async <Row>(query: string) =>
    (await clickhouse.query({ query, query_params, format: 'JSONEachRow' })).json<Row>();
  const [counted] = await read<{ rows: string }>(`SELECT count() AS rows${missing(table)}`);
  const kept = Number(counted!.rows);
  if (kept === 0) return 0;
  const columns = (await read<{ name: string }>(readCommonColumns)).map(({ name }) => `\`${name}\``).join(', ');
  await clickhouse.command({
    query: `INSERT INTO ${rebuilt} (${columns}) SELECT ${columns}${missing(table)}`,
    query_params,
    clickhouse_settings: { max_partitions_per_insert_block: '0' },
  });
  return kept;
}
