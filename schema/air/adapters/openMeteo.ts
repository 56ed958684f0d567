import { type Static, Type } from 'typebox';
import { ContractError, contract } from '../../contract.ts';
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
import { type Concentrations, usAqi } from '../aqi.ts';
import type { FeedQuery } from '../feed.ts';

const variables = ['pm2_5', 'pm10', 'carbon_monoxide', 'nitrogen_dioxide', 'sulphur_dioxide', 'ozone'] as const;
type Variable = (typeof variables)[number];
const each = <T>(value: (variable: Variable) => T) =>
  Object.fromEntries(variables.map((variable) => [variable, value(variable)])) as Record<Variable, T>;

const second = Type.Integer({ minimum: 0, maximum: 4_102_444_800 });
/** Of each hour; null where the model knows nothing. In µg/m³, of which there never were more than some thousands. */
const amounts = Type.Array(Type.Union([Type.Number({ minimum: 0, maximum: 1_000_000 }), Type.Null()]));

/** The answer of https://open-meteo.com/en/docs/air-quality-api to what `request` asks. */
const success = Type.Object({
  latitude: Type.Number({ minimum: -90, maximum: 90 }),
  longitude: Type.Number({ minimum: -180, maximum: 180 }),
  current: Type.Object({ time: second }),
  hourly_units: Type.Object(each(() => Type.String())),
  hourly: Type.Object({ time: Type.Array(second, { minItems: 1, maxItems: 10_000 }), ...each(() => amounts) }),
});

type Success = Static<typeof success>;
const check = contract<Success>(success, '');

/**
 * Open-Meteo: the air quality that the models of Copernicus (CAMS) see at a place, hour by hour. It wants no key; with
 * one it is asked as its paying customers do, at their endpoint. The query is `latitude` and `longitude`, and `city`,
 * `state` and `country`, which name the station, because the answer names none.
 *
 * It tells concentrations, of which the US index is computed. The time of a point is the hour that the API calls the
 * current one.
 */
export const openMeteo: Adapter = {
  name: 'OPEN_METEO',
  version: 1,
  endpoint: 'https://air-quality-api.open-meteo.com/v1/air-quality',

  request(endpoint, query, secret) {
    stationIn(query);
    const url = new URL(endpoint);
    url.searchParams.set('latitude', String(coordinate(query, 'latitude', 90)));
    url.searchParams.set('longitude', String(coordinate(query, 'longitude', 180)));
    url.searchParams.set('current', 'pm2_5');
    url.searchParams.set('hourly', variables.join(','));
    url.searchParams.set('past_hours', '24');
    url.searchParams.set('forecast_hours', '1');
    // Else times are local, without saying where.
    url.searchParams.set('timeformat', 'unixtime');
    if (secret !== '') url.searchParams.set('apikey', secret);
    return { url: url.href, headers: {} };
  },

  parse: (text, query) => readAnswer(text, (answer) => toPoint(answer, query)),
};

function stationIn(query: FeedQuery) {
  refuseOthers(query, ['latitude', 'longitude', 'city', 'state', 'country']);
  const name = (property: string) => nameIn(query, property);
  return stationName({ country: name('country'), state: name('state'), city: name('city') });
}

function toPoint(answer: unknown, query: FeedQuery): Point {
  const { error, reason } = (answer ?? {}) as { error?: unknown; reason?: unknown };
  if (error === true) throw new Refusal(wordsOf(reason, 'the API refuses without saying why'));
  const { latitude, longitude, current, hourly_units, hourly } = check(answer);
  for (const variable of variables) {
    // µ is two characters to Unicode, and one after this.
    if (hourly_units[variable].normalize('NFKC') !== 'μg/m3')
      throw new ContractError(`hourly_units.${variable} must be μg/m³`);
    if (hourly[variable].length !== hourly.time.length)
      throw new ContractError(`hourly.${variable} must have an amount, or null, for each of hourly.time`);
  }
  const hour = Math.floor(current.time / 3600);
  const concentrations = concentrationsAt(hour, hourly);
  const aqi = usAqi(concentrations);
  if (!aqi) throw new ContractError('hourly tells of no pollutant for the current hour and the hours before it');
  return {
    ...stationIn(query),
    ...{ latitude, longitude, time: hour * 3_600_000 },
    ...{ aqiUs: aqi.index, mainUs: aqi.main, aqiCn: null, mainCn: null },
    ...{ temperature: null, pressure: null, humidity: null, windSpeed: null, windDirection: null },
    concentrations,
  };
}

/** Liters that a mole of a gas fills at 25 °C and 1 atm, the conditions of U.S. EPA (40 CFR 50.3). */
const molarVolume = 24.45;
/** g/mol. */
const molarMasses = { ozone: 48.0, carbon_monoxide: 28.01, sulphur_dioxide: 64.07, nitrogen_dioxide: 46.01 };

/** The means over the hours that end with the given one. */
function concentrationsAt(hour: number, hourly: Success['hourly']): Concentrations {
  const places = new Map(hourly.time.map((time, place) => [Math.floor(time / 3600), place]));
  const mean = (variable: Variable, hours: number) => {
    const known = Array.from({ length: hours }, (_, back) => hourly[variable][places.get(hour - back) ?? -1] ?? null);
    const amounts = known.filter((amount) => amount !== null);
    // EPA asks for three quarters of the hours.
    if (amounts.length < hours * 0.75) return undefined;
    return amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length;
  };
  const ppb = (gas: keyof typeof molarMasses, hours: number) => {
    const amount = mean(gas, hours);
    return amount === undefined ? undefined : (amount * molarVolume) / molarMasses[gas];
  };
  const ppm = (gas: keyof typeof molarMasses, hours: number) => {
    const parts = ppb(gas, hours);
    return parts === undefined ? undefined : parts / 1000;
  };
  return {
    pm25: mean('pm2_5', 24),
    pm10: mean('pm10', 24),
    o3EightHours: ppm('ozone', 8),
    o3OneHour: ppm('ozone', 1),
    co: ppm('carbon_monoxide', 8),
    so2OneHour: ppb('sulphur_dioxide', 1),
    so2Day: ppb('sulphur_dioxide', 24),
    no2: ppb('nitrogen_dioxide', 1),
  };
}
