import type { Tables } from '../../platform/clickhouse.ts';
import { batched } from '../batch.ts';
import { type Connection, type PageRequest, page, type SortKey } from '../connection.ts';
import type { Buckets } from '../span.ts';
import { filled } from './fill.ts';
import * as sql from './statements.ts';
import {
  AirBucket,
  AirReading,
  Feed,
  type FeedOutcome,
  FeedRun,
  FeedState,
  type FillMode,
  type GeoPoint,
  Station,
} from './types.ts';

type Owned<Row> = Row & { owner: string };
interface ReadingRow {
  station: string;
  moment: number | string;
  aqi_us: number | null;
  main_us: string | null;
  aqi_cn: number | null;
  main_cn: string | null;
  temperature: number | null;
  pressure: number | null;
  humidity: number | null;
  wind_speed: number | null;
  wind_direction: number | null;
}
interface StationRow extends ReadingRow, Omit<Station, 'id' | 'newest'> {
  distance?: number | string;
}
interface BucketRow {
  bucket: number | string;
  samples: number | string;
  mean: number | null;
  least_aqi: number | null;
  greatest_aqi: number | null;
  moving: number | null;
}
interface FeedRow {
  adapter: string;
  endpoint: string;
  query: string;
  interval: number;
  timeout: number;
  bucket: string;
  state: 'STARTED' | 'STOPPED';
  worker: string | null;
  work: string;
}
interface RunRow {
  run: string;
  begun: number | string;
  over: number | string;
  outcome: FeedOutcome;
  message: string | null;
  filename: string | null;
  parser: number;
}
/** A run whose response can be parsed again. */
export interface StoredRun {
  run: string;
  adapter: string;
  query: string;
  begun: number | string;
  over: number | string;
  outcome: FeedOutcome;
  http_status: number | null;
  payload: string;
  filename: string;
}

/** Examples of the sort keys, for checking cursors. */
export const stationOrder: SortKey = ['id'];
export const nearOrder: SortKey = [0, 'id'];
export const runOrder: SortKey = [0, 'id'];

/** The last millisecond that the tables know. */
const endOfTime = Date.UTC(2299, 11, 31);

/** What can be asked of the air of one tenant. Questions about one thing are gathered into one statement a tick. */
export class AirQuestions {
  constructor(
    readonly tables: Tables,
    /** Whose data it is about. */
    readonly tenant: string,
  ) {}

  readonly #stations = batched((owners: string[], _: object) =>
    this.#read<Owned<StationRow>>(sql.stationsById, { owners }),
  );
  readonly #nearest = batched((owners: string[], _: object) =>
    this.#read<Owned<{ nearest: string }>>(sql.nearestStations, { owners }),
  );
  readonly #readingsAt = batched((owners: string[], { at }: { at: number }) =>
    this.#read<Owned<ReadingRow>>(sql.readingsAt, { owners, at }),
  );
  readonly #readings = batched((owners: string[], _: object) => {
    const places = owners.map((owner) => owner.indexOf('/'));
    const times = owners.map((owner, at) => Number(owner.slice(0, places[at])));
    const stations = owners.map((owner, at) => owner.slice(places[at]! + 1));
    return this.#read<Owned<ReadingRow>>(sql.readingsByIdentity, { owners, times, stations });
  });
  readonly #feeds = batched((owners: string[], _: object) => this.#read<Owned<FeedRow>>(sql.feedsById, { owners }));
  readonly #lastRuns = batched((owners: string[], _: object) => this.#read<Owned<RunRow>>(sql.lastRuns, { owners }));
  readonly #runs = batched((owners: string[], { after, limit }: { after: SortKey | null; limit: number }) => {
    const key = after === null ? {} : { afterTime: after[0], afterRun: after[1] };
    return this.#read<Owned<RunRow>>(sql.runsOfFeeds(after), { owners, limit, ...key });
  });
  readonly #countRuns = batched((owners: string[], _: object) =>
    this.#read<Owned<{ total: number | string }>>(sql.countRuns, { owners }),
  );

  async station(id: string): Promise<Station | null> {
    const [row] = await this.#stations(id, {});
    return row ? toStation(row) : null;
  }

  async stations(filter: sql.StationFilter, near: GeoPoint | null, request: PageRequest): Promise<Connection<Station>> {
    const { first, after } = request;
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null));
    const [statement, parameters] = near
      ? [
          sql.stationsByDistance(filter, after),
          { ...near, ...(after ? { afterDistance: after[0], afterId: after[1] } : {}) },
        ]
      : [sql.stationsInOrder(filter, after), after ? { afterId: after[0] } : {}];
    const rows = await this.#read<StationRow>(statement, { ...given, ...parameters, limit: first + 1 });
    const keyOf = ({ distance, station }: StationRow) => (near ? [Number(distance), station] : [station]);
    return page(rows, request, keyOf, toStation, async () => {
      const [counted] = await this.#read<{ total: number }>(sql.countStations(filter), given);
      return Number(counted!.total);
    });
  }

  /** The newest reading up to a time. */
  async at(station: string, time: number): Promise<AirReading | null> {
    const [row] = await this.#readingsAt(station, { at: Math.min(time, endOfTime) });
    return row ? toReading(row) : null;
  }

  /** The newest reading up to a time of the station that is nearest to a place. */
  async near({ latitude, longitude }: GeoPoint, time: number): Promise<AirReading | null> {
    const [row] = await this.#nearest(`${latitude}/${longitude}`, {});
    return row ? this.at(row.nearest, time) : null;
  }

  /** The reading of a station of just this time. */
  async reading(station: string, time: number): Promise<AirReading | null> {
    const [row] = await this.#readings(`${time}/${station}`, {});
    return row ? toReading(row) : null;
  }

  async series(station: string, { from, to, every }: Buckets, mode: FillMode): Promise<AirBucket[]> {
    const buckets = Math.ceil((to - from) / every);
    const [rows, [last]] = await Promise.all([
      this.#read<BucketRow>(sql.series, { station, from, to, every, buckets }),
      mode === 'PREVIOUS' ? this.#read<{ aqi: number }>(sql.lastAqiBefore, { station, from }) : [],
    ]);
    const known = rows.map((row) => ({
      ...{ bucket: Number(row.bucket), samples: Number(row.samples), moving: row.moving },
      ...{ mean: row.mean, least: row.least_aqi, greatest: row.greatest_aqi },
    }));
    return filled(known, mode, last?.aqi ?? null).map(({ bucket, samples, mean, least, greatest, moving }) =>
      Object.assign(new AirBucket(), {
        ...{ start: new Date(from + bucket * every), samples },
        ...{ aqiUsAvg: mean, aqiUsMin: least, aqiUsMax: greatest, aqiUsMoving24h: moving },
      }),
    );
  }

  async feeds(): Promise<Feed[]> {
    return (await this.#read<Owned<FeedRow>>(sql.allFeeds, {})).map(toFeed);
  }

  async feed(id: string): Promise<Feed | null> {
    const [row] = await this.#feeds(id, {});
    return row ? toFeed(row) : null;
  }

  async lastRun(feed: string): Promise<FeedRun | null> {
    const [row] = await this.#lastRuns(feed, {});
    return row ? toRun(row) : null;
  }

  /** Newest first. */
  async runs(feed: string, request: PageRequest): Promise<Connection<FeedRun>> {
    const rows = await this.#runs(feed, { after: request.after, limit: request.first + 1 });
    const keyOf = ({ begun, run }: RunRow) => [Number(begun), run];
    return page(rows, request, keyOf, toRun, async () => Number((await this.#countRuns(feed, {}))[0]?.total ?? 0));
  }

  /** The runs of a feed that have a response, begun in [from, to), oldest first, in pages. */
  async *storedRuns(feed: string, from: number | null, to: number | null): AsyncGenerator<StoredRun[]> {
    const limit = 1_000;
    let after = { afterTime: 0, afterRun: '' };
    for (;;) {
      const span = { from: Math.max(0, from ?? 0), to: Math.min(to ?? endOfTime, endOfTime) };
      const rows = await this.#read<StoredRun>(sql.storedRuns, { feed, ...span, ...after, limit });
      if (rows.length > 0) yield rows;
      if (rows.length < limit) return;
      const { begun, run } = rows.at(-1)!;
      after = { afterTime: Number(begun), afterRun: run };
    }
  }

  #read<Row>(statement: string, parameters: Record<string, unknown>): Promise<Row[]> {
    return this.tables.read<Row>(statement, { tenant: this.tenant, ...parameters });
  }
}

function toStation(row: StationRow): Station {
  const { station: id, city, state, country, latitude, longitude } = row;
  return Object.assign(new Station(), { id, city, state, country, latitude, longitude, newest: toReading(row) });
}

function toReading(row: ReadingRow): AirReading {
  const { temperature, pressure, humidity } = row;
  return Object.assign(new AirReading(), {
    ...{ stationId: row.station, time: new Date(Number(row.moment)) },
    ...{ aqiUs: row.aqi_us, mainUs: row.main_us, aqiCn: row.aqi_cn, mainCn: row.main_cn },
    ...{ temperature, pressure, humidity, windSpeed: row.wind_speed, windDirection: row.wind_direction },
  });
}

function toFeed({ owner: id, adapter, endpoint, bucket, worker, ...row }: Owned<FeedRow>): Feed {
  const running = row.work === 'CLAIMED' ? FeedState.RUNNING : FeedState.WAITING;
  return Object.assign(new Feed(), {
    ...{ id, adapter, endpoint, bucket, worker, query: JSON.parse(row.query) },
    ...{ intervalMs: row.interval, timeoutMs: row.timeout },
    state: row.state === 'STOPPED' ? FeedState.STOPPED : running,
  });
}

function toRun({ run: id, begun, over, outcome, message, filename: payload, parser }: RunRow): FeedRun {
  const [started, ended] = [new Date(Number(begun)), new Date(Number(over))];
  return Object.assign(new FeedRun(), { id, started, ended, outcome, message, payload, parser });
}
