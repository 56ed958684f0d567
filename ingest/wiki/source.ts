import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka, Message } from 'kafkajs';
import { messageOf, TributaryError } from '../../platform/errors.ts';
import { Publisher } from '../../platform/publish.ts';
import { sourceHeaders } from '../../schema/topics.ts';
import { type Beginning, eventStream, type ServerSentEvent, type StreamOptions } from './eventStream.ts';
import { identityOf, isSampled, outlineOf } from './outline.ts';
import { markHeaders, type Progress, readProgress } from './progress.ts';

export interface SourceOptions extends StreamOptions {
  /** Share of the events that is published, 0 to 1. */
  frac: number;
  /** Where to begin, unless something has been published since; now when it is missing. */
  since?: Date;
}

/** What a source tells while it runs. */
export interface SourceReport {
  /** It knows where it stands, and is about to ask the stream. */
  begins(where: string): void;
  /** So many more events are acknowledged; the last of them was made at this time, in milliseconds since 1970. */
  published(count: number, time: number | undefined): void;
  /** A connection was lost, or could not be made; after a pause it is tried again. */
  reconnecting(reason: string, pauseMs: number): void;
  /** What a person should know. */
  warn(line: string): void;
}

const batchSize = 500;
/** Events that come again after a reconnect are among the latest. */
const remembered = 50_000;
/** Kafka's default limit of a megabyte, less room for key and headers. */
const largestBytes = 1_000_000;
const retryDelaysMs = [500, 1_000, 2_000, 5_000];

/**
 * Publishes the events of a stream on wiki.edits, untouched, until it is stopped. One batch is acknowledged before the
 * next is sent, so that each message can say what is certainly before it (see Progress); a restart, also after kill -9,
 * neither loses an event that the server still has nor publishes one again, if it has an identity. A broker that is
 * away is waited for: because nobody knows then what it has taken, that is a restart too.
 * @throws StreamRefused
 */
export async function publishStream(
  options: SourceOptions,
  kafka: Kafka,
  prefix: string,
  stopped: AbortSignal,
  report: SourceReport,
): Promise<void> {
  const started = new Date();
  for (let attempt = 0; !stopped.aborted; attempt++) {
    const publisher = new Publisher(kafka, prefix);
    try {
      const progress = await readProgress(kafka, prefix, options.url);
      const beginning = beginningOf(progress, options.since, started);
      report.begins(
        'after' in beginning ? `Goes on after ${beginning.after}` : `Begins at ${beginning.since.toISOString()}`,
      );
      if (!('after' in beginning)) Object.assign(progress, { after: undefined, position: progress.end });
      await new Run(options, publisher, progress, report).from(beginning, stopped, () => (attempt = 0));
    } catch (error) {
      if (!(error instanceof TributaryError && error.code === 'BROKER_UNAVAILABLE')) throw error;
      report.warn(`${messageOf(error.cause ?? error)}; Kafka is tried again`);
      const pause = retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)];
      await delay(pause, undefined, { signal: stopped }).catch(() => {});
    } finally {
      await publisher.close();
    }
  }
}

function beginningOf({ after, appendedAt }: Progress, since: Date | undefined, started: Date): Beginning {
  if (after !== undefined && (!since || appendedAt >= since.getTime())) return { after };
  return { since: since ?? started };
}

/** An event that is to be published. */
interface Wanted extends Pick<ServerSentEvent, 'data' | 'lastId'> {
  key: string | null;
  /** Stands in a header where it is the event's only identity. */
  streamId: string | undefined;
  time: number | undefined;
}

/** From one reading of the progress to a stop, or a broker that is away. */
class Run {
  #waiting: Wanted[] = [];
  #publishing: Promise<void> | undefined;

  constructor(
    readonly options: SourceOptions,
    readonly publisher: Publisher,
    readonly progress: Progress,
    readonly report: SourceReport,
  ) {}

  async from(beginning: Beginning, stopped: AbortSignal, onPublished: () => void): Promise<void> {
    const failed = new AbortController();
    const either = AbortSignal.any([stopped, failed.signal]);
    const onReconnect = (reason: string, pauseMs: number) => this.report.reconnecting(reason, pauseMs);
    for await (const events of eventStream(this.options, beginning, either, onReconnect)) {
      for (const event of events) this.#take(event);
      // Whoever does not read lets the server wait.
      if (this.#waiting.length >= batchSize) await this.#publishing;
      if (this.#waiting.length > 0)
        this.#publishing ??= this.#publish(onPublished).catch((error) => failed.abort(error));
    }
    await this.#publishing;
    failed.signal.throwIfAborted();
  }

  #take(event: ServerSentEvent): void {
    const { data, lastId } = event;
    const { key, id, time, isCanary } = outlineOf(data);
    if (isCanary || !isSampled(id ?? data, this.options.frac)) return;
    const streamId = id === undefined ? event.id : undefined;
    const identity = identityOf(id, streamId);
    if (identity !== undefined) {
      const { published } = this.progress;
      if (published.has(identity)) return;
      published.add(identity);
      if (published.size > remembered) published.delete(published.values().next().value!);
    }
    const bytes = Buffer.byteLength(data);
    if (bytes <= largestBytes) this.#waiting.push({ data, lastId, key, streamId, time });
    else this.report.warn(`An event of ${bytes} bytes is larger than Kafka takes, and left out: ${key}`);
  }

  /** Publishes what waits, and what comes meanwhile. */
  async #publish(onPublished: () => void): Promise<void> {
    const { progress, options, publisher, report } = this;
    try {
      while (this.#waiting.length > 0) {
        const [{ lastId: first }] = this.#waiting as [Wanted];
        // The first event of all goes alone, so that it can say itself where to go on: it is in the topic or it is not.
        const isFirst = progress.after === undefined && first !== '';
        const batch = this.#waiting.splice(0, isFirst ? 1 : batchSize);
        const after = isFirst ? first : progress.after;
        const mark = after === undefined ? {} : markHeaders(options.url, after, progress.position);
        const messages = batch.map(
          ({ key, data, streamId }): Message => ({
            key,
            value: data,
            headers: streamId === undefined ? mark : { ...mark, [sourceHeaders.id]: streamId },
          }),
        );
        const written = await publisher.publish('wiki.edits', messages);
        const { lastId, time } = batch.at(-1)!;
        if (lastId !== '') progress.after = lastId;
        progress.position = progress.position.map((offset, partition) => Math.max(offset, written[partition] ?? 0));
        report.published(batch.length, time);
        onPublished();
      }
    } finally {
      // In the same moment in which it was seen that nothing waits, or what comes then would be left lying.
      this.#publishing = undefined;
    }
  }
}
