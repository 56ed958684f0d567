import { bytesOf, type LoggedMessage, type LogReader } from '../../platform/messageLog.ts';

/** A part of one partition to be read: from the first offset up to, not including, the second. */
export interface Wanted {
  partition: number;
  from: number;
  to: number;
}

/** Most messages in a page. */
const pageRows = 4_000;
/** What one reader may hold, in bytes: less the more readers there are. */
const readerBytes = { least: 1 << 20, most: 1 << 24 };
/** Pages read from the log at the same time; more would only wait in the store. */
const loadsAtOnce = 4;

/**
 * What all readers of history in this process hold together, bounded in bytes. When it is full, the pages that were
 * loaded longest ago are dropped: their reader stalls, and reads them again from its position when it goes on.
 */
export class PagePool {
  readonly #limit: number;
  readonly #holders = new Set<Pages>(); // in the order of their last load
  readonly #waiting: (() => void)[] = [];
  #loads = 0;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that one more reader may hold. */
  get share(): number {
    const fair = this.#limit / (this.#holders.size + loadsAtOnce);
    return Math.min(Math.max(fair, readerBytes.least), readerBytes.most);
  }

  /** Notes that a reader holds so many bytes more, or fewer. */
  account(pages: Pages, change: number): void {
    this.#bytes += change;
    this.#holders.delete(pages);
    if (pages.bytes > 0) this.#holders.add(pages);
    if (change <= 0) return;
    for (const other of this.#holders) {
      if (this.#bytes <= this.#limit) return;
      if (other !== pages) other.drop();
    }
  }

  /** Does the work when it is its turn. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#loads >= loadsAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#loads++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#loads--;
    }
  }
}

/** What has been read of one partition: `messages` from `index` on, and everything up to, not including, `next`. */
interface Stretch {
  messages: LoggedMessage[];
  index: number;
  next: number;
}

/** The pages of the log that one subscription holds while it is behind the ring. */
export class Pages {
  readonly #log: LogReader;
  readonly #topic: string;
  readonly #pool: PagePool;
  #stretches: (Stretch | undefined)[] = [];
  #messageBytes = 4_096; // a first guess, so that the first page of a topic of huge messages is short
  #bytes = 0;

  constructor(log: LogReader, topic: string, pool: PagePool) {
    this.#log = log;
    this.#topic = topic;
    this.#pool = pool;
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The first message at or after an offset, if it has been read. Offsets must not go back. */
  at(partition: number, offset: number): LoggedMessage | undefined {
    const stretch = this.#stretches[partition];
    if (!stretch) return undefined;
    while (stretch.index < stretch.messages.length && stretch.messages[stretch.index]!.offset < offset) stretch.index++;
    return stretch.messages[stretch.index];
  }

  /** The first offset that has not been read. */
  next(partition: number): number {
    return this.#stretches[partition]?.next ?? 0;
  }

  /** Whether more than half of what was read of the partition has been used. */
  isLow(partition: number): boolean {
    const stretch = this.#stretches[partition];
    return !stretch || stretch.index * 2 >= stretch.messages.length;
  }

  /**
   * Reads on. Where messages are missing before the first that is found, `explain` is asked before they are passed
   * over; when it throws, the partition stays as it was.
   */
  async load(wanted: Wanted[], explain: (hole: Wanted) => Promise<void>, signal: AbortSignal): Promise<void> {
    await this.#pool.inTurn(async () => {
      signal.throwIfAborted();
      const stretches = this.#stretches;
      // Half of the share for what is being used, half for what is being read.
      const bytes = Math.ceil(this.#pool.share / 2 / Math.max(stretches.length, wanted.length));
      const rows = Math.min(Math.max(Math.ceil(bytes / this.#messageBytes), 16), pageRows);
      await Promise.all(
        wanted.map(async (part) => {
          const messages = await this.#log.read({ topic: this.#topic, ...part, rows, bytes }, signal);
          if (messages[0]?.offset !== part.from) await explain(part);
          if (this.#stretches === stretches) this.#extend(part, messages);
        }),
      );
    });
  }

  /** Lets go of everything; a load under way is discarded when it ends. */
  drop(): void {
    this.#stretches = [];
    const held = this.#bytes;
    this.#bytes = 0;
    if (held > 0) this.#pool.account(this, -held);
  }

  #extend({ partition, to }: Wanted, messages: LoggedMessage[]): void {
    const { messages: old, index } = this.#stretches[partition] ?? { messages: [], index: 0 };
    this.#stretches[partition] = {
      messages: old.slice(index).concat(messages),
      index: 0,
      next: messages.length > 0 ? messages.at(-1)!.offset + 1 : to,
    };
    const added = total(messages);
    if (messages.length > 0) this.#messageBytes = added / messages.length;
    const change = added - total(old.slice(0, index));
    this.#bytes += change;
    this.#pool.account(this, change);
  }
}

function total(messages: LoggedMessage[]): number {
  return messages.reduce((sum, message) => sum + bytesOf(message), 0);
}
