import { shownFeedMessage } from './air/feed.ts';
import { deadLetterHeaders } from './topics.ts';

/** Stands for the value of a message that must not be seen. */
export const hidden = '***';

/** Topics whose messages hold what nobody may see, with what may be seen of a value; undefined: nothing. */
const shownOf: Record<string, (value: string) => string | undefined> = { 'air.feeds': shownFeedMessage };

/** Whether a message holds what nobody may see: of a dead letter the topic counts from which it came. */
export function isConfidential(topic: string, headers: Record<string, string>): boolean {
  return Object.hasOwn(shownOf, originOf(topic, headers));
}

/** The value of a message as people may see it. */
export function shownValue(topic: string, headers: Record<string, string>, value: string): string {
  if (!isConfidential(topic, headers)) return value;
  return shownOf[originOf(topic, headers)]!(value) ?? hidden;
}

function originOf(topic: string, headers: Record<string, string>): string {
  return (topic === 'dead.letters' && headers[deadLetterHeaders.topic]) || topic;
}
