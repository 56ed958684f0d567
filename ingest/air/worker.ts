import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import type { Settings } from '../../platform/config.ts';
import { messageOf } from '../../platform/errors.ts';
import { openKafka } from '../../platform/kafka.ts';
import type { Logger } from '../../platform/log.ts';
import { feedFetches, feedFetchSeconds } from '../../platform/metrics.ts';
import { Publisher } from '../../platform/publish.ts';
import { SecretKeys } from '../../platform/secretKeys.ts';
import { type FeedWork, parseFeedMessage } from '../../schema/air/feed.ts';
import type { Result } from '../../schema/air/result.ts';
import { unlessBroken } from '../../schema/contract.ts';
import { tenantOf } from '../../schema/tenant.ts';
import { Gathered } from '../gathered.ts';
import { resultMessage, workerMessage, workMessage } from './announce.ts';
import { type Clock, systemClock } from './clock.ts';
import { Fetching } from './fetching.ts';
import { type Hold, Membership } from './membership.ts';
import { type Equipment, run } from './run.ts';
import { type Job, Schedule } from './schedule.ts';
import { RawResponses } from './store.ts';

/** Fetches under way at the same time: each has a connection, and may hold an answer of the greatest size, a megabyte. */
const mostAtOnce = 256;
/** Of those, at the same endpoint: an API that hangs must not keep all others waiting until the time-outs are over. */
const mostAtEndpoint = 64;
/** How long after a fault an interval is claimed again, in milliseconds. */
const claimAgainMs = 500;
/** Least time between two looks at what is due, in milliseconds: each goes through all feeds of the worker. */
const lookPaceMs = 25;
const publishAgainMs = [200, 500, 1_000, 2_000];

export interface RunningWorker {
  name: string;
  /** Resolves with why it has ended by itself, if it ever does. */
  crashed: Promise<Error>;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** May be asked although its address is private. */
  allowedOrigin?: string | undefined;
  clock?: Clock;
}

/**
 * A worker: fetches the feeds whose partitions of air.feeds it is given, until it is stopped. It claims an interval in
 * the partition before it asks the API, and does that only while nobody else can have been given the partition; so
 * whoever is given it next knows from there what has been fetched, and by whom the rest is.
 */
export async function startWorker(
  settings: Settings,
  log: Logger,
  { allowedOrigin, clock = systemClock }: WorkerOptions = {},
): Promise<RunningWorker> {
  const name = `air-${hostname().slice(0, 100)}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const kafka = openKafka(settings, name, log);
  const publisher = new Publisher(kafka, settings.KAFKA_PREFIX);
  const allowPrivate = settings.TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS;
  const fetching = new Fetching({ allowPrivate, allowedOrigin });
  const [responses, keys] = await Promise.all([RawResponses.open(settings), SecretKeys.of(settings)]);
  const worker = new Worker(name, publisher, { fetching, responses, keys, log, clock });
  const clientPrefix = `${settings.KAFKA_PREFIX}tributary-`;
  const membership = new Membership(kafka, settings, log, {
    assigned: (partitions) => worker.schedule.assign(partitions),
    took: (partition, { key, value, headers, timestamp }) => {
      // What breaks its contract is told by the view, which has it in dead.letters.
      unlessBroken(() => {
        const tenant = tenantOf(headers);
        const change = parseFeedMessage(key?.toString() ?? null, value?.toString() ?? null, tenant);
        worker.schedule.take(partition, tenant, change, Number(timestamp));
      });
    },
    ready: (members) => {
      worker.schedule.meet(new Set([...members].map((member) => member.slice(clientPrefix.length))));
      worker.look();
    },
  });
  worker.hold = () => membership.hold();
  const { crashed } = membership;
  await membership.start();
  await publisher.publish('air.results', [workerMessage(name)]);
  return {
    name,
    crashed,
    async stop() {
      await worker.stop();
      await membership.stop();
      await publisher.close();
      fetching.close();
    },
  };
}

class Worker {
  readonly schedule: Schedule;
  hold: () => Hold | undefined = () => undefined;
  readonly #name: string;
  readonly #equipment: Equipment;
  readonly #feeds: Gathered<Message>;
  readonly #results: Gathered<Message>;
  readonly #stopped = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** By endpoint, how many fetches are under way. */
  readonly #asked = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #cancelWake = () => {};

  constructor(name: string, publisher: Publisher, equipment: Equipment) {
    this.#name = name;
    this.#equipment = equipment;
    this.schedule = new Schedule(name);
    const publish = (topic: string) => (messages: Message[]) => publisher.publish(topic, messages).then(() => {});
    this.#feeds = new Gathered(publish('air.feeds'));
    this.#results = new Gathered(publish('air.results'));
  }

  /** Something has happened: looks at what is due, soon if not at once. */
  look(): void {
    if (this.#stopped.signal.aborted) return;
    this.#timer ??= setTimeout(() => this.#look(), Math.max(0, this.#lookedAt + lookPaceMs - performance.now()));
  }

  /** Begins whatever is due, and looks again when more is. */
  #look(): void {
    this.#timer = undefined;
    this.#lookedAt = performance.now();
    this.#cancelWake();
    const hold = this.hold();
    if (!hold) return;
    const { clock } = this.#equipment;
    const now = clock.now();
    const { jobs, nextAt } = this.schedule.look(now);
    for (const job of jobs) {
      if (this.#running.size >= mostAtOnce) break;
      if ((this.#asked.get(job.feed.endpoint) ?? 0) < mostAtEndpoint) this.#begin(job, now, hold);
    }
    if (nextAt < Number.POSITIVE_INFINITY) this.#cancelWake = clock.wake(nextAt, () => this.look());
  }

  #begin(job: Job, now: number, hold: Hold): void {
    const { endpoint } = job.feed;
    const count = (more: number) => this.#asked.set(endpoint, (this.#asked.get(endpoint) ?? 0) + more);
    this.schedule.begin(job, now);
    count(1);
    const done = this.#work(job, now, hold).finally(() => {
      this.#running.delete(done);
      if (count(-1).get(endpoint) === 0) this.#asked.delete(endpoint);
      this.look();
    });
    this.#running.add(done);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#cancelWake();
    this.#stopped.abort(new Error('the worker stops'));
    await Promise.all(this.#running);
  }

  /** Claims an interval, fetches, and says what came of it. Never fails. */
  async #work(job: Job, started: number, hold: Hold): Promise<void> {
    const { tenant, feed, partition, due, next, last } = job;
    const claim: FeedWork = {
      ...{ feed: feed.id, due, next, worker: this.#name, state: 'CLAIMED', started },
      ...{ ended: null, outcome: null, last },
    };
    const say = (work: FeedWork) => this.#feeds.add([workMessage(tenant, work, partition)]);
    const fenced = AbortSignal.any([hold.lapsed, this.#stopped.signal]);
    try {
      await say(claim);
      // The claim may have come after that of another, which this worker would not know of.
      if (!hold.holds()) throw new Error('the partition was given away meanwhile');
      const result = await run(job, started, this.#equipment, fenced, this.#stopped.signal);
      feedFetches.inc({ adapter: result.adapter, outcome: result.outcome });
      feedFetchSeconds.observe({ adapter: result.adapter }, (result.ended - result.started) / 1_000);
      // Another may have taken the interval over, and what it brings counts.
      if (!hold.isFresh()) throw new Error('the membership has lapsed meanwhile');
      await this.#untilTold(() => this.#results.add([resultMessage(tenant, result)]));
      await this.#untilTold(() => say(done(claim, result)));
    } catch (error) {
      const level = fenced.aborted || !hold.holds() ? 'debug' : 'warn';
      this.#equipment.log[level]({ feed: feed.id, due, reason: messageOf(error) }, 'a fetch is left to be done again');
      // Else others would wait for a worker that lives but does not fetch.
      await say({ ...claim, state: 'RELEASED' }).catch(() => {});
      await delay(claimAgainMs, undefined, { signal: this.#stopped.signal }).catch(() => {});
      this.schedule.drop(job);
    }
  }

  /** Says what must not get lost, however long Kafka is away. */
  async #untilTold(say: () => Promise<void>): Promise<void> {
    for (let attempt = 0; ; attempt++)
      try {
        return await say();
      } catch (error) {
        this.#equipment.log.warn({ reason: messageOf(error) }, 'Kafka is away; trying again');
        const pause = publishAgainMs[Math.min(attempt, publishAgainMs.length - 1)];
        await delay(pause, undefined, { signal: this.#stopped.signal });
      }
  }
}

function done(claim: FeedWork, { ended, outcome, station, time }: Result): FeedWork {
  const last = station === null || time === null ? claim.last : { station, time };
  return { ...claim, state: 'DONE', ended, outcome, last };
}
