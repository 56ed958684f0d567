import { expect, test } from 'vitest';
import { iqair } from '../../schema/air/adapters/iqair.ts';
import { demoAnswer } from './demo.ts';

const noon = Date.UTC(2026, 0, 31, 12);
const bangkok = new URLSearchParams({ city: 'Bangkok', state: 'Bangkok', country: 'Thailand' });
const at = (time: number, asked = bangkok) => iqair.parse(JSON.stringify(demoAnswer(asked, time)), {});

test('every minute of a week has a point of its own, which is the same whenever it is asked for', () => {
  const week = Array.from({ length: 7 * 24 * 60 }, (_, minute) => noon + minute * 60_000);
  const points = week.map((time) => at(time + 1)).map((parsed) => (parsed.outcome === 'POINT' ? parsed.point : parsed));
  expect(points.map((point) => ('time' in point ? point.time : point.message))).toEqual(week);
  expect(at(noon + 59_999)).toEqual(at(noon));
  const indexes = points.map((point) => ('aqiUs' in point ? point.aqiUs! : 0));
  expect(Math.max(...indexes) - Math.min(...indexes)).toBeGreaterThan(50);
});

test('a city that is none is refused as the API does', () => {
  expect(at(noon, new URLSearchParams({ city: 'Atlantis' }))).toEqual({
    outcome: 'REFUSED',
    message: 'city_not_found',
  });
});
