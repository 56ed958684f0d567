import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { Secret } from '../../platform/secret.ts';
import { type SecretKeys, UnreadableSecret } from '../../platform/secretKeys.ts';
import { adapterOf } from '../../schema/air/adapters.ts';
import { secretContext } from '../../schema/air/feed.ts';
import type { Payload } from '../../schema/air/payload.ts';
import type { Result } from '../../schema/air/result.ts';
import { stationId } from '../../schema/air/station.ts';
import { ContractError } from '../../schema/contract.ts';
import type { Clock } from './clock.ts';
import type { Fetching, HiddenRequest } from './fetching.ts';
import { type Asked, outcomeOf } from './outcome.ts';
import type { Job } from './schedule.ts';
import type { RawResponses } from './store.ts';

/** What a worker fetches with. */
export interface Equipment {
  fetching: Fetching;
  responses: RawResponses;
  keys: SecretKeys;
  log: Logger;
  clock: Clock;
}

const storeAgainMs = 1_000;

/**
 * Fetches a feed once, and stores what came. Whatever the API does is told in the result; an object store that is away
 * is waited for.
 * @param fenced given when another worker may have the feed, or this one is to stop: nothing may be asked any more
 * @param stopped given when this worker is to stop
 * @throws the reason of the signal
 */
export async function run(
  job: Job,
  started: number,
  { fetching, responses, keys, log, clock }: Equipment,
  fenced: AbortSignal,
  stopped: AbortSignal,
): Promise<Result> {
  const { tenant, feed, last } = job;
  const { adapter: adapterName, query, timeoutMs, bucket } = feed;
  const fetch = { feed: feed.id, adapter: adapterName, run: randomUUID(), query, started };
  const nothing = { payload: null, station: null, time: null, httpStatus: null };
  let asked: Asked;
  let request: HiddenRequest;
  try {
    asked = { adapter: adapterOf(adapterName), query, secret: secretOf(job, keys) };
    request = requestOf(asked, feed.endpoint);
  } catch (error) {
    if (!(error instanceof ContractError || error instanceof UnreadableSecret)) throw error;
    const now = clock.now();
    const message = `The API was not asked: ${error.message}`;
    return { ...fetch, ...nothing, ended: now, timestamp: now, outcome: 'HTTP_ERROR', message, parser: 1 };
  }
  const fetched = await fetching.fetch(request, asked.secret, timeoutMs, fenced);
  const ended = clock.now();
  const { outcome, point, message } = outcomeOf(fetched, asked, ended, last);
  let payload: Payload | null = null;
  while (fetched.status !== null && !payload)
    try {
      payload = await responses.put(tenant, bucket, feed.id, fetch.run, fetched.body);
    } catch (error) {
      log.warn({ feed: feed.id, reason: messageOf(error) }, 'the object store is away; trying again');
      await delay(storeAgainMs, undefined, { signal: stopped });
    }
  return {
    ...{ ...fetch, ended, outcome, message, payload, httpStatus: fetched.status, parser: asked.adapter.version },
    ...{ station: point && stationId(point), time: point?.time ?? null, timestamp: clock.now() },
  };
}

function secretOf({ tenant, feed }: Job, keys: SecretKeys): Secret {
  return feed.secret === null ? new Secret('') : keys.open(feed.secret, secretContext(tenant, feed.id));
}

function requestOf({ adapter, query, secret }: Asked, endpoint: string): HiddenRequest {
  const { url, headers } = adapter.request(endpoint, query, secret.reveal());
  const hidden = Object.entries(headers).map(([name, value]) => [name, new Secret(value)]);
  return { url: new Secret(url), headers: Object.fromEntries(hidden) };
}
