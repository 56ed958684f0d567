import { ContractError, contractByType, parseJson, quote } from '../contract.ts';
import { parseMoment } from '../moment.ts';
import type { FeedQuery } from './feed.ts';
import { airPatterns, type FeedOutcome, type ResultMessage, resultMessages } from './messages.ts';
import { type Payload, partsOfFilename } from './payload.ts';

/*
 * What air.results says. All times are in milliseconds since 1970.
 */

/** A fetch that has ended. */
export interface FeedFetch {
  feed: string;
  adapter: string;
  run: string;
  /** What the API was asked for, which the feed may have changed since. */
  query: FeedQuery;
  started: number;
  ended: number;
  outcome: FeedOutcome;
  httpStatus: number | null;
}

/** How a feed was fetched, and what point it gave. */
export interface Result extends FeedFetch {
  payload: Payload | null;
  timestamp: number;
  message: string | null;
  parser: number;
  /** Station and time of the point, of outcomes that have one. */
  station: string | null;
  time: number | null;
}

export type ResultChange =
  | { kind: 'RESULT'; result: Result }
  | { kind: 'WORKER_AVAILABLE'; worker: string; timestamp: number }
  | { kind: 'REPARSE'; fetch: FeedFetch & { payload: Payload } };

const check = contractByType<ResultMessage>(resultMessages, airPatterns);

/** @throws ContractError when the text is no message of air.results. */
export function parseResultMessage(value: string | null): ResultChange {
  if (value === null) throw new ContractError('the message has no value; air.results takes no deletions');
  return toResultChange(parseJson(value));
}

/** @throws ContractError when the object is no message of air.results. */
export function toResultChange(message: unknown): ResultChange {
  return normalise(check(message));
}

function normalise({ type, data }: ResultMessage): ResultChange {
  switch (type) {
    case 'WorkerAvailable': {
      return {
        kind: 'WORKER_AVAILABLE',
        worker: data.worker,
        timestamp: parseMoment('data.timestamp', data.timestamp),
      };
    }
    case 'Reparse':
      return { kind: 'REPARSE', fetch: { ...fetchOf(data), payload: payloadOf(data.feed, data.payload) } };
    case 'Result': {
      const payload = data.payload == null ? null : payloadOf(data.feed, data.payload);
      const station = data.station?.toWellFormed() ?? null;
      const time = data.time == null ? null : parseMoment('data.time', data.time);
      const isPoint = data.outcome === 'STORED' || data.outcome === 'UNCHANGED';
      if (isPoint && (payload === null || station === null || time === null))
        throw new ContractError(
          `data.payload, data.station and data.time are not all there; what is ${data.outcome} has them`,
        );
      const timestamp = parseMoment('data.timestamp', data.timestamp);
      const message = data.message?.toWellFormed() ?? null;
      return {
        kind: 'RESULT',
        result: { ...fetchOf(data), payload, timestamp, message, parser: data.parser, station, time },
      };
    }
  }
}

function fetchOf(data: Extract<ResultMessage, { type: 'Result' | 'Reparse' }>['data']): FeedFetch {
  const { feed, adapter, run, outcome } = data;
  const [started, ended] = [parseMoment('data.started', data.started), parseMoment('data.ended', data.ended)];
  return { feed, adapter, run, query: data.query ?? {}, started, ended, outcome, httpStatus: data.httpStatus ?? null };
}

/** The reference to a raw response, whose name leads into the folder of its feed and nowhere else. */
function payloadOf(feed: string, { id, filename }: Payload): Payload {
  const parts = partsOfFilename(filename);
  if (parts?.feed === feed && parts.id === id) return { id, filename };
  throw new ContractError(`data.payload.filename must be the bucket and /${feed}/${id}.json, not ${quote(filename)}`);
}
