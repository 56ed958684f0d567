import { ringBytes } from '../../platform/metrics.ts';
import { detached } from '../../platform/trace.ts';
import type { Position } from './position.ts';
import { Ring } from './ring.ts';

/** Kafka, as far as streams need it. Its methods throw TributaryError BROKER_UNAVAILABLE when it does not answer. */
export interface Broker {
  /** The offset after the newest message of each partition, now. */
  ends(topic: string): Promise<Position>;
  /**
   * Where the first message appended at or after a time (milliseconds since 1970) is, among those that Kafka still
   * has; where there is none, the end. `oldest` is where the oldest of them is, and again the end where none is left.
   */
  firstAt(topic: string, time: number): Promise<{ first: Position; oldest: Position }>;
  /** The offset up to which each partition is in the log; it may be some tens of milliseconds old. */
  archivedEnd(topic: string): Promise<Position>;
  /**
   * Lets the ring begin at the end of the topic, and appends to it from there without a hole, through every loss of
   * the broker, until it is closed.
   */
  follow(topic: string, ring: Ring): Promise<Follower>;
}

export interface Follower {
  close(): Promise<void>;
}

/** A ring that is being filled until it is released, once. */
export interface Lease {
  ring: Ring;
  release(): void;
}

interface Tail {
  ring: Ring;
  following: Promise<Follower>;
  users: number;
  cancelClose?: (() => void) | undefined;
}

/** The rings of this process: one reader of Kafka a topic, from its first subscriber until a while after its last. */
export class Tails {
  readonly #broker: Pick<Broker, 'follow'>;
  readonly #options: { ringBytes: number; lingerMs: number };
  readonly #timer: (delay: number, wake: () => void) => () => void;
  readonly #tails = new Map<string, Tail>();
  readonly #unwatch: () => void;

  constructor(
    broker: Pick<Broker, 'follow'>,
    options: { ringBytes: number; lingerMs: number },
    timer: (delay: number, wake: () => void) => () => void,
  ) {
    this.#broker = broker;
    this.#options = options;
    this.#timer = timer;
    this.#unwatch = ringBytes.watch(() => [...this.#tails].map(([topic, { ring }]) => [{ topic }, ring.bytes]));
  }

  async acquire(topic: string): Promise<Lease> {
    let tail = this.#tails.get(topic);
    if (!tail || tail.ring.failure) {
      const ring = new Ring(this.#options.ringBytes);
      tail = { ring, users: 0, following: detached(() => this.#broker.follow(topic, ring)) };
      this.#tails.set(topic, tail);
    }
    const { ring, following } = tail;
    tail.users++;
    tail.cancelClose?.();
    try {
      await following;
    } catch (error) {
      if (this.#tails.get(topic) === tail) this.#tails.delete(topic);
      throw error;
    }
    return { ring, release: () => this.#release(topic, tail) };
  }

  /** Stops all readers. */
  async close(): Promise<void> {
    this.#unwatch();
    const tails = [...this.#tails.values()];
    this.#tails.clear();
    await Promise.all(tails.map(close));
  }

  #release(topic: string, tail: Tail): void {
    tail.users--;
    if (tail.users > 0) return;
    tail.cancelClose = this.#timer(this.#options.lingerMs, () => {
      if (this.#tails.get(topic) === tail) this.#tails.delete(topic);
      void close(tail);
    });
  }
}

async function close(tail: Tail): Promise<void> {
  tail.cancelClose?.();
  const follower = await tail.following.catch(() => undefined);
  await follower?.close();
}
