/** Tells who has subscribed, such as React's `useSyncExternalStore`, that something of it has changed. */
export class Observable {
  /** Grows with every change. */
  version = 0;
  readonly #listeners = new Set<() => void>();

  /** @returns what ends it */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  protected changed(): void {
    this.version += 1;
    this.tell();
  }

  protected tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Tells of changes with the next frame, however many there are; where nobody sees the page, once it is seen again. */
export class PacedObservable extends Observable {
  readonly #everyMs: number;
  #toldAt = Number.NEGATIVE_INFINITY;
  #isTold = true;

  /** @param everyMs the shortest time between two times that it tells, in milliseconds */
  constructor(everyMs = 0) {
    super();
    this.#everyMs = everyMs;
  }

  protected override changed(): void {
    this.version += 1;
    if (!this.#isTold) return;
    this.#isTold = false;
    const tell = () => {
      this.#isTold = true;
      this.#toldAt = performance.now();
      this.tell();
    };
    const waitMs = this.#toldAt + this.#everyMs - performance.now();
    if (waitMs > 0) setTimeout(() => requestAnimationFrame(tell), waitMs);
    else requestAnimationFrame(tell);
  }
}
