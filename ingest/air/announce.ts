import type { Message } from 'kafkajs';
import { type FeedWork, feedKey } from '../../schema/air/feed.ts';
import type { FeedMessage, ResultMessage } from '../../schema/air/messages.ts';
import type { Result } from '../../schema/air/result.ts';
import { tenantHeaders } from '../../schema/tenant.ts';

const iso = (time: number) => new Date(time).toISOString();
const isoOrNull = (time: number | null) => (time === null ? null : iso(time));

/** What a worker does for a feed, for air.feeds. @param partition where the feed stands, whatever its key would say */
export function workMessage(tenant: string, work: FeedWork, partition: number): Message {
  const { last, ...same } = work;
  const { due, next, started, ended } = work;
  const message: FeedMessage = {
    type: 'Run',
    data: {
      ...same,
      ...{ due: iso(due), next: iso(next), started: iso(started) },
      ...{ ended: isoOrNull(ended) },
      ...{ lastStation: last?.station ?? null, lastTime: isoOrNull(last?.time ?? null) },
    },
  };
  const key = feedKey(tenant, { kind: 'RUN', work });
  return { key, value: JSON.stringify(message), partition, ...tenantHeaders(tenant) };
}

/** How a feed was fetched, for air.results. */
export function resultMessage(tenant: string, result: Result): Message {
  const { started, ended, timestamp, time } = result;
  const message: ResultMessage = {
    type: 'Result',
    data: {
      ...result,
      ...{ started: iso(started), ended: iso(ended), timestamp: iso(timestamp), time: isoOrNull(time) },
    },
  };
  return { key: result.feed, value: JSON.stringify(message), ...tenantHeaders(tenant) };
}

/** A worker is up, for air.results. */
export function workerMessage(worker: string): Message {
  const message: ResultMessage = { type: 'WorkerAvailable', data: { worker, timestamp: iso(Date.now()) } };
  return { key: worker, value: JSON.stringify(message) };
}
