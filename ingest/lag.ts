import { viewLag, viewLagSeconds } from '../platform/metrics.ts';

interface Place {
  topic: string;
  /** Messages that were there and not taken. */
  behind: number;
  /** When the oldest message of the batch that is being written was appended, in milliseconds since 1970. */
  writing?: number | undefined;
}

/**
 * How far a view is behind, in the partitions that this process has, as the broker says with every batch: asking for it
 * costs nothing.
 */
export class Lag {
  readonly #places = new Map<string, Place>();
  readonly #unwatch: (() => void)[];

  /** @param prefix of the names of topics, which is left out where they are told */
  constructor(view: string, prefix: string) {
    const places = this.#places;
    this.#unwatch = [
      viewLag.watch(function* () {
        for (const { topic, behind } of places.values()) yield [{ view, topic: topic.slice(prefix.length) }, behind];
      }),
      viewLagSeconds.watch(() => {
        const oldest = Math.min(...[...places.values()].map(({ writing }) => writing ?? Number.POSITIVE_INFINITY));
        return [[{ view }, Math.max(0, (Date.now() - oldest) / 1_000)]];
      }),
    ];
  }

  /** The group has given these partitions, and taken all others. @param partitions by topic */
  assigned(partitions: Record<string, number[]>): void {
    const mine = new Set(Object.entries(partitions).flatMap(([topic, all]) => all.map((one) => `${topic}/${one}`)));
    for (const place of this.#places.keys()) if (!mine.has(place)) this.#places.delete(place);
  }

  /** A batch is about to be written. @param at when its first message was appended. @param behind with it */
  begins(topic: string, partition: number, at: number, behind: number): void {
    this.#places.set(`${topic}/${partition}`, { topic, behind, writing: at });
  }

  wrote(topic: string, partition: number, behind: number): void {
    this.#places.set(`${topic}/${partition}`, { topic, behind });
  }

  close(): void {
    for (const unwatch of this.#unwatch) unwatch();
  }
}
