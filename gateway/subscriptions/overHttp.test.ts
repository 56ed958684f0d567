import type { ExecutionResult } from 'graphql';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TributaryError } from '../../platform/errors.ts';
import { carrierOf } from './carrier.ts';
import { streamOf } from './overHttp.ts';
import { SubscriptionResult } from './result.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const multipart = 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0",application/json';
const failure: ExecutionResult = { errors: [] };

/** Results that come when the test says so. */
function source() {
  const asks: ((result: IteratorResult<SubscriptionResult | ExecutionResult, undefined>) => void)[] = [];
  let returned = 0;
  return {
    asks,
    get returned() {
      return returned;
    },
    next: () =>
      new Promise<IteratorResult<SubscriptionResult | ExecutionResult, undefined>>((resolve) => asks.push(resolve)),
    async return() {
      returned++;
      return { done: true as const, value: undefined };
    },
  };
}

function open(accept: string) {
  const results = source();
  let gone = () => {};
  let lapse: ((why: TributaryError) => void) | undefined;
  const onGone = (then: () => void) => {
    gone = then;
  };
  const onLapse = (then: (why: TributaryError) => void) => {
    lapse = then;
    return () => {
      lapse = undefined;
    };
  };
  const stream = new ReadableStream(streamOf(results, carrierOf(accept)!, onGone, onLapse));
  const reader = stream.getReader();
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  return {
    results,
    read,
    gone: () => gone(),
    lapse: (why: TributaryError) => lapse!(why),
    get isWatched() {
      return lapse !== undefined;
    },
    cancel: () => reader.cancel(),
  };
}

describe.each([
  [
    'server-sent events',
    'text/event-stream',
    [
      ':\n\n',
      'id: c\nevent: next\ndata: {"data":1}\n\n',
      ':\n\n',
      'event: next\ndata: {"errors":[]}\n\n',
      'event: complete\ndata:\n\n',
    ],
  ],
  [
    'multipart',
    multipart,
    [
      '\r\n--graphql',
      '\r\ncontent-type: application/json\r\n\r\n{"payload":{"data":1}}\r\n--graphql',
      '\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql',
      '\r\ncontent-type: application/json\r\n\r\n{"payload":null,"errors":[]}\r\n--graphql',
      '--\r\n',
    ],
  ],
])('a stream of %s', (_, accept, expected) => {
  test('holds a beginning, results, signs of life, what went wrong, and the end (S33 to S36)', async () => {
    const { results, read } = open(accept);
    const text = [await read()];
    results.asks.shift()!({ done: false, value: new SubscriptionResult('{"data":1}', 'c', true) });
    text.push(await read());
    const silence = read();
    vi.advanceTimersByTime(12_000);
    text.push(await silence);
    results.asks.shift()!({ done: false, value: failure });
    text.push(await read());
    await vi.waitUntil(() => results.asks.length > 0);
    results.asks.shift()!({ done: true, value: undefined });
    text.push(await read());
    expect(text).toEqual(expected);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('asks for nothing, and sends no sign of life, while nobody reads (S38)', async () => {
    const { results, read } = open(accept);
    vi.advanceTimersByTime(100_000);
    await null;
    expect(results.asks).toHaveLength(0);
    await read();
    await vi.waitUntil(() => results.asks.length === 1);
    results.asks[0]!({ done: false, value: failure });
    vi.advanceTimersByTime(100_000);
    await null;
    expect(results.asks).toHaveLength(1);
  });

  test.each(['gone', 'cancel'] as const)('ends with its client: %s (S37)', async (how) => {
    const opened = open(accept);
    await opened[how]();
    await null;
    expect([opened.results.returned, vi.getTimerCount(), opened.isWatched]).toEqual([1, 0, false]);
  });

  test('ends with the reason when its client may not ask any more (S5)', async () => {
    const { results, read, lapse, isWatched } = open(accept);
    const why = new TributaryError('UNAUTHENTICATED', 'over');
    await read();
    await vi.waitUntil(() => results.asks.length > 0);
    expect(isWatched).toBe(true);
    lapse(why);
    results.asks[0]!({ done: false, value: new SubscriptionResult('{"data":1}', 'c', true) }); // it came too late
    const told = JSON.stringify({ errors: [{ message: 'over', extensions: { code: 'UNAUTHENTICATED' } }] });
    const [, , , failed, end] = expected;
    expect(await read()).toBe(failed!.replace('{"errors":[]}', told).replace('"errors":[]', told.slice(1, -1)) + end);
    expect(await read()).toBe('');
    expect([results.returned, vi.getTimerCount()]).toEqual([1, 0]);
  });
});

test.each([
  [null, 'text/event-stream'],
  ['*/*', 'text/event-stream'],
  ['application/json, text/event-stream;q=0.5', 'text/event-stream'],
  [
    'multipart/mixed; subscriptionSpec=1.0, text/event-stream',
    'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
  ],
  [multipart, 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"'],
  ['multipart/mixed', undefined],
  ['multipart/mixed;deferSpec=20220824', undefined],
  ['application/json', undefined],
])('Accept: %s is answered with %s', (accept, contentType) => {
  expect(carrierOf(accept)?.contentType).toBe(contentType);
});
