import { describe, expect, test } from 'vitest';
import { ContractError } from '../contract.ts';
import { parseResultMessage } from './result.ts';

const fetched = {
  feed: 'bangkok',
  adapter: 'IQAIR_DAILY',
  run: 'r-1',
  started: '2026-01-31T12:00:00Z',
  ended: '2026-01-31T12:00:00.250Z',
  payload: { id: 'r-1', filename: 'results/bangkok/r-1.json' },
  outcome: 'STORED',
};
const result = {
  ...fetched,
  timestamp: '2026-01-31T12:00:01Z',
  parser: 1,
  station: 'Thailand/Bangkok/Bangkok',
  time: '2026-01-31T11:00:00Z',
};
const resultMessage = (properties: object) => JSON.stringify({ type: 'Result', data: { ...result, ...properties } });
const reparseMessage = (properties: object) => JSON.stringify({ type: 'Reparse', data: { ...fetched, ...properties } });
const noon = Date.UTC(2026, 0, 31, 12);
const normalFetch = {
  ...{ feed: 'bangkok', adapter: 'IQAIR_DAILY', run: 'r-1', query: {}, started: noon, ended: noon + 250 },
  ...{ payload: fetched.payload, outcome: 'STORED', httpStatus: null },
};
const normal = {
  ...{ ...normalFetch, timestamp: noon + 1000, message: null, parser: 1 },
  ...{ station: 'Thailand/Bangkok/Bangkok', time: noon - 3_600_000 },
};

test.each<[string, object, object]>([
  ['a new point', {}, {}],
  ['a status and a query', { httpStatus: 200, query: { city: 'x' } }, { httpStatus: 200, query: { city: 'x' } }],
  // Servers send what is no status, and that is to be told too.
  ['a status of none', { httpStatus: 0 }, { httpStatus: 0 }],
  [
    'a time-out before anything came',
    { outcome: 'TIMEOUT', payload: null, station: null, time: null, message: 'no answer within 3 s' },
    { outcome: 'TIMEOUT', payload: null, station: null, time: null, message: 'no answer within 3 s' },
  ],
])('a result of %s is taken', (_, properties, expected) => {
  expect(parseResultMessage(resultMessage(properties))).toEqual({ kind: 'RESULT', result: { ...normal, ...expected } });
});

test('a worker that is there, and a response that is to be parsed again, are taken', () => {
  const available = { type: 'WorkerAvailable', data: { worker: 'w1', timestamp: '2026-01-31T12:00:00Z' } };
  expect(parseResultMessage(JSON.stringify(available))).toEqual({
    kind: 'WORKER_AVAILABLE',
    worker: 'w1',
    timestamp: noon,
  });
  expect(parseResultMessage(reparseMessage({}))).toEqual({ kind: 'REPARSE', fetch: normalFetch });
});

describe('what is none is refused for a reason:', () => {
  const point = 'data.payload, data.station and data.time are not all there; what is';
  test.each<[reason: string, text: string | null]>([
    ['the message has no value; air.results takes no deletions', null],
    ['unknown type "Feed"; it must be one of Result, WorkerAvailable, Reparse', '{"type":"Feed"}'],
    [`${point} STORED has them`, resultMessage({ payload: null })],
    [`${point} STORED has them`, resultMessage({ time: null })],
    [`${point} UNCHANGED has them`, resultMessage({ outcome: 'UNCHANGED', station: null })],
    ['data.parser must be >= 1, not 0', resultMessage({ parser: 0 })],
    ["data must have required property 'payload'", reparseMessage({ payload: undefined })],
    [
      'data.started "2026-02-30T00:00:00Z" is not a moment of the calendar',
      reparseMessage({ started: '2026-02-30T00:00:00Z' }),
    ],
  ])('%s', (reason, text) => {
    expect(() => parseResultMessage(text)).toThrow(new ContractError(reason));
  });

  test.each([
    '../../etc/passwd',
    '../bangkok/r-1.json',
    './bangkok/r-1.json',
    '/bangkok/r-1.json',
    'results/../r-1.json',
    'results/paris/r-1.json',
    'results/bangkok/r-2.json',
    'results/bangkok/r-1.json/../r-1.json',
    'results/bangkok/r-1',
    'results\\bangkok\\r-1.json',
    'results/bangkok/r-1.json\n',
    'other/results/bangkok/r-1.json',
  ])('a payload that lies in %j', (filename) => {
    for (const message of [resultMessage, reparseMessage])
      expect(() => parseResultMessage(message({ payload: { id: 'r-1', filename } }))).toThrow(
        'data.payload.filename must be the bucket and /bangkok/r-1.json',
      );
  });
});
