import type { ExecutionResult } from 'graphql';
import type { Finished } from './shared.ts';

/** A result of a subscription as clients get it: its text, made once however many get it. */
export class SubscriptionResult implements Finished {
  constructor(
    readonly text: string,
    readonly cursor: string | undefined,
    /** Whether there is an answer; else errors alone, which end the subscription. */
    readonly hasData: boolean,
  ) {}

  get bytes(): number {
    return Buffer.byteLength(this.text);
  }
}

/** Takes the cursor out of an event, which is there under an alias of the gateway's own. */
export function resultOf(result: ExecutionResult, names?: { event: string; cursor: string }): SubscriptionResult {
  const hasData = result.data !== undefined;
  const event = names && (result.data?.[names.event] as Record<string, unknown> | null | undefined);
  if (!names || !event) return new SubscriptionResult(JSON.stringify(result), undefined, hasData);
  const { [names.cursor]: cursor, ...asked } = event;
  const text = JSON.stringify({ ...result, data: { ...result.data, [names.event]: asked } });
  return new SubscriptionResult(text, cursor as string | undefined, hasData);
}
