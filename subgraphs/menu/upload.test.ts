import type { Message } from 'kafkajs';
import { expect, test } from 'vitest';
import { TributaryError } from '../../platform/errors.ts';
import type { Publisher } from '../../platform/publish.ts';
import { anybody } from '../identity/session.ts';
import type { Streams } from '../streams/stream.ts';
import { itemsUpload } from './upload.ts';

const header = 'MenuId,ProductName,ProductDescription\n';
const streams = { receipt: (_: string, position: number[]) => position.join() } as unknown as Streams;

const { caller } = anybody;

async function* pieces(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

/** What an upload answers, and what it has published. */
async function upload(body: AsyncIterable<Buffer>, format: 'csv' | 'ndjson' = 'csv') {
  const published: Message[] = [];
  const publish = async (_: string, messages: Message[]) => {
    published.push(...messages);
    return [0, published.length];
  };
  const taken = await itemsUpload({ publish } as unknown as Publisher, streams)({ format, pieces: body }, caller);
  return { taken, published };
}

test('rows become items, and the same row of a menu the same item', async () => {
  const rows = '1,Wine, red \r\n1,Wine,red\n2,Wine,red\n1,Wine,\n1,Wine,"red\nor white"';
  const { taken, published } = await upload(pieces(header + rows));
  expect(taken).toEqual({ accepted: 5, broken: 0, position: '0,5' });
  const [first, again, elsewhere, ...others] = published.map(({ key, value }) => ({
    key,
    data: JSON.parse(String(value)).data,
  }));
  expect(first).toEqual({ key: first!.data.id, data: { id: first!.key, menu: '1', name: 'Wine', description: 'red' } });
  expect(first!.key).toMatch(/^1\/[0-9a-f]{16}$/);
  expect(again).toEqual(first);
  expect(elsewhere!.key).toMatch(/^2\//);
  expect(others.map(({ data }) => data.description)).toEqual([null, 'red\nor white']);
  expect(new Set(published.map(({ key }) => key)).size).toBe(4);
});

test('a row that is no item is sent with its line, and one that Kafka would not take with its beginning', async () => {
  const long = 'x'.repeat(1_000_001);
  const { taken, published } = await upload(pieces(`${header}1,,red\n1,Wine\n1,Wine,red\n1,Wine,${long}\n`));
  const fault = 'the body:2: data.name must NOT have fewer than 1 characters, not ""';
  expect(taken).toEqual({ accepted: 4, broken: 3, firstBroken: fault, position: '0,4' });
  expect(published.map(({ key, headers }) => [key === null, headers?.fault])).toEqual([
    [true, fault],
    [true, 'the body:3: 2 values for 3 columns'],
    [false, undefined],
    [true, 'the body:5: longer than the 1000000 bytes that Kafka takes; this is its beginning'],
  ]);
  expect(published.every(({ value }) => value!.length <= 1_000)).toBe(true);
});

test('lines of JSON are the messages themselves', async () => {
  const line = JSON.stringify({ type: 'MenuItemDeleted', data: { id: 7 } });
  const { taken, published } = await upload(pieces(`${line}\n\nnothing\n`), 'ndjson');
  expect(taken).toMatchObject({ accepted: 2, broken: 1, firstBroken: expect.stringContaining('the body:3: not JSON') });
  expect(published[0]).toEqual({ key: '7', value: line });
});

test.each([
  [
    'MenuId;ProductName;ProductDescription\n1;2;3',
    /^the body:1 does not name the columns MenuId, ProductName\. A CSV begins .* Nothing was taken\./,
  ],
  ['\0PK\u0003\u0004'.repeat(1_000), /^the body:1 does not name the columns/],
  [header, /^The body holds no menu item; send one a row\.$/],
  ['', /^The body holds no menu item/],
])('%j is refused with a sentence', async (text, message) => {
  const refused = { code: 'BAD_USER_INPUT', message: expect.stringMatching(message) };
  await expect(upload(pieces(text))).rejects.toMatchObject(refused);
});

const row = (at: number) => `1,Wine ${at},"${'red '.repeat(20)}"\n`;
const rows = (count: number) => header + Array.from({ length: count }, (_, at) => row(at)).join('');

test('what was taken is told when Kafka goes away, and when the sender does', async () => {
  let calls = 0;
  const publish = async (_: string, messages: Message[]) => {
    if (++calls === 3) throw new TributaryError('BROKER_UNAVAILABLE', 'Kafka did not take them.');
    return [calls * messages.length];
  };
  const take = itemsUpload({ publish } as unknown as Publisher, streams);
  await expect(take({ format: 'csv', pieces: pieces(rows(9_000)) }, caller)).rejects.toMatchObject({
    code: 'BROKER_UNAVAILABLE',
    message: 'Kafka did not take them. The first 4000 rows were taken. Sending all again does no harm.',
    details: { accepted: 4_000, broken: 0, position: '4000' },
  });
  async function* broken() {
    yield Buffer.from(rows(2_500));
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }
  calls = 10;
  await expect(take({ format: 'csv', pieces: broken() }, caller)).rejects.toMatchObject({
    message: expect.stringContaining('The connection broke. The first 2000 rows were taken.'),
  });
});

test('no more is read while Kafka has not taken the batch before the last', async () => {
  const acknowledge: (() => void)[] = [];
  const publish = () => new Promise<number[]>((resolve) => acknowledge.push(() => resolve([0])));
  let read = 0;
  async function* body() {
    yield Buffer.from(header);
    for (; read < 100_000; read++) yield Buffer.from(row(read));
  }
  const taking = itemsUpload({ publish } as unknown as Publisher, streams)({ format: 'csv', pieces: body() }, caller);
  for (let batch = 1; batch <= 5; batch++) {
    for (let before = -1; before < read; await new Promise(setImmediate)) before = read;
    expect(read).toBeLessThan(2_000 * (batch + 1) + 10);
    acknowledge.shift()!();
  }
  const keep = setInterval(() => acknowledge.shift()?.(), 0);
  expect(await taking).toMatchObject({ accepted: 100_000 });
  clearInterval(keep);
});
