import type { Tables } from '../../platform/clickhouse.ts';
import type { LoggedMessage } from '../../platform/messageLog.ts';
import type { TopicRange } from '../../platform/offsets.ts';
import { deadLetterHeaders, logGroup, redrivenPlace, type TopicName, viewsOf } from '../../schema/topics.ts';
import type { Progress } from '../applied.ts';
import { batched } from '../batch.ts';
import {
  type Connection,
  type PageRequest,
  page,
  pageSize,
  type SortKey,
  type UncountedConnection,
} from '../connection.ts';
import { expired } from '../streams/seam.ts';
import type { Streams } from '../streams/stream.ts';
import type { Broker } from '../streams/tail.ts';
import { mergedByTime, type Place } from './merge.ts';
import { Rates } from './rates.ts';
import * as sql from './statements.ts';
import { DeadLetter, Message, TopicPartition, ViewProgress } from './types.ts';

export type TopicsProgress = Progress & Pick<Broker, 'ends'> & { range(topic: string): Promise<TopicRange> };

interface PlaceRow {
  partition: number;
  offset: number | string;
  time: number | string;
}
interface MessageRow extends PlaceRow {
  key: string | null;
  headers: string;
  is_framed: number;
  text: string | null;
}
interface BytesRow {
  owner: string;
  key_bytes: string | null;
  value_bytes: string | null;
  headers: string;
}
/** A message to the byte. */
export interface Original {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
}
interface Spot {
  partition: number;
  offset: number | string;
}
/** Where a dead letter came from, as its headers say. */
export interface Origin extends Spot {
  topic: string;
  offset: string;
}

/** An example of the sort key, for checking cursors. */
export const letterOrder: SortKey = [0, 0, 0];
/** A page ends early when its messages have more bytes. */
const pageBytes = 16 << 20;
/** Offsets have holes, as where a transaction ends, so the newest message is looked for among so many. */
const holesAtMost = 16;
/** GraphQL has no greater whole numbers. */
const greatestInt = 2_147_483_647;

/** What the cursors of a topic's messages are bound to, those of pages and those of events. */
export const messagesScope = (topic: string, key: string | null) => ({
  field: 'topicMessages',
  filter: { topic, key },
});

/** What can be asked of topics: where they end and how far views are, of Kafka; what is in them, of the log. */
export class TopicQuestions {
  readonly #rates = new Rates();

  constructor(
    readonly tables: Tables,
    readonly streams: Streams,
    readonly progress: TopicsProgress,
  ) {}

  async partitions(topic: TopicName): Promise<TopicPartition[]> {
    const { oldest, end } = await this.progress.range(topic);
    return end.map((next, id) =>
      Object.assign(new TopicPartition(), { id, start: String(oldest[id]), end: String(next) }),
    );
  }

  views(topic: TopicName): ViewProgress[] {
    return viewsOf(topic).map(({ name: view, group }) => Object.assign(new ViewProgress(), { topic, group, view }));
  }

  /** Messages that the view has not taken yet. What Kafka has dropped nobody can take. */
  async lag({ topic, group }: ViewProgress): Promise<number> {
    const [taken, { oldest, end }] = await Promise.all([
      this.progress.committed(group, topic),
      this.progress.range(topic),
    ]);
    const left = end.map((next, partition) => next - Math.max(taken[partition] ?? 0, oldest[partition]!));
    return Math.min(greatestInt, sum(left.map((count) => Math.max(0, count))));
  }

  rate({ topic, group }: ViewProgress): Promise<number> {
    return this.#rates.of(`${group} ${topic}`, async () => sum(await this.progress.committed(group, topic)));
  }

  /** When the newest message was appended that the view has taken. */
  async newestTaken({ topic, group }: ViewProgress): Promise<Date | null> {
    const taken = await this.progress.committed(group, topic);
    const spots = taken.flatMap((next, partition) =>
      Array.from({ length: Math.min(next, holesAtMost) }, (_, back) => ({ partition, offset: next - 1 - back })),
    );
    const [row] = await this.tables.read<{ time: number | string; found: number | string }>(sql.newestAt, {
      topic,
      ...columns(spots),
    });
    return Number(row!.found) === 0 ? null : new Date(Number(row!.time));
  }

  /** Merged by time of append. A cursor is a position, so nothing is passed over that is archived meanwhile. */
  async messages(
    topic: TopicName,
    { key, from }: { key: string | null; from: Date | null },
    { first, after }: { first: number | null; after: string | null },
  ): Promise<UncountedConnection<Message>> {
    const limit = pageSize(first);
    const cursors = this.streams.cursors(topic, messagesScope(topic, key));
    const resumed = after === null ? undefined : cursors.decode(after);
    const archived = await this.progress.committed(logGroup, topic);
    const start = resumed ?? (from ? await this.streams.positionAt(topic, from.getTime()) : []);
    if (resumed) {
      const kept = await this.streams.kept(topic, resumed);
      if (kept.some((offset, partition) => offset > resumed[partition]!)) throw expired(cursors.encode(kept));
    }
    const partitions = await Promise.all(
      archived.map((to, partition) => this.#places(topic, partition, start[partition] ?? 0, to, key, limit + 1)),
    );
    const places = mergedByTime(partitions, limit + 1);
    const found = await this.#messagesAt(topic, places.slice(0, limit));
    const position = archived.map((_, partition) => start[partition] ?? 0);
    const edges = found.map((node) => {
      position[node.partition] = Number(node.offset) + 1;
      return { node, cursor: cursors.encode(position) };
    });
    return {
      edges,
      pageInfo: {
        hasNextPage: places.length > found.length,
        hasPreviousPage: after !== null,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }

  async letters(filter: sql.LetterFilter, request: PageRequest): Promise<Connection<DeadLetter>> {
    const { topic: key, from: begin, to: end } = filter;
    const [afterTime, afterPartition, afterOffset] = request.after ?? [];
    const bound = given({ key, begin, end });
    const rows = await this.tables.read<PlaceRow>(sql.lettersInOrder(filter, request.after), {
      ...bound,
      ...given({ afterTime, afterPartition, afterOffset }),
      limit: request.first + 1,
    });
    const found = new Map(
      (await this.#messagesAt('dead.letters', rows.slice(0, request.first))).map((message) => [
        placeOf(message),
        message,
      ]),
    );
    return page(
      rows,
      { ...request, first: found.size },
      ({ time, partition, offset }) => [Number(time), partition, Number(offset)],
      (row) => toLetter(found.get(placeOf(row))!),
      async () => {
        const [counted] = await this.tables.read<{ total: number | string }>(sql.countLetters(filter), bound);
        return Math.min(greatestInt, Number(counted!.total));
      },
    );
  }

  async letter(spot: Spot): Promise<DeadLetter | null> {
    const [message] = await this.#messagesAt('dead.letters', [spot]);
    return message ? toLetter(message) : null;
  }

  /** The headers of the messages at these places, in their order; undefined: the log has no such message. */
  async headersAt(topic: string, spots: Spot[]): Promise<(Record<string, string> | undefined)[]> {
    const parameters = { topic, ...columns(spots) };
    const rows = await this.tables.read<Spot & { headers: string }>(sql.headersAt, parameters);
    const found = new Map(rows.map((row) => [placeOf(row), JSON.parse(row.headers)]));
    return spots.map((spot) => found.get(placeOf(spot)));
  }

  /** When the message at a place was sent again, after it had become a dead letter. */
  readonly redriven = async (topic: string, partition: number, offset: string): Promise<Date | null> => {
    const [row] = await this.#redriven(`${topic}/${partition}/${offset}`, {});
    return row ? new Date(Number(row.time)) : null;
  };

  readonly #redriven = batched((owners: string[], _: object) => {
    const parts = owners.map((owner) => /^(.*)\/(.*)\/(.*)$/.exec(owner)!);
    return this.tables.read<{ owner: string; time: number | string }>(sql.redrivenAt, {
      topics: parts.map(([, topic]) => topic),
      ...columns(parts.map(([, , partition, offset]) => ({ partition: Number(partition), offset: offset! }))),
    });
  });

  /** The message at a place, to the byte; undefined: the log does not have it. */
  readonly original = async (topic: string, partition: number, offset: string): Promise<Original | undefined> => {
    const [row] = await this.#originals(`${partition}/${offset}`, { topic });
    if (!row) return undefined;
    const { key_bytes: key, value_bytes: value, headers } = row;
    return { key: bytesOf(key), value: bytesOf(value), headers: JSON.parse(headers) };
  };

  readonly #originals = batched((owners: string[], { topic }: { topic: string }) => {
    const spots = owners
      .map((owner) => owner.split('/'))
      .map(([partition, offset]) => ({ partition: Number(partition), offset: offset! }));
    return this.tables.read<BytesRow>(sql.bytesAt, { topic, ...columns(spots) });
  });

  async #places(
    topic: string,
    partition: number,
    from: number,
    to: number,
    key: string | null,
    limit: number,
  ): Promise<Place[]> {
    const places: Place[] = [];
    for (let next = from; next < to && places.length < limit; ) {
      const parameters = { topic, partition, from: next, to, limit, ...given({ key }) };
      const rows = await this.tables.read<Omit<PlaceRow, 'partition'>>(sql.placesInOrder(key), parameters);
      for (const row of rows) {
        const [offset, time] = [Number(row.offset), Number(row.time)];
        if (offset < next) continue; // it was archived twice
        places.push({ partition, offset, time });
        next = offset + 1;
      }
      if (rows.length < limit) break;
    }
    return places;
  }

  async #messagesAt(topic: string, spots: Spot[]): Promise<Message[]> {
    if (spots.length === 0) return [];
    const parameters = { topic, ...columns(spots), bytes: pageBytes };
    const rows = await this.tables.read<MessageRow>(sql.messagesAt, parameters);
    return rows.map(({ partition, offset, time, key, headers, is_framed, text }) => {
      const framed = is_framed ? bytesOf(text)! : undefined;
      const message = toMessage(topic, {
        partition,
        offset: Number(offset),
        at: Number(time),
        key,
        headers: JSON.parse(headers),
        value: framed ? framed.toString() : text,
      });
      return framed ? Object.assign(message, { framed }) : message;
    });
  }
}

export function toMessage(topic: string, { partition, offset, at, key, headers, value }: LoggedMessage): Message {
  return Object.assign(new Message(), {
    ...{ topic, partition, offset: String(offset), key, headers, text: value, at: new Date(at) },
  });
}

function toLetter(message: Message): DeadLetter {
  const { headers, at } = message;
  const others = Object.entries(headers).filter(([name]) => !ownHeaders.has(name));
  return Object.assign(new DeadLetter(), {
    ...{ message, id: placeOf(message), ...originOf(headers), reason: headers[deadLetterHeaders.reason] ?? '' },
    ...{ key: headers[deadLetterHeaders.key] ?? null, headers: Object.fromEntries(others), at },
  });
}

const ownHeaders = new Set<string>(Object.values(deadLetterHeaders));

/** Anybody can write to dead.letters; what has no place is at none. */
export function originOf(headers: Record<string, string>): Origin {
  const [topic = '', partition = '', offset = ''] = [
    headers[deadLetterHeaders.topic],
    headers[deadLetterHeaders.partition],
    headers[deadLetterHeaders.offset],
  ];
  return redrivenPlace(`${partition}/${offset}`)
    ? { topic, partition: Number(partition), offset }
    : { topic, partition: -1, offset: '' };
}

const placeOf = ({ partition, offset }: Spot) => `${partition}/${offset}`;
const bytesOf = (encoded: string | null) => (encoded === null ? null : Buffer.from(encoded, 'base64'));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function columns(spots: Spot[]): { partitions: number[]; offsets: number[] } {
  return {
    partitions: spots.map(({ partition }) => partition),
    offsets: spots.map(({ offset }) => Number(offset)),
  };
}

/** The parameters of a statement: those that are null are not in its text. */
function given(members: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value != null));
}
