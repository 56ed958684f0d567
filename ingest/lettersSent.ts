import type { ClickHouseClient } from '@clickhouse/client';
import { deadLetterHeaders } from '../schema/topics.ts';
import type { DeadLetter } from './deadLetters.ts';

const header = (name: keyof typeof deadLetterHeaders) => `JSONExtractString(headers, '${deadLetterHeaders[name]}')`;

const readSent = `
SELECT DISTINCT ${header('offset')} AS sent
FROM log
WHERE topic = 'dead.letters' AND ${header('topic')} = {topic:String} AND ${header('partition')} = {partition:String}`;

/** Encoded, because a message that is refused may be no text. */
const readBytes = `
SELECT toString(offset) AS place, base64Encode(ifNull(key, '')) AS key_bytes, base64Encode(ifNull(value, '')) AS value_bytes
FROM log FINAL
WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset IN {offsets:Array(UInt64)}`;

/** Which messages of a topic stand in dead.letters already, as far as the log knows: their offsets are held in memory. */
export class LettersSent {
  readonly #clickhouse: ClickHouseClient;
  readonly #topic: string;
  readonly #sent = new Map<number, Promise<Set<string>>>();

  constructor(clickhouse: ClickHouseClient, topic: string) {
    this.#clickhouse = clickhouse;
    this.#topic = topic;
  }

  /** Those letters that are not there yet, all of one partition, with the bytes that their messages have in the log. */
  async without(letters: DeadLetter[]): Promise<DeadLetter[]> {
    const { partition } = letters[0]!;
    if (!this.#sent.has(partition)) this.#sent.set(partition, this.#offsetsSent(partition));
    const sent = await this.#sent.get(partition)!;
    const unsent = letters.filter(({ message }) => !sent.has(message.offset));
    if (unsent.length === 0) return [];
    const offsets = unsent.map(({ message }) => Number(message.offset));
    const rows = await this.#read<{ place: string; key_bytes: string; value_bytes: string }>(readBytes, {
      partition,
      offsets,
    });
    const found = new Map(rows.map((row) => [row.place, row]));
    return unsent.map(({ message, ...letter }) => {
      const { key_bytes, value_bytes } = found.get(message.offset)!;
      const key = message.key && Buffer.from(key_bytes, 'base64');
      const value = message.value && Buffer.from(value_bytes, 'base64');
      return { ...letter, message: { ...message, key, value } };
    });
  }

  async #offsetsSent(partition: number): Promise<Set<string>> {
    const rows = await this.#read<{ sent: string }>(readSent, { partition });
    return new Set(rows.map(({ sent }) => sent));
  }

  async #read<Row>(query: string, parameters: object): Promise<Row[]> {
    const query_params = { topic: this.#topic, ...parameters };
    return (await this.#clickhouse.query({ query, query_params, format: 'JSONEachRow' })).json<Row>();
  }
}
