import type { Position } from '../streams/position.ts';
import type { EventSource, StreamEvent } from '../streams/seam.ts';

/** A subscription to one of several topics; null for a message that says no more than how far it has come. */
export type Source<T> = EventSource<T | null>;

/**
 * For so long at most, in milliseconds, the end of the history is waited for when there is nothing to read: this
 * process may not have got it yet, and where the last message is the mark of a transaction it never gets it.
 */
const patienceMs = 2_000;

/** The next event of a source, once it has been asked for and until it is taken. */
export class Head<T> {
  event: StreamEvent<T | null> | undefined;
  isDone = false;
  /** The place after what has been taken. */
  position: Position;
  #failure: { reason: unknown } | undefined;
  #isAsked = false;

  /**
   * @param historyEnd where the topic ended when the subscription began: what stands before is history
   * @param came called when there is an event, an end or a failure
   * @param now the clock of the source, in milliseconds since 1970
   */
  constructor(
    readonly source: Source<T>,
    readonly historyEnd: Position,
    readonly came: () => void,
    readonly now: () => number,
  ) {
    this.position = source.startPosition;
  }

  /** Whether there is nothing to read. */
  get isQuiet(): boolean {
    return !this.event && (this.isDone || this.source.quietSince !== undefined);
  }

  /** Whether messages may come that were appended before those of another head. */
  get mayHaveHistory(): boolean {
    if (this.event || this.isDone) return false;
    const { quietSince, position } = this.source;
    if (quietSince !== undefined && this.now() - quietSince > patienceMs) return false;
    const seen = quietSince === undefined ? this.position : position;
    return this.historyEnd.some((end, partition) => end > (seen[partition] ?? 0));
  }

  /** Asks for the next event, where that has not been done. @throws what the source has failed with */
  ask(): void {
    if (this.#failure) throw this.#failure.reason;
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.source
      .next()
      .then(
        ({ done, value }) => {
          this.isDone = done === true;
          this.event = value;
        },
        (reason) => {
          this.#failure = { reason };
        },
      )
      .then(this.came);
  }

  take(): StreamEvent<T | null> {
    const event = this.event!;
    this.#isAsked = false;
    this.event = undefined;
    this.position = event.position;
    return event;
  }
}

/**
 * The head that comes next: by time of append while there is history, and then as they arrive. Undefined while that
 * cannot be told.
 */
export function first<T extends Head<unknown>>(heads: T[]): T | undefined {
  if (heads.some(({ mayHaveHistory }) => mayHaveHistory)) return undefined;
  const at = ({ event }: T) => event?.at.getTime() ?? Number.NEGATIVE_INFINITY;
  return heads
    .filter(({ event, isDone }) => event || isDone)
    .reduce<T | undefined>((earliest, head) => (earliest && at(earliest) <= at(head) ? earliest : head), undefined);
}
