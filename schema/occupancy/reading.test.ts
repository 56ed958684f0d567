import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContractError } from '../contract.ts';
import { parseReading, type Reading, toReading } from './reading.ts';

const at = Date.UTC(2026, 0, 2);
const bare = { dpu_id: 283, timestamp: '2018-02-24T08:45:21.893Z', direction: 1 };
const normal: Reading = { dpu: '283', time: Date.UTC(2018, 1, 24, 8, 45, 21, 893), direction: 1, id: null };

test.each<[string, object, Partial<Reading>]>([
  ['with a number', {}, {}],
  ['with the same as text', { dpu_id: '283' }, {}],
  ['out', { direction: -1 }, { direction: -1 }],
  ['with an id', { reading_id: 'r-1' }, { id: 'r-1' }],
  ['with the number 0 as id', { reading_id: 0 }, { id: '0' }],
  ['with no id in words', { reading_id: null }, {}],
  ['in another zone', { timestamp: '2018-02-24T10:45:21.893+02:00' }, {}],
  ['to the microsecond', { timestamp: '2018-02-24T08:45:21.893999Z' }, {}],
  ['a day ahead of Kafka', { timestamp: '2026-01-03T00:00:00Z' }, { time: at + 86_400_000 }],
  ['with more than is known', { battery: 0.4 }, {}],
  ['of a DPU with half a character', { dpu_id: 'a\ud800' }, { dpu: 'a\ufffd' }],
])('a reading %s is taken', (_, properties, expected) => {
  expect(parseReading(JSON.stringify({ ...bare, ...properties }), at)).toEqual({ ...normal, ...expected });
});

describe('what is no reading is refused for a reason:', () => {
  const reading = (properties: object) => JSON.stringify({ ...bare, ...properties });
  test.each<[reason: string, text: string | null]>([
    ['the message has no value; occupancy.readings takes no deletions', null],
    ['not JSON: Unexpected end of JSON input', ''],
    ['the message must be object, not an array', '[]'],
    ["the message must have required property 'dpu_id'", reading({ dpu_id: undefined })],
    ['direction must be 1 or -1, not 0', reading({ direction: 0 })],
    ['direction must be 1 or -1, not 2', reading({ direction: 2 })],
    ['direction must be 1 or -1, not "1"', reading({ direction: '1' })],
    ['timestamp must be a moment such as 2026-01-31T12:00:00Z, not "now"', reading({ timestamp: 'now' })],
    ['timestamp must be string, not 1519461921', reading({ timestamp: 1_519_461_921 })],
    [
      'timestamp "2018-02-30T00:00:00Z" is not a moment of the calendar',
      reading({ timestamp: '2018-02-30T00:00:00Z' }),
    ],
    [
      'timestamp "2018-02-24T25:00:00Z" is not a moment of the calendar',
      reading({ timestamp: '2018-02-24T25:00:00Z' }),
    ],
    ['timestamp "1969-12-31T23:59:59Z" is not between 1970 and 2099', reading({ timestamp: '1969-12-31T23:59:59Z' })],
    [
      'timestamp "2026-01-03T00:00:00.001Z" is more than a day after it came, which was at 2026-01-02T00:00:00.000Z',
      reading({ timestamp: '2026-01-03T00:00:00.001Z' }),
    ],
  ])('%s', (reason, text) => {
    expect(() => parseReading(text, at)).toThrow(new ContractError(reason));
  });
});

test('any JSON value is either a reading or a ContractError with a reason', () => {
  const spoiled = fc
    .tuple(fc.constantFrom(...Object.keys(bare), 'reading_id'), fc.oneof(fc.jsonValue(), fc.double(), fc.string()))
    .map(([name, value]) => ({ ...bare, [name]: value }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), spoiled), (message) => {
      try {
        const reading = toReading(message, at);
        expect(Object.keys(reading)).toEqual(Object.keys(normal));
        expect(reading.dpu).not.toBe('');
        expect(Number.isSafeInteger(reading.time)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ContractError);
        expect((error as Error).message).not.toBe('');
      }
    }),
    { numRuns: 2_000 },
  );
});
