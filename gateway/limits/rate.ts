import type { GraphQLError } from 'graphql';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { refusal } from './limits.ts';

/** How much each caller may ask for in a minute, counted in the cost of operations; in this process alone. */
export class RateLimit {
  readonly #limiter: RateLimiterMemory;

  constructor(readonly costPerMinute: number) {
    this.#limiter = new RateLimiterMemory({ points: costPerMinute, duration: 60 });
  }

  /** Counts an operation. @returns why it is refused, when the caller has used up the minute */
  async refuse(caller: string, cost: number): Promise<GraphQLError | undefined> {
    try {
      // One operation may take all there is, or who sends it would never be served.
      await this.#limiter.consume(caller, Math.min(Math.ceil(cost), this.costPerMinute));
      return undefined;
    } catch (thrown) {
      if (thrown instanceof Error) throw thrown;
      const seconds = Math.max(1, Math.ceil((thrown as RateLimiterRes).msBeforeNext / 1_000));
      return refusal(
        `You may ask for a cost of ${this.costPerMinute} a minute, and this operation has ${cost}. Ask again in ${seconds} s.`,
        { code: 'RATE_LIMITED', retryAfter: seconds },
        { status: 429, headers: { 'retry-after': String(seconds) } },
      );
    }
  }
}
