import { createReadStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import { idle, lines } from '../../platform/lines.ts';
import type { Publisher } from '../../platform/publish.ts';
import { longestTimerMs } from '../../platform/timer.ts';
import { isSampled, outlineOf } from './outline.ts';

export interface ReplayOptions {
  /** So many times as fast as the events were made; infinite: as fast as Kafka takes them. */
  speed: number;
  /** Share of the events that is published, 0 to 1. */
  frac: number;
  /** Events that were made before are left out. */
  since?: Date;
}

const batchSize = 1_000;
/** Events that are due so soon go with those before them, in milliseconds. */
const togetherMs = 10;

/**
 * Publishes recorded events, one a line, on wiki.edits as they are; what is no event too, so that it shows up in
 * dead.letters.
 * @param path a file, or `-` for standard input
 * @param published told after each batch, with the time when its last event was made
 */
export async function replay(
  path: string,
  { speed, frac, since }: ReplayOptions,
  publisher: Publisher,
  stopped: AbortSignal,
  published: (count: number, time: number | undefined) => void,
): Promise<void> {
  const input = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 20 });
  const pace = new Pace(speed);
  let batch: Message[] = [];
  let last: number | undefined;
  const send = async () => {
    if (batch.length === 0) return;
    const messages = batch;
    batch = [];
    await publisher.publish('wiki.edits', messages);
    published(messages.length, last);
  };
  for await (const item of lines(input, path, stopped)) {
    if (item === idle) {
      await send();
      continue;
    }
    const { key, id, time, isCanary } = outlineOf(item.text);
    if (isCanary || !isSampled(id ?? item.text, frac) || (since && time !== undefined && time < since.getTime()))
      continue;
    for (let waitMs = pace.until(time); waitMs > togetherMs && !stopped.aborted; waitMs = pace.until(time)) {
      await send();
      await delay(Math.min(waitMs, longestTimerMs), undefined, { signal: stopped }).catch(() => {});
    }
    if (stopped.aborted) break;
    batch.push({ key, value: item.text });
    last = time;
    if (batch.length === batchSize) await send();
  }
  await send();
}

/** When events are due that were made at these times. */
class Pace {
  #begin: { made: number; played: number } | undefined;

  constructor(readonly speed: number) {}

  /** Milliseconds from now; at once for what was made before the first, or nobody knows when. */
  until(time: number | undefined): number {
    if (time === undefined) return 0;
    this.#begin ??= { made: time, played: performance.now() };
    return this.#begin.played + (time - this.#begin.made) / this.speed - performance.now();
  }
}
