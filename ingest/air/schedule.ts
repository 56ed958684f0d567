import { type Feed, type FeedChange, type FeedWork, feedPlace, type LastPoint } from '../../schema/air/feed.ts';

/** A feed of the partitions that this worker owns. All times are in milliseconds since 1970. */
interface Scheduled {
  tenant: string;
  feed: Feed;
  /** When Kafka took what the feed is, which is when a new one is due. */
  at: number;
}

/** An interval of a feed that is to be claimed, and then fetched. */
export interface Job {
  tenant: string;
  feed: Feed;
  partition: number;
  /** Begin of the interval, and of the one after it. */
  due: number;
  next: number;
  /** The last point of the feed that is known. */
  last: LastPoint | null;
}

/** What is known of a partition. */
class Partition {
  readonly feeds = new Map<string, Scheduled>();
  readonly works = new Map<string, FeedWork>();
}

/**
 * Which feeds are due, by what the partitions of air.feeds say. It has no clock of its own, and does nothing.
 *
 * The intervals of a feed follow each other without a gap. The first begins when the feed was started, and each lasts
 * as long as the feed said when it was claimed. After a downtime the interval of the present moment is fetched, and not
 * those that were missed. What another worker has claimed is left to it while it lives; of one that is gone it is taken
 * over.
 */
export class Schedule {
  readonly #worker: string;
  readonly #partitions = new Map<number, Partition>();
  /** By place of the feed: what this worker fetches, whoever owns the partition now, and when it began. */
  readonly #running = new Map<string, { due: number; started: number }>();
  #living: ReadonlySet<string> = new Set();

  constructor(worker: string) {
    this.#worker = worker;
  }

  /** From now on the partitions are these, of which nothing is known yet. */
  assign(partitions: Iterable<number>): void {
    this.#partitions.clear();
    for (const partition of partitions) this.#partitions.set(partition, new Partition());
  }

  /** The workers that are members of the group now. */
  meet(living: ReadonlySet<string>): void {
    this.#living = living;
  }

  /** Takes what a message of an owned partition says. @param at when Kafka took it */
  take(partition: number, tenant: string, change: FeedChange, at: number): void {
    const { feeds, works } = this.#partitions.get(partition)!;
    if (change.kind === 'FEED') {
      feeds.set(feedPlace(tenant, change.feed.id), { tenant, feed: change.feed, at });
      return;
    }
    const { work } = change;
    const place = feedPlace(tenant, work.feed);
    if (isOvertaken(work, works.get(place))) return;
    works.set(place, work);
    const running = this.#running.get(place);
    if (!running) return;
    const isOwn = work.worker === this.#worker && work.started === running.started;
    if ((isOwn && work.state !== 'CLAIMED') || work.due > running.due) this.#running.delete(place);
  }

  /**
   * The feed is being fetched, and not due, until its partition says that this has ended: what was written a moment ago
   * is not yet read.
   */
  begin({ tenant, feed, due }: Job, started: number): void {
    this.#running.set(feedPlace(tenant, feed.id), { due, started });
  }

  /** The fetch has ended, and the partition will not say so. */
  drop({ tenant, feed }: Job): void {
    this.#running.delete(feedPlace(tenant, feed.id));
  }

  /** What is due, the most belated first; and when more will be, if nothing happens until then. */
  look(now: number): { jobs: Job[]; nextAt: number } {
    const jobs: { begin: number; job: Job }[] = [];
    let nextAt = Number.POSITIVE_INFINITY;
    for (const [partition, { feeds, works }] of this.#partitions)
      for (const [place, { tenant, feed, at }] of feeds) {
        if (feed.state === 'STOPPED' || this.#running.has(place)) continue;
        const work = works.get(place);
        const interval = this.#interval(feed, at, work, now);
        if (interval.begin > now) nextAt = Math.min(nextAt, interval.begin);
        else {
          const { begin, due, next } = interval;
          jobs.push({ begin, job: { tenant, feed, partition, due, next, last: work?.last ?? null } });
        }
      }
    jobs.sort((one, other) => one.begin - other.begin);
    return { jobs: jobs.map(({ job }) => job), nextAt };
  }

  /** The interval to be fetched next, and from when on it may be. */
  #interval(feed: Feed, at: number, work: FeedWork | undefined, now: number) {
    if (!work) return intervalFrom(at, at, feed.intervalMs, now);
    if (work.state === 'DONE') return intervalFrom(work.next, work.next, feed.intervalMs, now);
    const isLeft = work.state === 'RELEASED' || work.worker === this.#worker || !this.#living.has(work.worker);
    // Nothing is known of how far it came, so all of it is fetched again, if its time is not over.
    if (isLeft && now < work.next) return { begin: work.due, due: work.due, next: work.next };
    if (isLeft) return intervalFrom(work.next, work.next, feed.intervalMs, now);
    // Its worker has dropped it by then, whatever the time-out was: none is longer than the interval.
    const over = Math.max(work.next, work.started + (work.next - work.due));
    return intervalFrom(over, work.next, feed.intervalMs, now);
  }
}

/** Whether it is the last word of a worker that was given up for gone, about what another has taken over from it. */
function isOvertaken(work: FeedWork, known: FeedWork | undefined): boolean {
  if (!known || work.due > known.due) return false;
  const isSame = work.worker === known.worker && work.started === known.started;
  return work.due < known.due || (work.state !== 'CLAIMED' && !isSame);
}

/** The interval of a grid that holds the present moment; the first one while the moment is before `begin`. */
function intervalFrom(begin: number, origin: number, length: number, now: number) {
  const due = origin + Math.max(0, Math.floor((Math.max(begin, now) - origin) / length)) * length;
  return { begin, due, next: due + length };
}
