import type { IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import { messageOf, TributaryError } from '../../platform/errors.ts';
import { rangeOf } from '../../platform/offsets.ts';
import { readRange } from '../../platform/readRange.ts';
import { sourceHeaders } from '../../schema/topics.ts';
import { identityOf, outlineOf } from './outline.ts';

/**
 * How far a stream has been published. It is read out of the topic itself, so that it cannot disagree with what is
 * there: every message tells an event up to which all were acknowledged before it, and where in the topic those end.
 * What may have been published after that event lies behind that position, and is known here by its identity, if it
 * has one.
 */
export interface Progress {
  /** Id of the event; undefined when nothing of the stream is in the topic. */
  after: string | undefined;
  /** Of each partition, the offset at which the events up to `after` end. */
  position: number[];
  /** When the latest message of the stream was appended, by the broker's clock. */
  appendedAt: number;
  /** Of each partition, the offset that comes next. */
  end: number[];
  /** Identities of events that are in the topic: all of those behind the position, and the latest before it. */
  published: Set<string>;
}

/** So many of the latest messages are looked at first; more when others have written many in between. */
const tailMessages = 20_000;

/** @throws TributaryError BROKER_UNAVAILABLE */
export async function readProgress(kafka: Kafka, prefix: string, url: string): Promise<Progress> {
  const topic = `${prefix}wiki.edits`;
  try {
    const { oldest, end } = await rangeOf(kafka, topic);
    for (let reach = Math.ceil(tailMessages / end.length); ; reach *= 8) {
      const from = end.map((offset, partition) => Math.max(oldest[partition]!, offset - reach));
      const tail = new Tail(url, end);
      await readRange(kafka, prefix, topic, from, end, (message) => tail.take(message));
      const { progress } = tail;
      // Enough is read when it reaches back to the position, or to the beginning of the topic.
      const isWhole = from.every((offset, partition) => offset === oldest[partition]);
      const holdsPosition = from.every(
        (offset, partition) => offset <= Math.max(oldest[partition]!, progress.position[partition]!),
      );
      if (isWhole || (progress.after !== undefined && holdsPosition)) return progress;
    }
  } catch (cause) {
    throw new TributaryError('BROKER_UNAVAILABLE', `Kafka does not answer: ${messageOf(cause)}`, {}, { cause });
  }
}

/** What the last messages of the topic tell about one stream. */
class Tail {
  readonly progress: Progress;

  constructor(
    readonly url: string,
    end: number[],
  ) {
    this.progress = { after: undefined, position: end, end, appendedAt: 0, published: new Set() };
  }

  take({ headers, timestamp, value }: KafkaMessage): void {
    const mark = markOf(headers);
    if (mark?.url !== this.url || value === null) return;
    const { progress } = this;
    const identity = identityOf(outlineOf(value.toString()).id, headers?.[sourceHeaders.id]?.toString());
    if (identity !== undefined) progress.published.add(identity);
    progress.appendedAt = Math.max(progress.appendedAt, Number(timestamp));
    // A partition that was added later was empty then.
    const position = progress.position.map((_, partition) => mark.position[partition] ?? 0);
    // One source publishes a batch after another, so its positions only grow.
    if (progress.after !== undefined && sum(position) < sum(progress.position)) return;
    progress.after = mark.after;
    progress.position = position;
  }
}

interface Mark {
  url: string;
  after: string;
  position: number[];
}

/** The headers of a message that is published when the stream up to an event is in the topic before a position. */
export function markHeaders(url: string, after: string, position: number[]): Record<string, string> {
  return { [sourceHeaders.url]: url, [sourceHeaders.after]: after, [sourceHeaders.position]: position.join() };
}

function markOf(headers: IHeaders = {}): Mark | undefined {
  const [url, after, position] = [sourceHeaders.url, sourceHeaders.after, sourceHeaders.position].map(
    (name) => headers[name],
  );
  if (url === undefined || after === undefined || position === undefined) return undefined;
  return { url: String(url), after: String(after), position: String(position).split(',').map(Number) };
}

const sum = (position: number[]) => position.reduce((total, offset) => total + offset, 0);
