import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLogger } from './log.ts';
import { Values } from './values.ts';

const asked: string[] = [];
let isAway = false;
const schemas: Record<string, object> = {
  '/schemas/ids/1': { schema: '"string"' },
  '/schemas/ids/2': { schema: '{"type":"object"}', schemaType: 'JSON' },
  '/schemas/ids/3': { schema: '"Missing"', references: [{ name: 'Missing', subject: 'a/b', version: 7 }] },
};
const server = createServer(({ url, headers }, response) => {
  asked.push(`${url} ${headers.authorization}`);
  const found = schemas[url!];
  const isNoInt = Number(url!.split('/').at(-1)) >= 2 ** 31;
  response.statusCode = isAway ? 401 : found ? 200 : isNoInt ? 400 : 404;
  response.end(JSON.stringify(isAway ? { message: 'who are you?' } : (found ?? {})));
});
let values: Values;

const password = 'hunter2';
const settings = (url: string) => ({
  SCHEMA_REGISTRY_URL: url,
  SCHEMA_REGISTRY_USER: 'ada',
  SCHEMA_REGISTRY_PASSWORD: password,
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
beforeEach(() => {
  asked.length = 0;
  isAway = false;
  values = new Values(settings(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
});
afterAll(() => server.close());

const framed = (id: number, ...bytes: number[]) => ({ value: Buffer.from([0, 0, 0, 0, id, ...bytes]) });

test('a schema is asked for once, with who is asking, and JSON asks for none', async () => {
  const json = [{ value: Buffer.from('{}') }, { value: null }, { value: Buffer.of() }];
  expect(await values.unframe(json)).toEqual(json);
  expect(asked).toEqual([]);
  const read = () => values.unframe([...json, framed(1, 4, 104, 105), framed(1, 0)]);
  const [both] = await Promise.all([read(), read()]);
  await read();
  expect(both.slice(3).map(({ value }) => String(value))).toEqual(['"hi"', '""']);
  expect(both[3]!.framed).toEqual(framed(1, 4, 104, 105).value);
  expect(asked).toEqual([`/schemas/ids/1 Basic ${Buffer.from(`ada:${password}`).toString('base64')}`]);
});

test('what cannot be read stays as it is, with the reason', async () => {
  const noInt = { value: Buffer.of(0, 0x80, 0, 0, 0) };
  const messages = [framed(2), framed(3), framed(4), framed(1, 8), { value: Buffer.of(0, 1) }, noInt];
  const read = await values.unframe(messages);
  expect(read.map(({ value }) => value)).toEqual(messages.map(({ value }) => value));
  expect(read.map(({ fault }) => fault)).toEqual([
    'Avro of schema 2 that cannot be read: its schema is of type JSON',
    'Avro of schema 3 that cannot be read: the registry has no version 7 of a/b, to which it refers',
    'Avro of schema 4 that cannot be read: the registry has no such schema',
    'Avro of schema 1 that cannot be read: 4 bytes or more should follow, at byte 1 of 1',
    'Avro of schema 0 that cannot be read: the registry has no such schema',
    'Avro of schema 2147483648 that cannot be read: the registry has no such schema',
  ]);
  const [unset] = await new Values(settings('')).unframe([framed(1, 0)]);
  expect(unset!.fault).toBe('Avro of schema 1 that cannot be read: SCHEMA_REGISTRY_URL is not set');
});

test('while the registry is away it is waited for, and the log says why without a secret', async () => {
  isAway = true;
  await expect(values.unframe([framed(1, 0)])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  const lines: string[] = [];
  const log = createLogger('test', 'silent');
  log.warn = (...said: unknown[]) => void lines.push(JSON.stringify(said));
  const back = async () => {
    isAway = lines.length < 2;
  };
  const [read] = await values.unframeInTime([framed(1, 0)], new AbortController().signal, log, back);
  expect(String(read!.value)).toBe('""');
  expect(lines).toEqual([expect.stringContaining('401, who are you?'), expect.anything()]);
  expect(lines.join()).not.toMatch(/hunter2|Basic/);

  isAway = true;
  const stopped = AbortSignal.abort(new Error('stopped'));
  await expect(values.unframeInTime([framed(9, 0)], stopped, log)).rejects.toThrow('stopped');
});
