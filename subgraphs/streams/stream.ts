import { TributaryError } from '../../platform/errors.ts';
import type { LoggedMessage, LogReader } from '../../platform/messageLog.ts';
import { pageBytes as heldBytes, streamReads } from '../../platform/metrics.ts';
import { Cursors } from './cursor.ts';
import type { KeyRing } from './keys.ts';
import { PagePool, Pages } from './pages.ts';
import type { Position } from './position.ts';
import { Recent } from './recent.ts';
import type { Ring } from './ring.ts';
import type { Scope } from './scope.ts';
import { expired, type Sources, Subscription } from './seam.ts';
import { type Broker, Tails } from './tail.ts';

export interface SubscribeOptions<T> {
  /** Name of the topic, without KAFKA_PREFIX. */
  topic: string;
  /** What the cursors are bound to. */
  scope: Scope;
  /** Goes on after the event of this cursor. */
  after?: string | null | undefined;
  /** Goes on from a position that the caller has read from a cursor of its own. */
  position?: Position | undefined;
  /** Makes the cursors instead, of a caller that has its own. */
  encode?: ((position: Position) => string) | undefined;
  /** Starts with the first message appended at or after this time; neither: from now on. */
  since?: Date | null | undefined;
  /** Completes before the first message appended at or after this time. */
  until?: Date | null | undefined;
  /**
   * The one place where messages are filtered and shaped: the value of a message's event, or undefined when the
   * message does not belong to the subscription. What it throws ends the subscription, and would end it again at
   * every resume, so a message that breaks its contract must give undefined.
   */
  select(message: LoggedMessage): T | undefined;
  /**
   * Awaited before an event is delivered, for its final value: say, until a view has applied its message and has been
   * asked about it. The signal tells that the subscription has ended and nobody waits any more.
   */
  ready?: ((value: T, message: LoggedMessage, ended: AbortSignal) => Promise<T>) | undefined;
}

export interface StreamsOptions {
  /** What the ring of one topic may hold, in bytes. */
  ringBytes?: number;
  /** What all subscribers that read history may hold together, in bytes. */
  pageBytes?: number;
  /** How long a topic is still read after its last subscriber has left, in milliseconds. */
  lingerMs?: number;
  now?: () => number;
  timer?: Sources['timer'];
}

/** How long the oldest offset is taken to be the same, in milliseconds. What expires meanwhile shows when it is read. */
const oldestMaxAgeMs = 1_000;

/** Subscriptions to topics, each a cursor and not a queue; docs/PROTOCOL.md states what they promise. */
export class Streams {
  readonly #broker: Broker;
  readonly #log: LogReader;
  readonly #cursors: Cursors;
  readonly #tails: Tails;
  readonly #pool: PagePool;
  readonly #now: () => number;
  readonly #timer: Sources['timer'];
  readonly #oldestOf = new Map<string, Recent<number>>();
  readonly #unwatch: () => void;

  constructor(broker: Broker, log: LogReader, keys: KeyRing, options: StreamsOptions = {}) {
    const { ringBytes = 32 << 20, pageBytes = 128 << 20, lingerMs = 5_000, now = Date.now, timer = later } = options;
    this.#broker = broker;
    this.#log = log;
    this.#cursors = new Cursors(keys);
    this.#pool = new PagePool(pageBytes);
    this.#unwatch = heldBytes.watch(() => [[{}, this.#pool.bytes]]);
    this.#now = now;
    this.#timer = timer;
    this.#tails = new Tails(broker, { ringBytes, lingerMs }, timer);
  }

  /**
   * A subscription to one topic. It must be ended by `return()`, as every consumer of async iterators does.
   * @throws TributaryError BAD_USER_INPUT, CURSOR_INVALID, CURSOR_FOREIGN, CURSOR_EXPIRED, CURSOR_AHEAD,
   *   BROKER_UNAVAILABLE, STORE_UNAVAILABLE; the last four also end a subscription that is under way.
   */
  async subscribe<T>(options: SubscribeOptions<T>): Promise<Subscription<T>> {
    const { topic, scope, after, since, until, select, ready } = options;
    refuseTwoStarts(after, since);
    const resumed = options.position ?? (after == null ? undefined : this.#cursors.decode(after, topic, scope));
    const encode = options.encode ?? this.#cursors.encoder(topic, scope);
    const { ring, release } = await this.#tails.acquire(topic);
    try {
      const asked = resumed ?? (since ? await this.positionAt(topic, since.getTime()) : ring.ends());
      await this.#refuseAhead(topic, asked, ring);
      const wanted = Array.from({ length: Math.max(asked.length, ring.partitions) }, (_, p) => asked[p] ?? 0);
      const from = await this.#kept(wanted, ring, (partition) => this.#recentOldest(topic, partition));
      if (resumed && from.some((offset, partition) => offset > wanted[partition]!)) throw expired(encode(from));
      const sources: Sources = {
        ring,
        encode,
        pages: new Pages(this.#log, topic, this.#pool),
        reads: streamReads(topic),
        archivedEnd: () => this.#broker.archivedEnd(topic),
        positionAt: (time) => this.positionAt(topic, time),
        kept: (position) => this.#kept(position, ring, (partition) => this.#oldest(topic, partition)),
        now: this.#now,
        timer: this.#timer,
      };
      return new Subscription(sources, { from, until: until?.getTime(), select, ready, onEnd: release });
    } catch (error) {
      release();
      throw error;
    }
  }

  /** The cursors of a subscription field, for who reads the same events from the log by itself. */
  cursors(topic: string, scope: Scope) {
    return {
      encode: this.#cursors.encoder(topic, scope) as (position: Position) => string,
      /** @throws TributaryError CURSOR_INVALID, CURSOR_FOREIGN. */
      decode: (cursor: string): Position => this.#cursors.decode(cursor, topic, scope),
    };
  }

  /**
   * The cursors of a field whose state is a position and one whole number more, its mark. `subscribe` takes them too,
   * and looks at the position alone.
   */
  marked(topic: string, scope: Scope) {
    return {
      encode: this.#cursors.encoder(topic, scope) as (position: Position, mark: number | undefined) => string,
      /** @throws TributaryError CURSOR_INVALID, CURSOR_FOREIGN. */
      markOf: (cursor: string) => this.#cursors.decodeMarked(cursor, topic, scope).mark,
    };
  }

  /**
   * The cursors of a field that reads several topics: a position in each of them, and a mark.
   * @param stream the name of them all
   */
  joint(stream: string, scope: Scope) {
    const encode = this.#cursors.encoder(stream, scope);
    return {
      encode: (positions: Position[], mark: number) =>
        encode(
          positions.flatMap((position) => [position.length, ...position]),
          mark,
        ),
      /** @throws TributaryError CURSOR_INVALID, CURSOR_FOREIGN. */
      decode: (cursor: string): { positions: Position[]; mark: number } => {
        const { position: joined, mark } = this.#cursors.decodeMarked(cursor, stream, scope);
        const positions: Position[] = [];
        for (let at = 0; at < joined.length; at += 1 + joined[at]!)
          positions.push(joined.slice(at + 1, at + 1 + joined[at]!));
        return { positions, mark: mark! };
      },
    };
  }

  /** A position of a topic, moved up to the oldest messages that are kept. */
  kept(topic: string, position: Position): Promise<Position> {
    return this.#kept(position, undefined, (partition) => this.#recentOldest(topic, partition));
  }

  /** The cursor of a mutation's receipt, to be sent back as Read-After: the position after what was published. */
  receipt(topic: string, position: Position): string {
    return this.#cursors.receipt(topic, position);
  }

  /** @throws TributaryError CURSOR_INVALID, CURSOR_FOREIGN. */
  readReceipt(cursor: string): { topic: string; position: Position } {
    const { stream, position } = this.#cursors.readReceipt(cursor);
    return { topic: stream, position };
  }

  /** Where the first message of each partition is that was appended at or after a time, ms since 1970, or will be. */
  async positionAt(topic: string, time: number): Promise<Position> {
    const { first, oldest } = await this.#broker.firstAt(topic, time);
    return Promise.all(
      first.map(async (offset, partition) => {
        // Kafka may have forgotten older messages that the log still has.
        if (offset > oldest[partition]! || oldest[partition] === 0) return offset;
        return (await this.#log.firstAt(topic, partition, time)) ?? offset;
      }),
    );
  }

  /** Stops reading Kafka. Subscriptions that are still open get no more live events. */
  close(): Promise<void> {
    this.#unwatch();
    return this.#tails.close();
  }

  async #refuseAhead(topic: string, position: Position, ring: Ring): Promise<void> {
    const isAhead = (ends: Position) =>
      position.length > ends.length || position.some((offset, partition) => offset > ends[partition]!);
    // The ring may be a moment behind Kafka, and behind another replica that has handed out the cursor.
    if (isAhead(ring.ends()) && isAhead(await this.#broker.ends(topic)))
      throw new TributaryError(
        'CURSOR_AHEAD',
        `The position lies beyond the end of ${topic}, or in a partition that it does not have: the topic was made anew. Start from \`since\`.`,
      );
  }

  /** The position, moved up to what is kept, as far as `oldest` knows. */
  async #kept(
    position: Position,
    ring: Ring | undefined,
    oldest: (partition: number) => Promise<number>,
  ): Promise<Position> {
    return Promise.all(
      position.map(async (offset, partition) =>
        ring?.covers(partition, offset) ? offset : Math.max(offset, await oldest(partition)),
      ),
    );
  }

  /** The oldest offset of the log; where it has none, the one that comes next. */
  async #oldest(topic: string, partition: number): Promise<number> {
    // Asked before the log, so that a log that is filled meanwhile cannot look emptied.
    const archived = await this.#broker.archivedEnd(topic);
    return (await this.#log.earliest(topic, partition)) ?? archived[partition] ?? 0;
  }

  #recentOldest(topic: string, partition: number): Promise<number> {
    const key = `${topic}/${partition}`;
    let recent = this.#oldestOf.get(key);
    if (!recent) {
      recent = new Recent(oldestMaxAgeMs, () => this.#oldest(topic, partition));
      this.#oldestOf.set(key, recent);
    }
    return recent.get();
  }
}

/** @throws TributaryError BAD_USER_INPUT when a subscription is to start at two places. */
export function refuseTwoStarts(after: string | null | undefined, since: Date | null | undefined): void {
  if (after != null && since != null)
    throw new TributaryError('BAD_USER_INPUT', 'A subscription starts `after` a cursor or `since` a time: give one.');
}

function later(delay: number, wake: () => void): () => void {
  const timer = setTimeout(wake, delay).unref();
  return () => clearTimeout(timer);
}
