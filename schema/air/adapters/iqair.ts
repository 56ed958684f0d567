import { type Static, type TSchema, Type } from 'typebox';
import { ContractError, contract } from '../../contract.ts';
import { momentInWords, momentPattern, parseMoment } from '../../moment.ts';
import {
  type Adapter,
  coordinate,
  nameIn,
  type Point,
  Refusal,
  readAnswer,
  refuseOthers,
  stationName,
  wordsOf,
} from '../adapter.ts';
import type { FeedQuery } from '../feed.ts';

const optional = <T extends TSchema>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));
const name = Type.String({ minLength: 1, maxLength: 200 });
const moment = Type.String({ pattern: momentPattern });
const between = (minimum: number, maximum: number) => optional(Type.Number({ minimum, maximum }));
// Indexes go on above 500 at IQAir; the worst days of the worst cities were below 2,000.
const index = Type.Integer({ minimum: 0, maximum: 5000 });
const pollutant = optional(Type.String({ minLength: 1, maxLength: 10 }));

/** The answer of nearest_city and city: https://api-docs.iqair.com. The ranges are wider than any weather on record. */
const success = Type.Object({
  data: Type.Object({
    city: name,
    state: name,
    country: name,
    location: Type.Object({
      coordinates: Type.Tuple([
        Type.Number({ minimum: -180, maximum: 180 }),
        Type.Number({ minimum: -90, maximum: 90 }),
      ]),
    }),
    current: Type.Object({
      pollution: Type.Object({
        ts: moment,
        aqius: index,
        mainus: pollutant,
        aqicn: optional(index),
        maincn: pollutant,
      }),
      weather: optional(
        Type.Object({
          ts: optional(moment),
          tp: between(-100, 70),
          pr: between(300, 1100),
          hu: between(0, 100),
          ws: between(0, 150),
          wd: between(0, 360),
        }),
      ),
    }),
  }),
});

type Success = Static<typeof success>;
const check = contract<Success>(success, momentInWords);

/** Weather is from another time than the pollution; from farther away than this it says nothing about it. */
const greatestGapMs = 6 * 3_600_000;

/**
 * IQAir, formerly AirVisual: the calls nearest_city and city. The query of the first is `lat` and `lon`, or nothing for
 * where this machine is by its address; that of the second is `city`, `state` and `country`.
 *
 * The time of a point is that of the pollution. The weather of an answer has a time of its own, mostly the same or some
 * hours from it; the point takes it along up to six hours, and has none beyond.
 */
export const iqair: Adapter = {
  name: 'IQAIR_DAILY',
  version: 1,
  endpoint: 'https://api.airvisual.com/v2/nearest_city',

  request(endpoint, query, secret) {
    const url = new URL(endpoint);
    for (const [property, value] of Object.entries(asked(url, query))) url.searchParams.set(property, String(value));
    url.searchParams.set('key', secret);
    return { url: url.href, headers: {} };
  },

  parse: (text) => readAnswer(text, toPoint),
};

function asked({ pathname }: URL, query: FeedQuery): FeedQuery {
  if (/\/city\/?$/.test(pathname)) {
    refuseOthers(query, ['city', 'state', 'country']);
    return { city: nameIn(query, 'city'), state: nameIn(query, 'state'), country: nameIn(query, 'country') };
  }
  refuseOthers(query, ['lat', 'lon']);
  if (Object.keys(query).length === 0) return {};
  return { lat: coordinate(query, 'lat', 90), lon: coordinate(query, 'lon', 180) };
}

function toPoint(answer: unknown): Point {
  const { status, data } = (answer ?? {}) as { status?: unknown; data?: { message?: unknown } | null };
  if (status === 'fail') throw new Refusal(wordsOf(data?.message, 'the API refuses without saying why'));
  if (status !== 'success')
    throw new ContractError('status must be success or fail; see whether the endpoint is IQAir');
  const { city, state, country, location, current } = check(answer).data;
  const [longitude, latitude] = location.coordinates;
  const { ts, aqius, mainus, aqicn, maincn } = current.pollution;
  const time = parseMoment('data.current.pollution.ts', ts);
  const weather = weatherAt(time, current.weather ?? {});
  return {
    ...stationName({ country, state, city }),
    ...{ latitude, longitude, time },
    ...{ aqiUs: aqius, mainUs: mainus ?? null, aqiCn: aqicn ?? null, mainCn: maincn ?? null },
    ...{ temperature: weather.tp ?? null, pressure: weather.pr ?? null, humidity: weather.hu ?? null },
    ...{ windSpeed: weather.ws ?? null, windDirection: weather.wd ?? null },
  };
}

type Weather = NonNullable<Success['data']['current']['weather']>;

function weatherAt(time: number, weather: Weather): Weather {
  const gap = weather.ts == null ? 0 : Math.abs(parseMoment('data.current.weather.ts', weather.ts) - time);
  return gap <= greatestGapMs ? weather : {};
}
