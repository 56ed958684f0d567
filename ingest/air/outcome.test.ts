import { describe, expect, test } from 'vitest';
import { Secret } from '../../platform/secret.ts';
import { iqair } from '../../schema/air/adapters/iqair.ts';
import type { LastPoint } from '../../schema/air/feed.ts';
import type { Fetched } from './fetching.ts';
import { outcomeOf } from './outcome.ts';

const secret = new Secret('hunter2-hunter2-hunter2');
const at = Date.UTC(2026, 0, 31, 12, 30);
const time = Date.UTC(2026, 0, 31, 12);
const answer = (ts: string) =>
  JSON.stringify({
    status: 'success',
    data: {
      ...{ city: 'Graz', state: 'Styria', country: 'Austria', location: { coordinates: [15.4, 47.1] } },
      current: { pollution: { ts, aqius: 57 } },
    },
  });
const fail = (message: string) => JSON.stringify({ status: 'fail', data: { message } });
const fetched = (body: string | Buffer, properties: Partial<Fetched> = {}): Fetched => ({
  ...{ outcome: 'ANSWERED', status: 200, body: Buffer.from(body), durationMs: 5, message: null },
  ...properties,
});
const station = 'Austria/Styria/Graz';
const outcome = (given: Fetched, last: LastPoint | null = null) =>
  outcomeOf(given, { adapter: iqair, query: {}, secret }, at, last);

describe('an answer', () => {
  const noon = answer('2026-01-31T12:00:00Z');
  test.each([
    ['of another time than the last', { station, time: time - 1 }, 'STORED'],
    ['with no last', null, 'STORED'],
    ['of an older time than the last', { station, time: time + 3_600_000 }, 'STORED'],
    ['of the same time as the last', { station, time }, 'UNCHANGED'],
    ['of that time, but of another station', { station: 'Austria/Styria/Leoben', time }, 'STORED'],
  ])('%s', (_, last, expected) => {
    expect(outcome(fetched(noon), last)).toMatchObject({ outcome: expected, point: { time }, message: null });
  });

  test('of a time that is a day ahead, and not more', () => {
    expect(outcome(fetched(answer('2026-02-01T12:30:00Z')))).toMatchObject({ outcome: 'STORED' });
    expect(outcome(fetched(answer('2026-02-01T12:30:01Z')))).toEqual({
      outcome: 'CORRUPT',
      point: null,
      message: 'the time of the point, 2026-02-01T12:30:01.000Z, is more than a day after it was fetched',
    });
  });

  test('that is not text', () => {
    const message = 'the answer is not text in UTF-8 (3 bytes)';
    expect(outcome(fetched(Buffer.from([0x7b, 0xff, 0x7d])))).toEqual({ outcome: 'CORRUPT', point: null, message });
  });
});

test.each<[string, Fetched, string, string]>([
  ['a failure in an answer', fetched(fail('city_not_found')), 'REFUSED', 'city_not_found'],
  [
    'a failure with its status',
    fetched(fail('incorrect_api_key'), {
      outcome: 'HTTP_ERROR',
      status: 403,
      message: 'the API answers 403 Forbidden',
    }),
    'HTTP_ERROR',
    'the API answers 403 Forbidden: incorrect_api_key',
  ],
  [
    'HTML with its status',
    fetched('<html>', { outcome: 'HTTP_ERROR', status: 502, message: 'the API answers 502 Bad Gateway' }),
    'HTTP_ERROR',
    'the API answers 502 Bad Gateway',
  ],
  [
    'a point with a status that is none',
    fetched(answer('2026-01-31T12:00:00Z'), { outcome: 'HTTP_ERROR', status: 500, message: 'the API answers 500' }),
    'HTTP_ERROR',
    'the API answers 500',
  ],
  [
    'nobody',
    fetched('', { outcome: 'HTTP_ERROR', status: null, message: 'no answer: x' }),
    'HTTP_ERROR',
    'no answer: x',
  ],
  // Even where what came would be a point.
  ['a time-out', fetched(answer('2026-01-31T12:00:00Z'), { outcome: 'TIMEOUT', message: 'late' }), 'TIMEOUT', 'late'],
  ['too much', fetched(answer('2026-01-31T12:00:00Z'), { outcome: 'CORRUPT', message: 'large' }), 'CORRUPT', 'large'],
  [
    'HTML',
    fetched('<html>'),
    'CORRUPT',
    'the answer is HTML or XML in place of JSON; see whether the endpoint is that of the API',
  ],
])('%s has its outcome and gives no point', (_, given, expected, message) => {
  expect(outcome(given)).toEqual({ outcome: expected, point: null, message });
});

describe('an API that repeats the secret does not get it into a message', () => {
  const plain = 'hunter2-hunter2-hunter2';
  test.each([
    ['in its refusal', fail(`key ${plain} is wrong`)],
    ['at the end of a long refusal', fail(`${'x'.repeat(190)}${plain}`)],
    ['where a value is quoted and cut off', answer(`${'x'.repeat(60)}${plain}`)],
    ['in capitals', fail(plain.toUpperCase())],
    ['escaped', fail(`key ${plain} is wrong`).replace('hunter', String.raw`\u0068unter`)],
    [
      'escaped, at the end of a long refusal',
      fail(`${'x'.repeat(190)}${plain}`).replace('hunter', String.raw`\u0068unter`),
    ],
    ['in what is not JSON', `wrong key ${plain}`],
  ])('%s', (_, body) => {
    const wrong = { outcome: 'HTTP_ERROR', status: 403, message: 'the API answers 403 Forbidden' } as const;
    for (const given of [fetched(body), fetched(body, wrong)]) {
      const { message } = outcome(given);
      expect(message).not.toMatch(/hunt/i);
      expect(message).not.toBe('');
    }
  });

  test('not even when hiding it makes the answer another', () => {
    const asked = { adapter: iqair, query: {}, secret: new Secret('fail') };
    const { outcome: kept, message } = outcomeOf(fetched(fail('fail')), asked, at, null);
    expect([kept, message]).toEqual(['REFUSED', 'the answer is none, and repeats the secret']);
  });
});

test('what is wrong with an answer fits into the message of its run, however much it is', () => {
  const wrong = 'w'.repeat(300);
  const pollution = { ts: wrong, aqius: wrong, mainus: wrong, aqicn: wrong, maincn: wrong };
  const weather = { ts: wrong, tp: wrong, pr: wrong, hu: wrong, ws: wrong, wd: wrong };
  const location = { coordinates: [wrong, wrong] };
  const data = { city: wrong, state: wrong, country: wrong, location, current: { pollution, weather } };
  const { message } = outcome(fetched(JSON.stringify({ status: 'success', data })));
  expect(message).toMatch(/^data.city must NOT have more than 200 characters/);
  expect(message!.length).toBeLessThanOrEqual(1_000);
});
