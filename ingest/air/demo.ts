import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openClickHouse, Tables } from '../../platform/clickhouse.ts';
import type { Settings } from '../../platform/config.ts';
import { openKafka } from '../../platform/kafka.ts';
import { createLogger } from '../../platform/log.ts';
import { Publisher } from '../../platform/publish.ts';
import { Secret } from '../../platform/secret.ts';
import { SecretKeys } from '../../platform/secretKeys.ts';
import { iqair } from '../../schema/air/adapters/iqair.ts';
import { feedKey, secretContext, toFeedChange } from '../../schema/air/feed.ts';
import type { FeedMessage } from '../../schema/air/messages.ts';
import type { StationName } from '../../schema/air/station.ts';
import { publicTenant } from '../../schema/tenant.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

interface City extends StationName {
  latitude: number;
  longitude: number;
  /** The mean of its index, and by how much the day and chance move it. */
  mean: number;
}

/** The building of the demo stands in the first. */
const cities: City[] = [
  { city: 'Bergen', state: 'Vestland', country: 'Norway', latitude: 60.393, longitude: 5.3242, mean: 28 },
  { city: 'Vienna', state: 'Vienna', country: 'Austria', latitude: 48.2082, longitude: 16.3738, mean: 38 },
  { city: 'Lisbon', state: 'Lisbon', country: 'Portugal', latitude: 38.7223, longitude: -9.1393, mean: 24 },
  { city: 'Bangkok', state: 'Bangkok', country: 'Thailand', latitude: 13.7563, longitude: 100.5018, mean: 110 },
];

/** What IQAir's call for a city would answer about an invented minute; the same for the same minute. */
export function demoAnswer(asked: URLSearchParams, now: number): object {
  const place = cities.find(({ city, state, country }) => {
    return asked.get('city') === city && asked.get('state') === state && asked.get('country') === country;
  });
  if (!place) return { status: 'fail', data: { message: 'city_not_found' } };
  const { latitude, longitude, mean, ...names } = place;
  const minute = Math.floor(now / minuteMs);
  const ts = new Date(minute * minuteMs).toISOString();
  // Twice a day more is burnt, and the wind turns slowly.
  const day = (2 * Math.PI * (now % dayMs)) / dayMs;
  const slow = Math.sin(minute / 97 + mean);
  const aqius = Math.max(1, Math.round(mean * (1 + 0.25 * Math.cos(2 * day) + 0.3 * slow)));
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    status: 'success',
    data: {
      ...names,
      location: { type: 'Point', coordinates: [longitude, latitude] },
      current: {
        pollution: { ts, aqius, mainus: 'p2', aqicn: Math.round(aqius * 0.4), maincn: 'p1' },
        weather: {
          ...{ ts, tp: Math.round(14 - 6 * Math.cos(day) + 3 * slow), pr: Math.round(1015 + 6 * slow), ic: '03d' },
          ...{ hu: Math.round(60 - 20 * Math.cos(day)), ws: round(3 + 2 * slow), wd: Math.round(180 + 170 * slow) },
        },
      },
    },
  };
}

/** An API of a few cities on loopback, so that the whole path is seen without a key. */
export async function serveDemoApi(): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(demoAnswer(new URL(url, 'http://demo').searchParams, Date.now())));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/city`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the feeds of the demo are called, and what they ask the invented API for. */
export const demoFeeds = cities.map(({ city, state, country }) => {
  return { id: `demo-${city.toLowerCase()}`, query: { city, state, country } };
});

/**
 * Starts the feeds of the demo, or says where they are now.
 * @param endpoint of the invented API; the real one is asked where there is a key for it
 */
export async function startDemoFeeds(settings: Settings, publisher: Publisher, endpoint: string): Promise<void> {
  const keys = await SecretKeys.of(settings);
  const key = settings.IQAIR_KEY;
  const feeds = demoFeeds.map(({ id, query }, place): FeedFacts => {
    if (key === '') return { ...ofDemo(id), endpoint, query, interval: minuteMs / 3 }; // most answers bring nothing new, as usual
    const { latitude: lat, longitude: lon } = cities[place]!;
    return {
      ...{ ...ofDemo(id), endpoint: iqair.endpoint, query: { lat, lon } },
      interval: 30 * minuteMs, // who has a free key may ask 10,000 times a month
      secret: keys.seal(new Secret(key), secretContext(publicTenant, id)),
    };
  });
  await say(publisher, feeds);
}

/** Stops those feeds of the demo that an earlier start has left, because nobody would answer them. */
export async function stopDemoFeeds(settings: Settings): Promise<void> {
  const clickhouse = openClickHouse(settings);
  const publisher = new Publisher(openKafka(settings, 'demo', createLogger('demo', 'silent')), settings.KAFKA_PREFIX);
  try {
    const ids = demoFeeds.map(({ id }) => id);
    const started = await new Tables(clickhouse).read<StartedFeed>(readStarted, { tenant: publicTenant, ids });
    const feeds = started.map(({ id, endpoint, query, interval }): FeedFacts => {
      return { ...ofDemo(id), endpoint, query: JSON.parse(query), interval: Number(interval), state: 'STOPPED' };
    });
    if (feeds.length > 0) await say(publisher, feeds);
  } finally {
    await publisher.close();
    await clickhouse.close();
  }
}

type FeedFacts = Extract<FeedMessage, { type: 'Feed' }>['data'];

interface StartedFeed {
  id: string;
  endpoint: string;
  query: string;
  interval: number | string;
}

const readStarted = `
SELECT id, endpoint, query, interval
FROM air_feeds FINAL
WHERE tenant = {tenant:String} AND id IN {ids:Array(String)} AND kind = 'FEED' AND state = 'STARTED'`;

const ofDemo = (id: string) => ({ id, adapter: iqair.name, bucket: 'results', state: 'STARTED' }) as const;

async function say(publisher: Publisher, feeds: FeedFacts[]): Promise<void> {
  const messages = feeds.map((data): FeedMessage => ({ type: 'Feed', data }));
  await publisher.publish(
    'air.feeds',
    messages.map((message) => ({ key: feedKey(publicTenant, toFeedChange(message)), value: JSON.stringify(message) })),
  );
}
