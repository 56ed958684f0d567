import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { messageOf, TributaryError } from './errors.ts';
import { statement } from './statement.ts';
import type { Unframed, Values } from './values.ts';

/** A message as Kafka and the log hold it. */
export interface LoggedMessage {
  partition: number;
  offset: number;
  /** When the broker appended it, in milliseconds since 1970. */
  at: number;
  key: string | null;
  headers: Record<string, string>;
  /** What came as Avro is JSON here. */
  value: string | null;
  /** Why what came as Avro is not JSON here. */
  fault?: string;
}

/** About how much memory a message takes, in bytes; never less, since a JavaScript character takes at most two. */
export function bytesOf({ key, headers, value }: LoggedMessage): number {
  let characters = (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) characters += 32 + name.length + headers[name]!.length;
  return 256 + 2 * characters;
}

/** A part of one partition, and how much of it to read at once. */
export interface LogRange {
  topic: string;
  partition: number;
  /** First offset wanted. */
  from: number;
  /** The offset after the last one wanted; everything before it must be archived. */
  to: number;
  /** Most messages to return. */
  rows: number;
  /** About the most bytes to return; at least one message is returned whatever its size. */
  bytes: number;
}

/** The archive of all messages. Its methods throw TributaryError STORE_UNAVAILABLE when it does not answer. */
export interface LogReader {
  /** The first messages of the range, in order and without a hole that the log does not have; none: there are none. */
  read(range: LogRange, signal?: AbortSignal): Promise<LoggedMessage[]>;
  /** The oldest offset still kept, if any is. */
  earliest(topic: string, partition: number): Promise<number | undefined>;
  /** The offset of the first message appended at or after a time (milliseconds since 1970), if there is one. */
  firstAt(topic: string, partition: number, time: number): Promise<number | undefined>;
}

/** What begins with byte 0 is no text, and comes in base64. */
export const valueAsText =
  "startsWith(ifNull(value, ''), char(0)) AS is_framed, if(is_framed, base64Encode(value), value) AS text";

/** FINAL, because a message that was archived twice must be read once. */
const readPage = `
SELECT offset, toUnixTimestamp64Milli(at) AS time, key, headers,
    ${valueAsText}
FROM
(
    SELECT *, sum(ifNull(length(key), 0) + length(headers) + ifNull(length(value), 0))
        OVER (ORDER BY offset ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
    FROM
    (
        SELECT offset, at, key, headers, value
        FROM log FINAL
        WHERE topic = {topic:String} AND partition = {partition:UInt32}
          AND offset >= {from:UInt64} AND offset < {to:UInt64}
        ORDER BY offset
        LIMIT {rows:UInt32}
    )
)
WHERE bytes_before < {bytes:UInt64}
ORDER BY offset`;

const readEarliest = `
SELECT offset
FROM log
WHERE topic = {topic:String} AND partition = {partition:UInt32}
ORDER BY offset
LIMIT 1`;

const readFirstAt = `
SELECT offset
FROM log
WHERE topic = {topic:String} AND partition = {partition:UInt32} AND at >= fromUnixTimestamp64Milli({time:Int64})
ORDER BY offset
LIMIT 1`;

type Row = [
  offset: number | string,
  time: number | string,
  key: string | null,
  headers: string,
  isFramed: number,
  text: string | null,
];

export class ClickHouseLog implements LogReader {
  readonly #clickhouse: ClickHouseClient;
  readonly #values: Values;

  constructor(clickhouse: ClickHouseClient, values: Values) {
    this.#clickhouse = clickhouse;
    this.#values = values;
  }

  async read(range: LogRange, signal?: AbortSignal): Promise<LoggedMessage[]> {
    const { from, to, rows, partition } = range;
    // Offsets seldom have holes, and a range that holds just the rows wanted is read in half the time.
    const dense = Math.min(to, from + rows);
    let found = await this.#ask<Row>(readPage, { ...range, to: dense }, signal);
    if (found.length === 0 && dense < to) found = await this.#ask<Row>(readPage, { ...range, from: dense }, signal);
    const framed = found.filter(([, , , , isFramed]) => isFramed);
    const values = framed.map(([, , , , , text]) => ({ value: Buffer.from(text!, 'base64') }));
    const unframed = (await this.#values.unframe(values)).values();
    return found.map(([offset, time, key, headers, isFramed, text]) => ({
      partition,
      offset: Number(offset),
      at: Number(time),
      key,
      headers: headers === '{}' ? {} : JSON.parse(headers),
      ...(isFramed ? asText(unframed.next().value!) : { value: text }),
    }));
  }

  async earliest(topic: string, partition: number): Promise<number | undefined> {
    return offsetOf(await this.#ask(readEarliest, { topic, partition }));
  }

  async firstAt(topic: string, partition: number, time: number): Promise<number | undefined> {
    return offsetOf(await this.#ask(readFirstAt, { topic, partition, time }));
  }

  #ask<R>(query: string, query_params: object, abort_signal?: AbortSignal): Promise<R[]> {
    return statement('clickhouse', query, () => this.#answer(query, query_params, abort_signal));
  }

  async #answer<R>(query: string, query_params: object, abort_signal?: AbortSignal): Promise<R[]> {
    try {
      const result = await this.#clickhouse.query({
        query,
        query_params: { ...query_params },
        format: 'JSONCompactEachRow',
        ...(abort_signal ? { abort_signal } : {}),
        // Both are needed for a query to end on the server when the reader goes away.
        clickhouse_settings: { cancel_http_readonly_queries_on_client_close: 1, readonly: '2' },
      });
      return await result.json<R>();
    } catch (cause) {
      abort_signal?.throwIfAborted();
      if (cause instanceof ClickHouseError) throw new Error(`the log refused a query: ${messageOf(cause)}`, { cause });
      throw new TributaryError(
        'STORE_UNAVAILABLE',
        'The log (ClickHouse) does not answer. Try again later.',
        {},
        { cause },
      );
    }
  }
}

/** The value of a message, once it is read, as the log and the ring have it. */
export function asText({ value, fault }: { value: Buffer | null } & Unframed): Pick<LoggedMessage, 'value' | 'fault'> {
  return { value: value?.toString() ?? null, ...(fault === undefined ? {} : { fault }) };
}

function offsetOf(rows: [number | string][]): number | undefined {
  return rows[0] && Number(rows[0][0]);
}
