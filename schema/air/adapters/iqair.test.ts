import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContractError } from '../../contract.ts';
import type { Point } from '../adapter.ts';
import { iqair } from './iqair.ts';

const pollution = { ts: '2026-01-31T12:00:00.000Z', aqius: 57, mainus: 'p2', aqicn: 22, maincn: 'p1' };
const weather = { ts: '2026-01-31T12:00:00.000Z', tp: -3, pr: 1021, hu: 64, ws: 4.12, wd: 350, ic: '04n' };
const data = {
  city: 'Graz',
  state: 'Styria',
  country: 'Austria',
  location: { type: 'Point', coordinates: [15.4395, 47.0707] },
  current: { weather, pollution },
};
const normal: Point = {
  ...{ city: 'Graz', state: 'Styria', country: 'Austria', latitude: 47.0707, longitude: 15.4395 },
  ...{ time: Date.UTC(2026, 0, 31, 12), aqiUs: 57, mainUs: 'p2', aqiCn: 22, mainCn: 'p1' },
  ...{ temperature: -3, pressure: 1021, humidity: 64, windSpeed: 4.12, windDirection: 350 },
};
const parse = (answer: unknown) => iqair.parse(typeof answer === 'string' ? answer : JSON.stringify(answer), {});
const answer = (properties: object) => ({ status: 'success', data: { ...data, ...properties } });
const current = (properties: object) => answer({ current: { weather, pollution, ...properties } });
const noWeather = { temperature: null, pressure: null, humidity: null, windSpeed: null, windDirection: null };

test.each<[string, unknown, Partial<Point>]>([
  ['as it comes', answer({}), {}],
  [
    'with its keys in another order',
    { data: Object.fromEntries(Object.entries(data).reverse()), status: 'success' },
    {},
  ],
  ['with a byte order mark and spaces', `\ufeff ${JSON.stringify(answer({}))}\n`, {}],
  ['with weather of three hours before', current({ weather: { ...weather, ts: '2026-01-31T09:00:00Z' } }), {}],
  ['with weather of six hours after', current({ weather: { ...weather, ts: '2026-01-31T18:00:00Z' } }), {}],
  ['with weather of another half-day', current({ weather: { ...weather, ts: '2026-01-31T18:00:00.001Z' } }), noWeather],
  [
    'with weather of before a station broke',
    current({ weather: { ...weather, ts: '2026-01-31T05:59:59Z' } }),
    noWeather,
  ],
  ['without weather', current({ weather: undefined }), noWeather],
  ['with weather that is not known', current({ weather: null }), noWeather],
  ['with a part of the weather', current({ weather: { tp: 1, hu: null } }), { ...noWeather, temperature: 1 }],
  [
    'without the Chinese index',
    current({ pollution: { ts: pollution.ts, aqius: 0 } }),
    { aqiUs: 0, mainUs: null, aqiCn: null, mainCn: null },
  ],
  ['of a day beyond the index', current({ pollution: { ...pollution, aqius: 1_900 } }), { aqiUs: 1_900 }],
  ['of a city in decomposed letters', answer({ city: ' Go\u0308teborg ' }), { city: 'Göteborg' }],
  ['with more than is known', { ...answer({ forecasts: [] }), v: 2 }, {}],
])('an answer %s is a point', (_, given, expected) => {
  expect(parse(given)).toEqual({ outcome: 'POINT', point: { ...normal, ...expected } });
});

test.each<[string, unknown]>([
  ['incorrect_api_key', { status: 'fail', data: { message: 'incorrect_api_key' } }],
  ['Payment Required', { data: { message: ' Payment\r\nRequired ' }, status: 'fail' }],
  ['the API refuses without saying why', { status: 'fail' }],
  ['the API refuses without saying why', { status: 'fail', data: null }],
  ['the API refuses without saying why', { status: 'fail', data: { message: { html: '<b>' } } }],
  ['x'.repeat(200), { status: 'fail', data: { message: 'x'.repeat(1_000_000) } }],
])('the API refuses: %.40s', (message, given) => {
  expect(parse(given)).toEqual({ outcome: 'REFUSED', message });
});

describe('what is no answer is corrupt for a reason:', () => {
  const whole = JSON.stringify(answer({}));
  const notIqair = 'status must be success or fail; see whether the endpoint is IQAir';
  test.each<[reason: string, given: unknown]>([
    ['the answer is empty', ''],
    ['the answer is empty', ' \n'],
    [
      'the answer is HTML or XML in place of JSON; see whether the endpoint is that of the API',
      '<!doctype html><p>hunter2',
    ],
    ['the answer is not JSON (7 characters)', 'hunter2'],
    ['the answer begins like JSON, but is broken or cut off (10 characters)', '{"hunter2"'],
    [`the answer begins like JSON, but is broken or cut off (${whole.length - 1} characters)`, whole.slice(0, -1)],
    ['the answer begins like JSON, but is broken or cut off (2000000 characters)', '['.repeat(2_000_000)],
    [notIqair, 'null'],
    [notIqair, '[]'],
    [notIqair, '"success"'],
    [notIqair, { status: 'SUCCESS' }],
    ["the message must have required property 'data'", { status: 'success' }],
    ['data must be object, not an array', { status: 'success', data: [{ city: 'Graz' }] }],
    ["data must have required property 'city'", answer({ city: undefined })],
    ['city is empty', answer({ city: ' \u0000 ' })],
    // Each is as long as it may be, and their slashes are three characters of an id.
    [
      'country, state and city must not be longer than 1000 characters together',
      answer({ city: '/'.repeat(200), state: '/'.repeat(200) }),
    ],
    ['data.city must be string, not 5', answer({ city: 5 })],
    [
      'data.location.coordinates must NOT have fewer than 2 items, not an array',
      answer({ location: { coordinates: [1] } }),
    ],
    ['data.location.coordinates.0 must be <= 180, not 181', answer({ location: { coordinates: [181, 0] } })],
    ['data.location.coordinates.1 must be >= -90, not -118.2', answer({ location: { coordinates: [34, -118.2] } })],
    ["data.current must have required property 'pollution'", current({ pollution: undefined })],
    ['data.current.pollution.aqius must be >= 0, not -1', current({ pollution: { ...pollution, aqius: -1 } })],
    ['data.current.pollution.aqius must be <= 5000, not 5001', current({ pollution: { ...pollution, aqius: 5001 } })],
    ['data.current.pollution.aqius must be integer, not "57"', current({ pollution: { ...pollution, aqius: '57' } })],
    ['data.current.pollution.aqius must be integer, not null', current({ pollution: { ...pollution, aqius: null } })],
    ['data.current.pollution.aqius must be integer, not 57.5', current({ pollution: { ...pollution, aqius: 57.5 } })],
    [
      'data.current.pollution.ts "2026-02-30T00:00:00Z" is not a moment of the calendar',
      current({ pollution: { ...pollution, ts: '2026-02-30T00:00:00Z' } }),
    ],
    [
      'data.current.pollution.ts must be a moment such as 2026-01-31T12:00:00Z, not "now"',
      current({ pollution: { ...pollution, ts: 'now' } }),
    ],
    ['data.current.weather.tp must be <= 70, not 300', current({ weather: { ...weather, tp: 300 } })],
    ['data.current.weather.hu must be >= 0, not -1', current({ weather: { ...weather, hu: -1 } })],
    ['data.current.weather.pr must be <= 1100, not 101100', current({ weather: { ...weather, pr: 101_100 } })],
    ['data.current.weather.wd must be <= 360, not 361', current({ weather: { ...weather, wd: 361 } })],
    ['data.current.weather.ws must be number, not "4"', current({ weather: { ...weather, ws: '4' } })],
  ])('%s', (message, given) => {
    // "a property, or null" adds that it may be null, which does not help.
    expect(parse(given)).toEqual({ outcome: 'CORRUPT', message: expect.stringContaining(message) });
    expect((parse(given) as { message: string }).message.length).toBeLessThan(300);
  });

  test('a number too large for a double', () => {
    const huge = JSON.stringify(answer({})).replace('"aqius":57', '"aqius":1e999');
    expect(parse(huge)).toMatchObject({ outcome: 'CORRUPT' });
  });
});

test('nothing makes it throw, and every point has an index and a moment', () => {
  const places = ['city', 'state', 'country', 'location', 'current'];
  const spoiled = fc
    .tuple(fc.constantFrom(...places), fc.jsonValue())
    .map(([place, value]) => answer({ [place]: value }));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.jsonValue(), spoiled), (given) => {
      const parsed = parse(given);
      if (parsed.outcome !== 'POINT') expect(parsed.message).not.toBe('');
      else expect(parsed.point.aqiUs).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 2_000 },
  );
});

describe('the API is asked', () => {
  const secret = 'hun&ter 2';
  const nearest = 'http://api.airvisual.com/v2/nearest_city';
  const city = 'http://api.airvisual.com/v2/city';
  const graz = { city: 'Graz', state: 'Styria', country: 'Austria' };

  test.each([
    [nearest, {}, '?key=hun%26ter+2'],
    [nearest, { lat: 47.07, lon: '15.44' }, '?lat=47.07&lon=15.44&key=hun%26ter+2'],
    [city, graz, '?city=Graz&state=Styria&country=Austria&key=hun%26ter+2'],
    [city, { ...graz, city: 'A&key=other' }, '?city=A%26key%3Dother&state=Styria&country=Austria&key=hun%26ter+2'],
  ])('%s with %o', (endpoint, query, search) => {
    expect(iqair.request(endpoint, query, secret).url).toBe(endpoint + search);
  });

  test.each([
    [nearest, { key: 'hunter2' }, 'query has an unknown property; it may have lat, lon, and the key is the secret'],
    [nearest, graz, 'query has an unknown property'],
    [nearest, { lat: 47.07 }, 'query.lon must be a number from -180 to 180'],
    [nearest, { lat: 91, lon: 0 }, 'query.lat must be a number from -90 to 90'],
    [nearest, { lat: '', lon: 0 }, 'query.lat must be a number'],
    [nearest, { lat: ' ', lon: 0 }, 'query.lat must be a number'],
    [nearest, { lat: true, lon: 0 }, 'query.lat must be a number'],
    [nearest, { lat: 'x', lon: 0 }, 'query.lat must be a number'],
    [city, {}, 'query.city must be a name'],
    [city, { ...graz, state: ' ' }, 'query.state must be a name'],
    [city, { ...graz, country: 43 }, 'query.country must be a name'],
    [`${city}/`, {}, 'query.city must be a name'],
  ])('but not %s with %o', (endpoint, query, reason) => {
    const refused = () => iqair.request(endpoint, query, secret);
    expect(refused).toThrow(ContractError);
    expect(refused).toThrow(reason);
    expect(refused).not.toThrow(/hunter2/);
  });
});
