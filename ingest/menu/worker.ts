import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Consumer, EachBatchPayload, Kafka, Message } from 'kafkajs';
import type { Settings } from '../../platform/config.ts';
import { messageOf } from '../../platform/errors.ts';
import { askBrokers } from '../../platform/kafka.ts';
import type { Logger } from '../../platform/log.ts';
import { matcherItems, matcherMatches } from '../../platform/metrics.ts';
import { oneAtATime } from '../../platform/oneAtATime.ts';
import type { Publisher } from '../../platform/publish.ts';
import { unlessBroken } from '../../schema/contract.ts';
import { parseTermMessage } from '../../schema/menu/term.ts';
import { tenantOf } from '../../schema/tenant.ts';
import { logGroup, matcherGroup } from '../../schema/topics.ts';
import { type Running, retryDelaysMs, runMember } from '../consumer.ts';
import { type TopicLog, topicLog } from '../log/topicLog.ts';
import { Turn } from '../turn.ts';
import { KnownTerms } from './knownTerms.ts';
import { matchesOf } from './matching.ts';

/** Items that are matched and published before their offset is committed. */
const batchSize = 2_000;
const pollMs = 100;

/** A partition of menu.items that this worker has, and how far it is. */
interface Share {
  readonly partition: number;
  /** All items before this offset were matched … */
  offset: number;
  /** … with all terms before this offset of menu.terms. Both are committed together, this one as metadata. */
  terms: number;
  /** Items from this offset on will be matched with whatever terms are known then. */
  begun: number;
}

/** What is needed to begin with partitions that the group has given. */
interface Assignment {
  shares: Share[];
  /** Where menu.terms ended after they were given: so far whoever had them before may have known it. */
  termsEnd: number;
  consumer: Consumer;
}

/**
 * Runs a worker, of which there may be any number: they share the partitions of menu.items, and look for the terms of
 * menu.terms, all of which each of them reads.
 *
 * Whether a term is in an item depends on nothing but the two, and a match names the messages of both. So what is
 * matched twice, after a crash or by two workers, gives the same twice; and a match of an item or term that has changed
 * since is known to hold no longer by whoever compares it with the present ones. What is left to care for is that no
 * pair is missed. When terms have changed, all items before are read again from the log, and matched with those terms
 * alone; then it is committed that they are, and a worker that takes the partition over goes on from what is committed.
 *
 * @throws Error when menu.terms has several partitions
 */
export async function runMatcher(
  kafka: Kafka,
  clickhouse: ClickHouseClient,
  publisher: Publisher,
  settings: Settings,
  log: Logger,
): Promise<Running> {
  const worker = new Worker(kafka, clickhouse, publisher, settings, log);
  await worker.termsEnd();
  return worker.run();
}

class Worker {
  readonly #kafka: Kafka;
  readonly #publisher: Publisher;
  readonly #settings: Settings;
  readonly #log: Logger;
  readonly #archive: TopicLog;
  readonly #topics: { terms: string; items: string };
  readonly #terms = new KnownTerms();
  readonly #stopped = new AbortController();
  readonly #inTurn = oneAtATime();
  /** Others, as soon as the group has given others. */
  #shares: Share[] = [];
  #next: Assignment | undefined;
  /** Another object each time that the group gives partitions. */
  #generation: object | undefined;
  #consumer: Consumer | undefined;
  #isCatchingUp = false;
  #caughtUp: Promise<void> = Promise.resolve();

  constructor(kafka: Kafka, clickhouse: ClickHouseClient, publisher: Publisher, settings: Settings, log: Logger) {
    this.#kafka = kafka;
    this.#publisher = publisher;
    this.#settings = settings;
    this.#log = log;
    this.#archive = topicLog(kafka, clickhouse, settings, 'menu.items');
    this.#topics = { terms: `${settings.KAFKA_PREFIX}menu.terms`, items: `${settings.KAFKA_PREFIX}menu.items` };
  }

  async run(): Promise<Running> {
    const terms = await runMember(
      {
        // A group of its own, so that every worker reads all terms.
        group: `${matcherGroup}.terms.${randomUUID()}`,
        topics: ['menu.terms'],
        concurrency: 1,
        joined: (_, consumer) =>
          consumer.seek({ topic: this.#topics.terms, partition: 0, offset: String(this.#terms.position) }),
        take: (payload) => this.#takeTerms(payload),
        passed: (_, next) => {
          this.#terms.position = next;
          this.#settle();
        },
      },
      this.#kafka,
      this.#settings,
      this.#log,
    );
    const items = await runMember(
      {
        group: matcherGroup,
        topics: ['menu.items'],
        concurrency: 16,
        joined: (partitions, consumer) => this.#join(partitions[this.#topics.items] ?? [], consumer),
        take: (payload) => this.#takeItems(payload),
      },
      this.#kafka,
      this.#settings,
      this.#log,
    );
    return {
      stop: async () => {
        this.#stopped.abort(new Error('the worker stops'));
        await Promise.all([items.stop(), terms.stop(), this.#caughtUp]);
      },
    };
  }

  /** @throws Error when menu.terms has several partitions */
  termsEnd(): Promise<number> {
    return askBrokers(this.#kafka, async (admin) => {
      const { terms } = this.#topics;
      const places = await admin.fetchTopicOffsets(terms);
      if (places.length === 1) return Number(places[0]!.high);
      throw new Error(
        `${terms} has ${places.length} partitions and must have one, because the order of all terms counts. docs/operations.md says under Menus how to make it anew.`,
      );
    });
  }

  /** How far these partitions are, and where the terms end. */
  #look(partitions: number[]): Promise<Omit<Assignment, 'consumer'>> {
    return askBrokers(this.#kafka, async (admin) => {
      const { items } = this.#topics;
      const [termsEnd, ofItems, [committed]] = await Promise.all([
        this.termsEnd(),
        admin.fetchTopicOffsets(items),
        admin.fetchOffsets({ groupId: this.#settings.KAFKA_PREFIX + matcherGroup, topics: [items] }),
      ]);
      const shares = partitions.map((partition): Share => {
        const of = <Place extends { partition: number }>(places: Place[]) =>
          places.find((place) => place.partition === partition);
        const oldest = Number(of(ofItems)!.low);
        const { offset, metadata } = of(committed!.partitions) ?? { offset: '-1', metadata: null };
        // What Kafka has dropped before it was matched is matched from the log, as if no term had been known.
        const known = Number(offset) >= oldest ? Number(metadata ?? 0) : 0;
        const begin = Math.max(oldest, Number(offset));
        return { partition, offset: begin, begun: begin, terms: known <= termsEnd ? known : 0 };
      });
      return { shares, termsEnd };
    });
  }

  /** The group has given partitions. They wait until it is known how far they are, and the terms are known as far. */
  async #join(partitions: number[], consumer: Consumer): Promise<void> {
    const generation = {};
    this.#generation = generation;
    this.#shares = [];
    this.#next = undefined;
    consumer.pause([{ topic: this.#topics.items, partitions }]);
    await this.#persistently('how far the items are matched is not known', async () => {
      if (this.#generation !== generation) return;
      const looked = await this.#look(partitions);
      if (this.#generation !== generation) return;
      this.#next = { ...looked, consumer };
      this.#settle();
    });
  }

  /** Begins with partitions as soon as the terms are known, and looks whether there are new ones. */
  #settle(): void {
    if (this.#next && this.#terms.position >= this.#next.termsEnd) {
      const { shares, consumer } = this.#next;
      this.#next = undefined;
      this.#shares = shares;
      this.#consumer = consumer;
      const topic = this.#topics.items;
      for (const { partition, offset } of shares) consumer.seek({ topic, partition, offset: String(offset) });
      consumer.resume([{ topic, partitions: shares.map(({ partition }) => partition) }]);
    }
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    this.#caughtUp = this.#catchUp();
  }

  async #takeTerms({ batch: { messages }, resolveOffset }: EachBatchPayload): Promise<void> {
    const turn = new Turn();
    for (const { offset, key, value, headers } of messages) {
      if (turn.isOver()) await turn.next();
      // What breaks its contract is told by the view, which has it in dead.letters.
      unlessBroken(() => {
        const tenant = tenantOf(headers);
        const change = parseTermMessage(key?.toString() ?? null, value?.toString() ?? null, tenant);
        this.#terms.take(tenant, change, Number(offset));
      });
    }
    resolveOffset(messages.at(-1)!.offset);
  }

  async #takeItems({ batch, heartbeat, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const share = this.#shares.find(({ partition }) => partition === batch.partition);
    if (!share) return;
    for (let start = 0; start < batch.messages.length; start += batchSize) {
      if (!isRunning() || isStale()) return;
      const messages = batch.messages.slice(start, start + batchSize);
      const last = messages.at(-1)!.offset;
      share.begun = Number(last) + 1;
      const items = messages.map(({ offset, timestamp, headers, value }) => ({
        ...{ offset: Number(offset), at: Number(timestamp), headers, value: value?.toString() ?? null },
      }));
      await this.#publish(await matchesOf(this.#terms, share.partition, items));
      matcherItems.inc(items.length);
      share.offset = share.begun;
      resolveOffset(last);
      await this.#commit(share);
      await heartbeat();
    }
  }

  /** Matches what came before the terms that are new, one partition after the other. */
  async #catchUp(): Promise<void> {
    try {
      for (let share = this.#behind(); share; share = this.#behind()) await this.#catchUpIn(share);
    } catch (error) {
      if (!this.#stopped.signal.aborted) throw error;
    }
    this.#isCatchingUp = false;
  }

  #behind(): Share | undefined {
    return this.#shares.find(({ terms }) => terms < this.#terms.position);
  }

  async #catchUpIn(share: Share): Promise<void> {
    const { partition, begun: end } = share;
    const known = this.#terms.position;
    const terms = end === 0 ? undefined : await this.#terms.since(share.terms);
    for (let from = 0; terms && from < end; ) {
      if (!this.#shares.includes(share)) return;
      const items = await this.#persistently('the log is away', () => this.#read(partition, from, end));
      if (items === 'not yet') await delay(pollMs, undefined, { signal: this.#stopped.signal });
      else {
        await this.#publish(await matchesOf(terms, partition, items));
        matcherItems.inc(items.length);
        from = items.length === 0 ? end : items.at(-1)!.offset + 1;
      }
    }
    share.terms = known;
    await this.#commit(share);
  }

  /** Items as the log has them, which keeps them longer than Kafka. */
  async #read(partition: number, from: number, end: number) {
    const archived = (await this.#archive.committed(logGroup))[partition] ?? 0;
    return archived < end ? ('not yet' as const) : this.#archive.read(partition, from, end);
  }

  async #publish(matches: Message[]): Promise<void> {
    await this.#persistently('Kafka is away', async () => {
      if (matches.length > 0) await this.#publisher.publish('menu.matches', matches);
    });
    matcherMatches.inc(matches.length);
  }

  /** Commits how far a partition is, unless it may be another's by now. What one commit leaves out the next says. */
  #commit(share: Share): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#shares.includes(share)) return;
      const { partition, offset, terms } = share;
      const place = { topic: this.#topics.items, partition, offset: String(offset), metadata: String(terms) };
      await this.#consumer!.commitOffsets([place]).catch((error) => {
        this.#log.debug({ view: matcherGroup, reason: messageOf(error) }, 'an offset was not committed');
      });
    });
  }

  /** Does what must be done, however long a server is away. */
  async #persistently<T>(fault: string, work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++)
      try {
        return await work();
      } catch (error) {
        this.#stopped.signal.throwIfAborted();
        this.#log.warn({ view: matcherGroup, attempt, reason: messageOf(error) }, `${fault}; trying again`);
        const pause = retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)];
        await delay(pause, undefined, { signal: this.#stopped.signal });
      }
  }
}
