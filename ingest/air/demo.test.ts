import type { Message } from 'kafkajs';
import { expect, test } from 'vitest';
import { readSettings } from '../../platform/config.ts';
import type { Publisher } from '../../platform/publish.ts';
import { SecretKeys } from '../../platform/secretKeys.ts';
import { iqair } from '../../schema/air/adapters/iqair.ts';
import { parseFeedMessage, secretContext } from '../../schema/air/feed.ts';
import { buildingDemo } from '../occupancy/building.ts';
import { demoAnswer, startDemoFeeds } from './demo.ts';

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

test('the building of the demo has the air of its own city', () => {
  const { latitude, longitude } = buildingDemo()[0]!.data as { latitude: number; longitude: number };
  const bergen = at(noon, new URLSearchParams({ city: 'Bergen', state: 'Vestland', country: 'Norway' }));
  expect(bergen).toMatchObject({
    outcome: 'POINT',
    point: { latitude: expect.closeTo(latitude, 1), longitude: expect.closeTo(longitude, 1) },
  });
});

test.each(['', 'hunter2'])('with the key "%s" the feeds ask who answers without a key, or IQAir', async (key) => {
  const secrets = `k:${Buffer.alloc(32, 7).toString('base64')}`;
  const published: Message[] = [];
  const publisher = { publish: async (_: string, messages: Message[]) => published.push(...messages) };
  const endpoint = 'http://127.0.0.1:9/v2/city';
  const settings = readSettings({ IQAIR_KEY: key, TRIBUTARY_SECRET_KEYS: secrets });
  await startDemoFeeds(settings, publisher as unknown as Publisher, endpoint);
  expect(published).toHaveLength(4);
  expect(JSON.stringify(published)).not.toContain('hunter2');
  for (const { key: place, value } of published) {
    const change = parseFeedMessage(String(place), String(value), 'public');
    if (change.kind !== 'FEED') throw new Error('a feed is no run');
    const { feed } = change;
    expect(feed.endpoint).toBe(key === '' ? endpoint : 'https://api.airvisual.com/v2/nearest_city');
    const secret = feed.secret && new SecretKeys(secrets).open(feed.secret, secretContext('public', feed.id)).reveal();
    expect(secret ?? '').toBe(key);
    expect(() => iqair.request(feed.endpoint, feed.query, key)).not.toThrow();
    // 10,000 times a month is what IQAir grants for nothing.
    if (key !== '') expect((4 * 31 * 86_400_000) / feed.intervalMs).toBeLessThan(10_000);
  }
});
