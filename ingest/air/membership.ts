import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';
import type { Settings } from '../../platform/config.ts';
import { messageOf } from '../../platform/errors.ts';
import { askBrokers } from '../../platform/kafka.ts';
import type { Logger } from '../../platform/log.ts';
import { Values } from '../../platform/values.ts';

/** What a member of the group is told. */
export interface MemberReport {
  /** The partitions of the member are these from now on; all that they hold comes next. */
  assigned(partitions: number[]): void;
  took(partition: number, message: KafkaMessage): void;
  /** All that the partitions held is taken, and these workers are members: there may be something to do. */
  ready(workers: Set<string>): void;
}

/** A right to do work in the partitions of the member. */
export interface Hold {
  /** Given when another may have got the partitions without that this member knows of it. */
  readonly lapsed: AbortSignal;
  /** Whether that has not happened, also right after the process was frozen, when the signal is still to come. */
  isFresh(): boolean;
  /** Whether it holds without a break. While it does, nobody else can have begun anything in the partitions. */
  holds(): boolean;
}

const retryMs = 500;

/**
 * Membership in the group whose members share the partitions of air.feeds. Whoever gets a partition reads all of it,
 * so nothing is ever committed.
 *
 * The broker gives the partitions of a member away when it has not heard of it for the session time-out. The member
 * counts that time from when it sent the last sign of life that was answered, which was before the broker heard of it;
 * so it knows of its end before another can begin.
 */
export class Membership {
  readonly #kafka: Kafka;
  readonly #settings: Settings;
  readonly #log: Logger;
  readonly #report: MemberReport;
  readonly #values: Values;
  readonly #stopped = new AbortController();
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #group: string;
  /** Of each owned partition, the offset after what was taken. */
  #next = new Map<number, number>();
  /** Of each owned partition, where it ended after the member got it; undefined while that is not known. */
  #ends: Map<number, number> | undefined;
  #workers = new Set<string>();
  /** Another object for each time that the member gets partitions; undefined while they may be given to others. */
  #generation: object | undefined;
  #isReady = false;
  #lapse = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Until then nobody else is given the partitions. */
  #freshUntil = Number.NEGATIVE_INFINITY;

  /** @param kafka a client of this worker alone, by whose id the others know it */
  constructor(kafka: Kafka, settings: Settings, log: Logger, report: MemberReport) {
    this.#kafka = kafka;
    this.#settings = settings;
    this.#log = log;
    this.#report = report;
    this.#values = new Values(settings);
    this.#topic = `${settings.KAFKA_PREFIX}air.feeds`;
    this.#group = `${settings.KAFKA_PREFIX}tributary.air.workers`;
    this.#consumer = kafka.consumer({
      groupId: this.#group,
      sessionTimeout: settings.KAFKA_SESSION_TIMEOUT_MS,
      heartbeatInterval: Math.ceil(settings.KAFKA_SESSION_TIMEOUT_MS / 6),
      maxWaitTimeInMs: 200,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 1_000_000 },
    });
    const { GROUP_JOIN, HEARTBEAT, REBALANCING, REQUEST, CRASH, END_BATCH_PROCESS } = this.#consumer.events;
    this.#consumer.on(REQUEST, ({ payload: { apiName, duration } }) => {
      if (apiName === 'Heartbeat' || apiName === 'SyncGroup') this.#sentAt = performance.now() - duration;
    });
    this.#consumer.on(HEARTBEAT, () => this.#heard());
    this.#consumer.on(REBALANCING, () => this.#leave());
    this.#consumer.on(CRASH, () => this.#leave());
    // Comes also after batches of which compaction has left nothing to be taken.
    this.#consumer.on(END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      this.#next.set(partition, Number(lastOffset) + 1);
      this.#settle();
    });
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#join(payload.memberAssignment[this.#topic] ?? []));
  }

  async start(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.#topic, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      // Nothing of an earlier generation comes after GROUP_JOIN: kafkajs waits for it before it joins again.
      eachBatch: async ({ batch: { partition, messages }, heartbeat }) => {
        const read = await this.#values.unframeInTime(messages, this.#stopped.signal, this.#log, heartbeat);
        for (const message of read) this.#report.took(partition, message);
      },
    });
  }

  /** Resolves with why it has ended by itself, if it ever does. */
  get crashed(): Promise<Error> {
    return new Promise((resolve) => {
      this.#consumer.on(this.#consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) resolve(payload.error);
      });
    });
  }

  /** The right to do work now; undefined: there is none. */
  hold(): Hold | undefined {
    const generation = this.#generation;
    const { signal: lapsed } = this.#lapse;
    // The timer alone would be late in a process that was frozen.
    const isFresh = () => !lapsed.aborted && performance.now() < this.#freshUntil;
    if (!generation || !this.#isReady || !isFresh()) return undefined;
    return { lapsed, isFresh, holds: () => generation === this.#generation && isFresh() };
  }

  /** Leaves the group, whose others are given the partitions at once. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the worker stops'));
    this.#leave();
    this.#lapse.abort(new Error('the worker stops'));
    clearTimeout(this.#timer);
    await this.#consumer.disconnect();
  }

  /** The broker has heard of the member. */
  #heard(): void {
    clearTimeout(this.#timer);
    this.#freshUntil = this.#sentAt + this.#settings.KAFKA_SESSION_TIMEOUT_MS;
    const restMs = this.#freshUntil - performance.now();
    if (restMs <= 0) return;
    this.#timer = setTimeout(
      () => this.#lapse.abort(new Error('the membership in the group of workers has lapsed')),
      restMs,
    );
    if (!this.#lapse.signal.aborted) return;
    this.#lapse = new AbortController();
    if (this.#isReady) this.#report.ready(this.#workers);
  }

  #leave(): void {
    this.#generation = undefined;
    this.#isReady = false;
  }

  #join(partitions: number[]): void {
    const generation = {};
    this.#generation = generation;
    this.#isReady = false;
    this.#ends = undefined;
    this.#next = new Map(partitions.map((partition) => [partition, 0]));
    this.#report.assigned(partitions);
    this.#heard();
    this.#look(generation, partitions);
  }

  /** Looks who else is there, and how much there is to read. */
  async #look(generation: object, partitions: number[]): Promise<void> {
    while (this.#generation === generation) {
      try {
        const [offsets, { groups }] = await askBrokers(this.#kafka, (admin) =>
          Promise.all([admin.fetchTopicOffsets(this.#topic), admin.describeGroups([this.#group])]),
        );
        if (this.#generation !== generation) return;
        const own = offsets.filter(({ partition }) => partitions.includes(partition));
        // Nothing comes of a partition that holds nothing.
        this.#ends = new Map(own.map(({ partition, low, high }) => [partition, low === high ? 0 : Number(high)]));
        this.#workers = new Set(groups[0]!.members.map(({ clientId }) => clientId));
        this.#settle();
        return;
      } catch (error) {
        this.#log.debug({ reason: messageOf(error) }, 'Kafka does not tell about the group; trying again');
        await delay(retryMs);
      }
    }
  }

  #settle(): void {
    if (!this.#generation || !this.#ends) return;
    if (!this.#isReady) this.#isReady = [...this.#ends].every(([partition, end]) => this.#next.get(partition)! >= end);
    if (this.#isReady) this.#report.ready(this.#workers);
  }
}
