import { TributaryError } from '../../platform/errors.ts';
import type { LoggedMessage, LogRange, LogReader } from '../../platform/messageLog.ts';
import type { Position } from './position.ts';
import type { Ring } from './ring.ts';
import type { Broker, Follower } from './tail.ts';

interface Partition {
  messages: LoggedMessage[];
  /** The offset after the newest message. */
  end: number;
  /** The oldest offset that Kafka still has. */
  kafkaStart: number;
  /** Up to here the log has it. */
  archived: number;
  /** Up to here the archive has told that the log has it. */
  committed: number;
  /** The log has dropped what lies before. */
  logStart: number;
}

/**
 * Kafka, the archive, the log and the clock for tests, in memory: nothing happens unless a test says so. It refuses
 * questions that the real log could not answer rightly.
 */
export class World implements Broker, LogReader {
  clock = 1_000;
  /** The next so many reads of the log fail. */
  failReads = 0;
  /** Whether reads of the log are answered at once, and not when `answer` says so. */
  prompt = false;
  /** How many times each question was asked. */
  readonly asked = { read: 0, archivedEnd: 0, follow: 0, closed: 0 };
  /** The parts of the log that were asked for, as `partition/from-to`. */
  readonly ranges: string[] = [];
  readonly #partitions: Partition[] = [];
  readonly #rings = new Set<Ring>();
  readonly #timers = new Set<{ due: number; wake: () => void }>();
  readonly #reads: (() => void)[] = [];
  readonly #pageRows: number;

  constructor(partitions: number, pageRows = 1_000) {
    this.#pageRows = pageRows;
    for (let i = 0; i < partitions; i++) this.grow();
  }

  get partitions(): number {
    return this.#partitions.length;
  }

  /** Every message ever appended, partition by partition. */
  get messages(): LoggedMessage[] {
    return this.#partitions.flatMap(({ messages }) => messages);
  }

  get kafkaEnds(): Position {
    return this.#partitions.map(({ end }) => end);
  }

  grow(): void {
    this.#partitions.push({ messages: [], end: 0, kafkaStart: 0, archived: 0, committed: 0, logStart: 0 });
  }

  /** @param later milliseconds since the last append. @param hole offsets that are left out before the message. */
  append(place: number, { later = 0, hole = 0 }: { later?: number; hole?: number } = {}): LoggedMessage {
    const { messages, end } = this.#partitions[place]!;
    this.clock += later;
    const offset = end + hole;
    const value = String(offset);
    messages.push({ partition: place, offset, at: this.clock, key: 'ab'[offset % 2]!, headers: {}, value });
    this.#partitions[place]!.end = offset + 1;
    return messages.at(-1)!;
  }

  /** An offset that is no message, as the end of a transaction has one. */
  mark(place: number): void {
    this.#partitions[place]!.end++;
  }

  archive(place: number, count: number): void {
    const partition = this.#partitions[place]!;
    const next = partition.messages.filter(({ offset }) => offset >= partition.archived)[count - 1];
    partition.archived = next ? next.offset + 1 : partition.end;
  }

  commit(): void {
    for (const partition of this.#partitions) partition.committed = partition.archived;
  }

  /** Kafka drops messages of the partition, which are in the log. */
  forget(place: number, count: number): void {
    const partition = this.#partitions[place]!;
    partition.kafkaStart = Math.max(partition.kafkaStart, Math.min(partition.kafkaStart + count, partition.committed));
  }

  /** The log drops messages that Kafka has dropped before. */
  expire(place: number, count: number): void {
    const partition = this.#partitions[place]!;
    partition.logStart = Math.min(partition.logStart + count, partition.kafkaStart);
  }

  wasExpired(place: number, offset: number): boolean {
    return offset < this.#partitions[place]!.logStart;
  }

  /** Lets the tail get messages. */
  deliver(place: number, count: number): void {
    const { messages, kafkaStart, end } = this.#partitions[place]!;
    for (const ring of this.#rings) {
      const from = Math.max(ring.end(place), kafkaStart);
      const batch = messages.filter(({ offset }) => offset >= from).slice(0, count);
      const last = batch.at(-1);
      if (last) ring.append(place, batch, last === messages.at(-1) ? end : last.offset + 1);
    }
  }

  /** Lets the tail get messages that it has had, as after a rebalance. */
  deliverAgain(place: number, count: number): void {
    const { messages } = this.#partitions[place]!;
    for (const ring of this.#rings) {
      const batch = messages.filter(({ offset }) => offset < ring.end(place)).slice(-count);
      if (batch.length > 0) ring.append(place, batch, batch.at(-1)!.offset + 1);
    }
  }

  /** Ends the rings, as the tail does when it sees that the topic was made anew. */
  fail(error: TributaryError): void {
    for (const ring of this.#rings) ring.fail(error);
  }

  /** Lets reads of the log come back, the oldest first. */
  answer(count = Number.POSITIVE_INFINITY): void {
    for (const resolve of this.#reads.splice(0, count)) resolve();
  }

  tick(milliseconds: number): void {
    this.clock += milliseconds;
    for (const timer of [...this.#timers]) if (timer.due <= this.clock && this.#timers.delete(timer)) timer.wake();
  }

  /** Lets everything come through that is under way, and time pass. */
  settle(): void {
    for (let place = 0; place < this.partitions; place++) {
      this.archive(place, Number.POSITIVE_INFINITY);
      this.deliver(place, Number.POSITIVE_INFINITY);
    }
    this.commit();
    this.answer();
    this.tick(1_000);
  }

  readonly timer = (delay: number, wake: () => void): (() => void) => {
    const timer = { due: this.clock + delay, wake };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get timers(): number {
    return this.#timers.size;
  }

  // Broker

  async ends(): Promise<Position> {
    return this.kafkaEnds;
  }

  async firstAt(topic: string, time: number): Promise<{ first: Position; oldest: Position }>;
  async firstAt(topic: string, place: number, time: number): Promise<number | undefined>;
  async firstAt(_topic: string, a: number, b?: number): Promise<unknown> {
    if (b !== undefined) {
      const { messages, logStart, archived } = this.#partitions[a]!;
      return messages.find(({ offset, at }) => offset >= logStart && offset < archived && at >= b)?.offset;
    }
    const offsetsAt = (time: number) =>
      this.#partitions.map(
        ({ messages, kafkaStart, end }) =>
          messages.find(({ offset, at }) => offset >= kafkaStart && at >= time)?.offset ?? end,
      );
    return { first: offsetsAt(a), oldest: offsetsAt(0) };
  }

  async archivedEnd(): Promise<Position> {
    this.asked.archivedEnd++;
    return this.#partitions.map(({ committed }) => committed);
  }

  async follow(_topic: string, ring: Ring): Promise<Follower> {
    this.asked.follow++;
    ring.begin(this.kafkaEnds);
    this.#rings.add(ring);
    return {
      close: async () => {
        this.asked.closed++;
        this.#rings.delete(ring);
      },
    };
  }

  // LogReader

  async read(range: LogRange, signal?: AbortSignal): Promise<LoggedMessage[]> {
    const { partition, from, to, rows } = range;
    const { messages, committed, logStart } = this.#partitions[partition]!;
    this.asked.read++;
    this.ranges.push(`${partition}/${from}-${to}`);
    if (to > committed) throw new Error(`asked for ${partition}/${to}, but only ${committed} is in the log`);
    const found = messages
      .filter(({ offset }) => offset >= Math.max(from, logStart) && offset < to)
      .slice(0, Math.min(rows, this.#pageRows));
    if (!this.prompt) await new Promise<void>((resolve) => this.#reads.push(resolve));
    signal?.throwIfAborted();
    if (this.failReads > 0 && this.failReads--)
      throw new TributaryError('STORE_UNAVAILABLE', 'The log (ClickHouse) does not answer. Try again later.');
    return found;
  }

  async earliest(_topic: string, place: number): Promise<number | undefined> {
    const { messages, logStart, archived } = this.#partitions[place]!;
    return messages.find(({ offset }) => offset >= logStart && offset < archived)?.offset;
  }
}
