import { ContractError, contractByType, parseJson, quote, unlessBroken } from '../contract.ts';
import { parseMoment } from '../moment.ts';
import { publicTenant } from '../tenant.ts';
import { airPatterns, type FeedMessage, type FeedOutcome, feedMessages } from './messages.ts';

/*
 * What air.feeds says. All times are in milliseconds since 1970.
 */

/** What an API is asked for: the properties that the adapter of the feed defines. */
export type FeedQuery = Readonly<Record<string, string | number | boolean>>;

export interface Feed {
  id: string;
  adapter: string;
  /** An http or https URL without user, query and fragment. */
  endpoint: string;
  query: FeedQuery;
  intervalMs: number;
  timeoutMs: number;
  bucket: string;
  /** Sealed for the tenant and the feed; null: the API wants none. */
  secret: string | null;
  state: 'STARTED' | 'STOPPED';
}

/** What a worker does, or has done last, for a feed. */
export interface FeedWork {
  feed: string;
  /** Begin of the interval that is fetched, and of the one after it. */
  due: number;
  next: number;
  worker: string;
  state: 'CLAIMED' | 'DONE' | 'RELEASED';
  started: number;
  ended: number | null;
  outcome: FeedOutcome | null;
  /** The last point of the feed. */
  last: LastPoint | null;
}

/** By its station and time a point is known; the station changes when the feed is to ask for another place. */
export interface LastPoint {
  station: string;
  time: number;
}

export type FeedChange = { kind: 'FEED'; feed: Feed } | { kind: 'RUN'; work: FeedWork };

/**
 * What people may see of a message of air.feeds: what the contract knows, without the secret. Nothing of a message that
 * breaks the contract, because anything in it may be a key that was put in the wrong place.
 */
export function shownFeedMessage(value: string): string | undefined {
  return unlessBroken(() => {
    const message = parseJson(value) as FeedMessage;
    toFeedChange(message);
    const known = Object.keys(feedMessages[message.type].properties.data.properties);
    const facts = Object.entries(message.data).filter(([name]) => known.includes(name));
    const data = Object.fromEntries(facts.map(([name, fact]) => [name, name === 'secret' && fact ? '***' : fact]));
    return JSON.stringify({ type: message.type, data });
  });
}

const check = contractByType<FeedMessage>(feedMessages, airPatterns);

/** What `seal` of platform/secretKeys.ts makes; a plain text must never get into the log. */
const sealedForm = /^v\d+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** @throws ContractError when the texts are no message of air.feeds. */
export function parseFeedMessage(key: string | null, value: string | null, tenant: string): FeedChange {
  if (value === null)
    throw new ContractError('the message has no value; air.feeds takes no deletions, a feed is stopped by its state');
  const change = toFeedChange(parseJson(value));
  // Kafka keeps the latest of each key, so under another key it would outlive, or push out, what it is not about.
  const expected = feedKey(tenant, change);
  if (key !== expected) throw new ContractError(`the key must be "${expected}", not ${quote(key)}`);
  return change;
}

/** @throws ContractError when the object is no message of air.feeds. */
export function toFeedChange(message: unknown): FeedChange {
  return normalise(check(message));
}

/** A feed among those of all tenants. What is said of it belongs into the partition of this key. */
export function feedPlace(tenant: string, feed: string): string {
  return tenant === publicTenant ? feed : `${tenant}/${feed}`;
}

/** The key of a message of air.feeds. */
export function feedKey(tenant: string, change: FeedChange): string {
  return change.kind === 'FEED' ? feedPlace(tenant, change.feed.id) : `${feedPlace(tenant, change.work.feed)}#run`;
}

/** What the secret of a feed is sealed for: nobody else's feed can be started with it. */
export function secretContext(tenant: string, feed: string): readonly string[] {
  return ['air', tenant, feed];
}

function normalise({ type, data }: FeedMessage): FeedChange {
  switch (type) {
    case 'Feed': {
      const { id, adapter, interval, bucket, state } = data;
      const timeout = data.timeout ?? interval;
      if (timeout > interval)
        throw new ContractError(`data.timeout ${timeout} is longer than data.interval ${interval}`);
      const secret = data.secret ?? null;
      if (secret !== null && !sealedForm.test(secret))
        throw new ContractError('data.secret is not sealed; start the feed by startFeed, which seals it');
      const addressed = { id, adapter, endpoint: endpointOf(data.endpoint), query: data.query ?? {} };
      return { kind: 'FEED', feed: { ...addressed, intervalMs: interval, timeoutMs: timeout, bucket, secret, state } };
    }
    case 'Run': {
      const { feed, worker, state } = data;
      const [due, next] = [parseMoment('data.due', data.due), parseMoment('data.next', data.next)];
      if (next <= due) throw new ContractError(`data.next ${data.next} is not after data.due ${data.due}`);
      const ended = data.ended == null ? null : parseMoment('data.ended', data.ended);
      const outcome = data.outcome ?? null;
      if (state === 'DONE' && (ended === null || outcome === null))
        throw new ContractError('data.ended and data.outcome are missing; what is DONE has both');
      const started = parseMoment('data.started', data.started);
      const time = data.lastTime == null ? null : parseMoment('data.lastTime', data.lastTime);
      const station = data.lastStation?.toWellFormed() ?? null;
      const last = time === null || station === null ? null : { station, time };
      return { kind: 'RUN', work: { feed, due, next, worker, state, started, ended, outcome, last } };
    }
  }
}

/**
 * The address of an API as feeds keep it. What is wrong with it is told without the address, which may hold a key.
 * @throws ContractError
 */
export function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new ContractError('data.endpoint must be an address that begins with http:// or https://');
  if (url.username || url.password) throw new ContractError('data.endpoint must not hold a user or password');
  if (url.search || url.hash)
    throw new ContractError(
      'data.endpoint must have no query and no fragment; what is asked belongs into query, the key into the secret',
    );
  return url.href;
}
