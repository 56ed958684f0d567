import { setTimeout as delay } from 'node:timers/promises';
import type { Streams } from '../subgraphs/streams/stream.ts';

/** Counts the subscriptions that a gateway has open to its streams, and can hold up their opening. */
export class OpenReaders {
  /** How many are open now. */
  open = 0;
  /** How many have ever been asked for. */
  asked = 0;
  /** How many of those have been opened. */
  opened = 0;
  #gate: Promise<void> | undefined;

  constructor(streams: Streams) {
    const subscribe = streams.subscribe.bind(streams);
    streams.subscribe = async (options) => {
      this.asked++;
      await this.#gate;
      const subscription = await subscribe(options);
      this.open++;
      this.opened++;
      let ended = false;
      const end = () => {
        if (!ended) this.open--;
        ended = true;
      };
      const next = subscription.next.bind(subscription);
      const leave = subscription.return.bind(subscription);
      return Object.assign(subscription, {
        async next() {
          const result = await next().catch((error) => {
            end();
            throw error;
          });
          if (result.done) end();
          return result;
        },
        return() {
          end();
          return leave();
        },
      });
    };
  }

  /** Nothing opens until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return () => {
      this.#gate = undefined;
      resolve();
    };
  }

  async reaches(condition: (readers: this) => boolean): Promise<void> {
    while (!condition(this)) await delay(5);
  }
}
