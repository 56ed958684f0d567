import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContractError } from '../../contract.ts';
import { openMeteo } from './openMeteo.ts';

const query = { latitude: 47.07, longitude: 15.44, city: 'Graz', state: 'Styria', country: 'Austria' };
const noon = Date.UTC(2026, 0, 31, 12) / 1000;
const variables = ['pm2_5', 'pm10', 'carbon_monoxide', 'nitrogen_dioxide', 'sulphur_dioxide', 'ozone'];
const nothing = Object.fromEntries(variables.map((name) => [name, Array(25).fill(null)]));
const answer = (amounts: object, properties: object = {}) => ({
  ...{
    latitude: 47.1,
    longitude: 15.4,
    generationtime_ms: 0.2,
    utc_offset_seconds: 0,
    timezone: 'GMT',
    elevation: 363,
  },
  current_units: { time: 'unixtime', interval: 'seconds', pm2_5: 'μg/m³' },
  current: { time: noon, interval: 3600, pm2_5: 1 },
  hourly_units: { time: 'unixtime', ...Object.fromEntries(variables.map((name) => [name, 'μg/m³'])) },
  hourly: { time: Array.from({ length: 25 }, (_, hour) => noon + (hour - 24) * 3600), ...nothing, ...amounts },
  ...properties,
});
const parse = (given: unknown) => openMeteo.parse(JSON.stringify(given), query);
const pointOf = (amounts: object, properties?: object) => {
  const parsed = parse(answer(amounts, properties));
  if (parsed.outcome !== 'POINT') throw new Error(parsed.message);
  return parsed.point;
};

test('an answer is a point at the current hour, named by the query, at the place of the model', () => {
  expect(pointOf({ pm2_5: Array(25).fill(35.4), pm10: Array(25).fill(10) })).toEqual({
    ...{ city: 'Graz', state: 'Styria', country: 'Austria', latitude: 47.1, longitude: 15.4, time: noon * 1000 },
    ...{ aqiUs: 100, mainUs: 'p2', aqiCn: null, mainCn: null },
    ...{ temperature: null, pressure: null, humidity: null, windSpeed: null, windDirection: null },
    concentrations: { pm25: expect.closeTo(35.4), pm10: 10 },
  });
});

describe('the mean is over the hours that the index is defined for', () => {
  const hours = (amount: (hoursBefore: number) => number | null) =>
    Array.from({ length: 25 }, (_, at) => amount(24 - at));

  test('24 of particles, and never an hour more', () => {
    const point = pointOf({ pm2_5: hours((before) => (before === 24 ? 9_999 : before < 12 ? 20 : 10)) });
    expect(point.concentrations?.pm25).toBe(15);
  });

  test('8 and one of ozone', () => {
    const { concentrations } = pointOf({ ozone: hours((before) => (before >= 8 ? 9_999 : before === 0 ? 100 : 20)) });
    expect(concentrations?.o3EightHours).toBeCloseTo((30 * 24.45) / 48 / 1000, 9);
    expect(concentrations?.o3OneHour).toBeCloseTo((100 * 24.45) / 48 / 1000, 9);
  });

  test('8 of carbon monoxide, one of nitrogen dioxide, one and 24 of sulphur dioxide', () => {
    const gas = hours((before) => (before === 0 ? 240 : before < 8 ? 80 : 0));
    const { concentrations } = pointOf({ carbon_monoxide: gas, nitrogen_dioxide: gas, sulphur_dioxide: gas });
    expect(concentrations?.co).toBeCloseTo((100 * 24.45) / 28.01 / 1000, 9);
    expect(concentrations?.no2).toBeCloseTo((240 * 24.45) / 46.01, 9);
    expect(concentrations?.so2OneHour).toBeCloseTo((240 * 24.45) / 64.07, 9);
    expect(concentrations?.so2Day).toBeCloseTo(((800 / 24) * 24.45) / 64.07, 9);
  });

  test('and there is none with fewer than three quarters of them', () => {
    expect(pointOf({ pm2_5: hours((before) => (before < 18 ? 10 : null)) }).concentrations?.pm25).toBe(10);
    const few = { pm2_5: hours((before) => (before < 17 ? 10 : null)), pm10: Array(25).fill(1) };
    expect(pointOf(few).concentrations?.pm25).toBeUndefined();
  });

  test('whatever hours of the future, or of days before, the answer has too', () => {
    const time = Array.from({ length: 96 }, (_, hour) => noon + (hour - 48) * 3600);
    const pm2_5 = time.map((at) => (at > noon || at <= noon - 24 * 3600 ? 500 : 9));
    const empty = Object.fromEntries(variables.map((name) => [name, Array(96).fill(null)]));
    expect(pointOf({ ...empty, time, pm2_5 })).toMatchObject({ aqiUs: 50, time: noon * 1000 });
  });

  test('and a current time within the hour is that hour', () => {
    const point = pointOf({ pm2_5: Array(25).fill(9) }, { current: { time: noon + 900 } });
    expect(point.time).toBe(noon * 1000);
  });
});

test('micrograms may be written with either micro', () => {
  const hourly_units = Object.fromEntries(variables.map((name) => [name, '\u00b5g/m³']));
  expect(pointOf({ pm2_5: Array(25).fill(9) }, { hourly_units }).aqiUs).toBe(50);
});

test('the API refuses', () => {
  const reason = 'Latitude must be in range of -90 to 90°. Given: 100.0.';
  expect(parse({ error: true, reason })).toEqual({ outcome: 'REFUSED', message: reason });
  expect(parse({ error: true })).toMatchObject({ outcome: 'REFUSED' });
});

test.each<[string, unknown]>([
  ["the message must have required property 'latitude'", {}],
  ['the message must be object, not an array', [answer({})]],
  ['hourly tells of no pollutant for the current hour', answer({})],
  ['hourly tells of no pollutant for the current hour', answer({ pm2_5: Array(25).fill(9) }, { current: { time: 0 } })],
  ['hourly.pm2_5 must have an amount, or null, for each of hourly.time', answer({ pm2_5: Array(24).fill(9) })],
  ['hourly.ozone.3 must be >= 0, not -1', answer({ ozone: [0, 0, 0, -1] })],
  ['hourly.ozone.0 must be number, not "1"', answer({ ozone: ['1'] })],
  ['hourly_units.pm2_5 must be μg/m³', answer({}, { hourly_units: { ...answer({}).hourly_units, pm2_5: 'mg/m³' } })],
  ["hourly_units must have required property 'pm2_5'", answer({}, { hourly_units: {} })],
  ['current.time must be integer, not "2026-01-31T12:00"', answer({}, { current: { time: '2026-01-31T12:00' } })],
])('what is no answer is corrupt for a reason: %s', (message, given) => {
  expect(parse(given)).toEqual({ outcome: 'CORRUPT', message: expect.stringContaining(message) });
});

test('nothing makes it throw', () => {
  const spoiled = fc
    .tuple(fc.constantFrom('latitude', 'current', 'hourly_units', 'hourly'), fc.jsonValue())
    .map(([place, value]) => answer({}, { [place]: value }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), spoiled), (given) => {
      expect(['POINT', 'REFUSED', 'CORRUPT']).toContain(parse(given).outcome);
    }),
    { numRuns: 1_000 },
  );
});

test('the API is asked for the hours up to now, with a key only if there is one', () => {
  const asked = (secret: string) => new URL(openMeteo.request(openMeteo.endpoint, query, secret).url);
  expect(Object.fromEntries(asked('').searchParams)).toEqual({
    ...{ latitude: '47.07', longitude: '15.44', current: 'pm2_5', hourly: variables.join() },
    ...{ past_hours: '24', forecast_hours: '1', timeformat: 'unixtime' },
  });
  expect(asked('hunter2').searchParams.get('apikey')).toBe('hunter2');
  for (const wrong of [
    { ...query, city: '' },
    { ...query, city: 'G'.repeat(500), state: 'S'.repeat(500) },
    { ...query, latitude: 91 },
    { ...query, timezone: 'auto' },
  ])
    expect(() => openMeteo.request(openMeteo.endpoint, wrong, '')).toThrow(ContractError);
});
