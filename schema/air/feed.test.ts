import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../platform/secret.ts';
import { SecretKeys, UnreadableSecret } from '../../platform/secretKeys.ts';
import { ContractError } from '../contract.ts';
import { type FeedChange, feedKey, parseFeedMessage as parse, secretContext, toFeedChange } from './feed.ts';

const feed = {
  id: 'bangkok',
  adapter: 'IQAIR_DAILY',
  endpoint: 'http://api.airvisual.com/v2/nearest_city',
  interval: 300_000,
  bucket: 'results',
  secret: 'v1.local.c2VhbGVk',
  state: 'STARTED',
};
const run = {
  feed: 'bangkok',
  due: '2026-01-31T12:00:00Z',
  next: '2026-01-31T12:05:00Z',
  worker: 'w1',
  state: 'CLAIMED',
  started: '2026-01-31T12:00:00.250Z',
};
const feedMessage = (properties: object) => JSON.stringify({ type: 'Feed', data: { ...feed, ...properties } });
const parseFeedMessage = (key: string | null, text: string | null) => parse(key, text, 'public');
const runMessage = (properties: object) => JSON.stringify({ type: 'Run', data: { ...run, ...properties } });

test.each<[string, object, object]>([
  ['as it is', {}, {}],
  ['with a timeout', { timeout: 180_000 }, { timeoutMs: 180_000 }],
  ['with a timeout of its interval', { timeout: 300_000 }, { timeoutMs: 300_000 }],
  ['with no timeout in words', { timeout: null }, {}],
  ['with a query', { query: { lat: 13.75, name: 'x', all: true } }, { query: { lat: 13.75, name: 'x', all: true } }],
  ['without a secret', { secret: undefined }, { secret: null }],
  ['with an endpoint in capitals', { endpoint: 'HTTPS://API.example' }, { endpoint: 'https://api.example/' }],
  ['stopped', { state: 'STOPPED' }, { state: 'STOPPED' }],
])('a feed %s is taken', (_, properties, expected) => {
  const { interval, ...same } = feed;
  expect(parseFeedMessage('bangkok', feedMessage(properties))).toEqual({
    kind: 'FEED',
    feed: { ...same, query: {}, intervalMs: interval, timeoutMs: interval, ...expected },
  });
});

test('what a worker does is taken, claimed and done', () => {
  const claimed = {
    ...{ feed: 'bangkok', worker: 'w1', state: 'CLAIMED' },
    ...{ due: Date.UTC(2026, 0, 31, 12), next: Date.UTC(2026, 0, 31, 12, 5) },
    ...{ started: Date.UTC(2026, 0, 31, 12, 0, 0, 250), ended: null, outcome: null, last: null },
  };
  expect(parseFeedMessage('bangkok#run', runMessage({}))).toEqual({ kind: 'RUN', work: claimed });
  const done = {
    state: 'DONE',
    ended: '2026-01-31T12:00:01Z',
    outcome: 'STORED',
    lastTime: '2026-01-31T11:00:00Z',
    lastStation: 'A/B/C',
  };
  expect(parseFeedMessage('bangkok#run', runMessage(done))).toEqual({
    kind: 'RUN',
    work: {
      ...{ ...claimed, state: 'DONE', outcome: 'STORED' },
      ...{ ended: Date.UTC(2026, 0, 31, 12, 0, 1), last: { station: 'A/B/C', time: Date.UTC(2026, 0, 31, 11) } },
    },
  });
});

test('both messages of a feed have keys of their own, which name the feed', () => {
  const changes = [feedMessage({}), runMessage({})].map((text) => toFeedChange(JSON.parse(text)) as FeedChange);
  expect(changes.map((change) => feedKey('public', change))).toEqual(['bangkok', 'bangkok#run']);
  expect(changes.map((change) => feedKey('acme', change))).toEqual(['acme/bangkok', 'acme/bangkok#run']);
  expect(() => parse('bangkok', feedMessage({}), 'acme')).toThrow('the key must be "acme/bangkok", not "bangkok"');
  // No name of a feed can be the key of another's run.
  expect(() => parseFeedMessage('x#run', feedMessage({ id: 'x#run' }))).toThrow(ContractError);
});

describe('what is none is refused for a reason:', () => {
  test.each<[reason: string, key: string | null, text: string | null]>([
    ['the message has no value; air.feeds takes no deletions, a feed is stopped by its state', 'bangkok', null],
    ['not JSON: Unexpected end of JSON input', 'bangkok', ''],
    ['"type" is missing; it must be one of Feed, Run', 'bangkok', '[]'],
    ['unknown type "toString"; it must be one of Feed, Run', 'bangkok', '{"type":"toString"}'],
    ['the key must be "bangkok", not "paris"', 'paris', feedMessage({})],
    ['the key must be "bangkok", not null', null, feedMessage({})],
    ['the key must be "bangkok#run", not "bangkok"', 'bangkok', runMessage({})],
    ['data.timeout 300001 is longer than data.interval 300000', 'bangkok', feedMessage({ timeout: 300_001 })],
    ['data.interval must be >= 1000, not 999', 'bangkok', feedMessage({ interval: 999 })],
    ['data.interval must be <= 2147483647, not 2147483648', 'bangkok', feedMessage({ interval: 2 ** 31 })],
    ['data.state must be STARTED or STOPPED, not "PAUSED"', 'bangkok', feedMessage({ state: 'PAUSED' })],
    [
      'data.adapter must be the name of an adapter in capitals, such as IQAIR_DAILY, not "iqair"',
      'bangkok',
      feedMessage({ adapter: 'iqair' }),
    ],
    ['data.due must be a moment such as 2026-01-31T12:00:00Z, not "noon"', 'bangkok#run', runMessage({ due: 'noon' })],
    [
      'data.next 2026-01-31T12:00:00Z is not after data.due 2026-01-31T12:00:00Z',
      'bangkok#run',
      runMessage({ next: run.due }),
    ],
    [
      'data.ended and data.outcome are missing; what is DONE has both',
      'bangkok#run',
      runMessage({ state: 'DONE', ended: run.started }),
    ],
  ])('%s', (reason, key, text) => {
    expect(() => parseFeedMessage(key, text)).toThrow(new ContractError(reason));
  });

  const names = '1 to 100 letters, digits, dashes, underscores and single dots between them';
  test.each(['', '.', '..', '.a', 'a.', 'a..b', 'a/b', '../a', 'a\\b', 'a b', 'a#run', 'a\n', 'ä', 'x'.repeat(101)])(
    'a bucket or id %j, which is no name',
    (name) => {
      expect(() => parseFeedMessage('bangkok', feedMessage({ bucket: name }))).toThrow(`data.bucket must be ${names}`);
      expect(() => parseFeedMessage(name, feedMessage({ id: name }))).toThrow(`data.id must be ${names}`);
    },
  );
});

test.each([
  ['ftp://api.example/', 'http:// or https://'],
  ['api.example', 'http:// or https://'],
  ['file:///etc/passwd', 'http:// or https://'],
  ['http://', 'http:// or https://'],
  ['http://ada:hunter2@api.example/', 'must not hold a user or password'],
  ['http://hunter2@api.example/', 'must not hold a user or password'],
  ['http://api.example/?key=hunter2', 'must have no query'],
  ['http://api.example/#hunter2', 'must have no query and no fragment'],
])('the endpoint %s is refused without being shown', (endpoint, reason) => {
  const refused = () => parseFeedMessage('bangkok', feedMessage({ endpoint }));
  expect(refused).toThrow(ContractError);
  expect(refused).toThrow(reason);
  expect(refused).not.toThrow(/hunter2|api\.example/);
});

test.each(['hunter2', 'v1.hunter2', 12345, { key: 'hunter2' }, ['hunter2'], `hunter2${'x'.repeat(10_000)}`, ''])(
  'a secret that is not sealed is refused without being shown: %#',
  (secret) => {
    const refused = () => parseFeedMessage('bangkok', feedMessage({ secret }));
    expect(refused).toThrow(/data\.secret/);
    expect(refused).not.toThrow(/hunter2|12345/);
  },
);

test('a sealed secret is taken, and opens for its tenant and feed alone', () => {
  const keys = new SecretKeys(`k:${Buffer.alloc(32, 1).toString('base64')}`);
  const secret = keys.seal(new Secret('hunter2'), secretContext('acme', 'bangkok'));
  const change = parseFeedMessage('bangkok', feedMessage({ secret }));
  const taken = change.kind === 'FEED' ? change.feed.secret! : '';
  expect(keys.open(taken, secretContext('acme', 'bangkok')).reveal()).toBe('hunter2');
  for (const [tenant, id] of [
    ['acme', 'paris'],
    ['evil', 'bangkok'],
    ['', 'acmebangkok'],
  ] as const)
    expect(() => keys.open(taken, secretContext(tenant, id))).toThrow(UnreadableSecret);
});

test('any JSON value is either a message or a ContractError with a reason', () => {
  const spoiled = fc
    .tuple(
      fc.constantFrom({ type: 'Feed', data: feed }, { type: 'Run', data: run }),
      fc.constantFrom(
        ...Object.keys(feed),
        ...Object.keys(run),
        'query',
        'timeout',
        'ended',
        'outcome',
        'lastTime',
        'lastStation',
      ),
      fc.oneof(fc.jsonValue(), fc.double(), fc.string()),
    )
    .map(([message, name, value]) => ({ ...message, data: { ...message.data, [name]: value } }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), spoiled), (message) => {
      try {
        expect(feedKey('public', toFeedChange(message))).toMatch(/^[\w.-]+(#run)?$/);
      } catch (error) {
        expect(error).toBeInstanceOf(ContractError);
        expect((error as Error).message).not.toBe('');
      }
    }),
    { numRuns: 2_000 },
  );
});
