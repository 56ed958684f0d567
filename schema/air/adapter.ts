import { ContractError } from '../contract.ts';
import type { Concentrations } from './aqi.ts';
import type { FeedQuery } from './feed.ts';
import { longestStationId, placeName, type StationName, stationId } from './station.ts';

/** What knows one outside API: how it is asked, and what its answers say. */
export interface Adapter {
  /** As feeds name it. */
  readonly name: string;
  /** Version of `parse`. It grows whenever an answer would be read otherwise than before, so that all can be read anew. */
  readonly version: number;
  /** Where the API is, unless a feed says otherwise. */
  readonly endpoint: string;
  /**
   * How the API is asked: with a secret, or with an empty one to see whether it can be asked this.
   * @throws ContractError when the query is none that it can be asked
   */
  request(endpoint: string, query: FeedQuery, secret: string): ApiRequest;
  /** What an answer says, whichever status it came with. Never throws, and shows no more of the answer than a few words. */
  parse(text: string, query: FeedQuery): Parsed;
}

/** A GET. Its address and headers hold the secret of the feed, so whoever keeps it hides it. */
export interface ApiRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the air was like at a station. What an API does not tell is null. */
export interface Point extends StationName {
  latitude: number;
  longitude: number;
  /** In milliseconds since 1970. */
  time: number;
  aqiUs: number | null;
  /** The worst pollutant of an index: p2, p1, o3, n2, s2, co. */
  mainUs: string | null;
  aqiCn: number | null;
  mainCn: string | null;
  /** °C. */
  temperature: number | null;
  /** hPa. */
  pressure: number | null;
  /** Percent. */
  humidity: number | null;
  /** m/s. */
  windSpeed: number | null;
  /** Degrees from north, where the wind comes from. */
  windDirection: number | null;
  /** What the US index was computed from, where it was. */
  concentrations?: Concentrations;
}

/** REFUSED: the API says in its own way that it does not answer. CORRUPT: what came is no answer of this API. */
export type Parsed = { outcome: 'POINT'; point: Point } | { outcome: 'REFUSED' | 'CORRUPT'; message: string };

/** Thrown by what reads an answer: the words with which the API refuses. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Reads an answer in JSON: `read` gives the point, or throws a Refusal or a ContractError. */
export function readAnswer(text: string, read: (answer: unknown) => Point): Parsed {
  try {
    return { outcome: 'POINT', point: read(answerOf(text)) };
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'REFUSED', message: error.message };
    if (error instanceof ContractError) return { outcome: 'CORRUPT', message: error.message };
    throw error;
  }
}

/** Says what is wrong without showing a part of the text, which JavaScript's own message would. */
function answerOf(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') throw new ContractError('the answer is empty');
  try {
    return JSON.parse(trimmed);
  } catch {
    if (trimmed.startsWith('<'))
      throw new ContractError(
        'the answer is HTML or XML in place of JSON; see whether the endpoint is that of the API',
      );
    const begins = /^[{[]/.test(trimmed) ? 'begins like JSON, but is broken or cut off' : 'is not JSON';
    throw new ContractError(`the answer ${begins} (${text.length} characters)`);
  }
}

/** The words of an API, fit for a line. */
export function wordsOf(text: unknown, otherwise: string): string {
  return (typeof text === 'string' ? placeName(text).slice(0, 200) : '') || otherwise;
}

/** The names of a station as ids compare. @throws ContractError when one is empty, or all together are too long */
export function stationName(names: StationName): StationName {
  const name = (property: keyof StationName) => {
    const named = placeName(names[property]);
    if (named === '') throw new ContractError(`${property} is empty`);
    return named;
  };
  const named = { country: name('country'), state: name('state'), city: name('city') };
  if (stationId(named).length <= longestStationId) return named;
  throw new ContractError(`country, state and city must not be longer than ${longestStationId} characters together`);
}

/** @throws ContractError when the query has a property that the API cannot be asked with */
export function refuseOthers(query: FeedQuery, known: readonly string[]): void {
  const other = Object.keys(query).find((property) => !known.includes(property));
  // Its value may be a key that somebody put into the wrong place.
  if (other !== undefined)
    throw new ContractError(
      `query has an unknown property; it may have ${known.join(', ')}, and the key is the secret`,
    );
}

/** A coordinate out of a query, as a number or in digits. @throws ContractError */
export function coordinate(query: FeedQuery, property: string, greatest: number): number {
  const given = query[property];
  const isGiven = typeof given === 'number' || (typeof given === 'string' && given.trim() !== '');
  if (isGiven && Math.abs(Number(given)) <= greatest) return Number(given);
  throw new ContractError(`query.${property} must be a number from -${greatest} to ${greatest}`);
}

/** A name out of a query. @throws ContractError */
export function nameIn(query: FeedQuery, property: string): string {
  const value = query[property];
  if (typeof value === 'string' && placeName(value) !== '') return value;
  throw new ContractError(`query.${property} must be a name`);
}
