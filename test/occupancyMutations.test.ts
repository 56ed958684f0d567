import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Client, client } from './client.ts';
import { publishTopology, space } from './occupancyMessages.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let gateway: Client;
let url: string;

beforeAll(async () => {
  world = await openWorld();
  await world.ingest();
  ({ url } = await world.gateway());
  gateway = client(url);
});
afterAll(() => world[Symbol.asyncDispose]());

const noon = '2018-02-24T12:00:00.000Z';
const later = '2018-02-24T13:00:00.000Z';

type Receipts = Record<string, { accepted: number; position: string }>;

/** Runs mutations, one after the other. @returns the header with which a query sees the last of them */
async function change(...fields: string[]): Promise<{ 'Read-After': string }> {
  const text = fields.map((field, n) => `m${n}: ${field} { accepted position }`).join('\n');
  const receipts = Object.values(await gateway.query<Receipts>(`mutation { ${text} }`));
  return { 'Read-After': receipts.at(-1)!.position };
}

/** What the refused mutation says. */
async function refusal(field: string): Promise<string> {
  const { data, errors } = (await gateway.ask(`mutation { ${field} { accepted } }`)) as Answer<object>;
  expect(data ?? null).toBe(null);
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  return errors![0]!.message;
}

const value = async (id: string, at: string, headers: Record<string, string>) =>
  (
    await gateway.query<{ space: { count: { value: number } } }>(
      'query ($id: ID!, $at: DateTime) { space(id: $id) { count(at: $at) { value } } }',
      { id, at },
      headers,
    )
  ).space.count.value;

test('a building is made, counted, changed and taken down, each change seen by the next', async () => {
  let read = await change(
    'saveSpace(input: {id: "A", name: "Lobby", latitude: 47.4, longitude: 8.5, company: "77"})',
    'saveSpace(input: {id: "B", name: "Room"})',
    'saveDoorway(input: {id: "X", name: "Front door", ingress: "A"})',
    'saveDoorway(input: {id: "Z", name: "Glass door", ingress: "A", egress: "B"})',
    'saveDpu(input: {id: "423"})',
    `saveDpu(input: {id: "283", doorway: "X", from: "${noon}"})`,
  );
  expect(
    await gateway.query(
      '{ space(id: "A") { name latitude company { id } doorways { name } } dpu(id: "283") { mounts { from to } doorway { id } } }',
      {},
      read,
    ),
  ).toEqual({
    space: {
      ...{ name: 'Lobby', latitude: 47.4, company: { id: '77' } },
      doorways: [{ name: 'Front door' }, { name: 'Glass door' }],
    },
    dpu: { mounts: [{ from: noon, to: null }], doorway: { id: 'X' } },
  });

  const entered = `{dpu: "283", time: "${later}", direction: 1, id: "r1"}`;
  read = await change(
    `recordReadings(readings: [${entered}, ${entered}, {dpu: "283", time: "${later}", direction: 1}])`,
  );
  expect(await value('A', later, read)).toBe(2);
  read = await change(`recordReadings(readings: [{dpu: "423", time: "${later}", direction: -1}])`);
  expect(await value('B', later, read)).toBe(0);
  read = await change(`moveDpu(dpu: "423", doorway: "Z", at: "${noon}")`);
  expect([await value('A', later, read), await value('B', later, read)]).toEqual([1, 1]);
  read = await change(`calibrateSpace(space: "B", count: 5, at: "${noon}")`);
  expect(await value('B', later, read)).toBe(6);
  // It always led to the other side.
  read = await change('saveDoorway(input: {id: "Z", name: "Glass door", ingress: "B", egress: "A"})');
  expect([await value('A', later, read), await value('B', later, read)]).toEqual([3, 4]);
  read = await change('deleteDpu(id: "423")');
  expect([await value('A', later, read), await value('B', later, read)]).toEqual([2, 5]);
  read = await change('saveDpu(input: {id: "423"})');
  expect(await value('A', later, read)).toBe(3);

  read = await change('deleteDpu(id: "423")', 'deleteDoorway(id: "Z")', 'deleteSpace(id: "B")');
  expect(
    await gateway.query('{ space(id: "B") { id } doorway(id: "Z") { id } spaces { totalCount } }', {}, read),
  ).toEqual({ space: null, doorway: null, spaces: { totalCount: 1 } });
});

describe('what would lead nowhere is refused, and says why:', () => {
  beforeAll(async () => {
    await change(
      'saveSpace(input: {id: "C", name: "Hall"})',
      'saveSpace(input: {id: "D", name: "Yard"})',
      'saveDoorway(input: {id: "P", name: "Gate", ingress: "C", egress: "D"})',
      'saveDoorway(input: {id: "Q", name: "Hatch", ingress: "C"})',
      'saveDpu(input: {id: "7", doorway: "P"})',
    );
  });

  test.each([
    [
      'deleteSpace(id: "C")',
      'The space "C" is named by the doorways "P", "Q". Let them lead elsewhere, or delete them, first.',
    ],
    [
      'deleteSpace(id: "D")',
      'The space "D" is named by the doorway "P". Let them lead elsewhere, or delete them, first.',
    ],
    ['deleteSpace(id: "nowhere")', 'There is no space "nowhere".'],
    ['deleteDoorway(id: "P")', 'Over the doorway "P" hangs "7". Move it first.'],
    ['deleteDoorway(id: "nowhere")', 'There is no doorway "nowhere".'],
    ['deleteDpu(id: "nowhere")', 'There is no DPU "nowhere".'],
    ['saveDoorway(input: {id: "R", name: "R", ingress: "nowhere"})', 'There is no space "nowhere". Save it first.'],
    [
      'saveDoorway(input: {id: "R", name: "R", ingress: "C", egress: "nowhere"})',
      'There is no space "nowhere". Save it first.',
    ],
    ['saveDoorway(input: {id: "R", name: "R", ingress: "C", egress: "C"})', 'doorway R leads from C to itself.'],
    ['saveDpu(input: {id: "8", doorway: "nowhere"})', 'There is no doorway "nowhere". Save it first.'],
    [
      `saveDpu(input: {id: "8", from: "${noon}"})`,
      'from says since when a DPU hangs over a doorway: give the doorway too.',
    ],
    ['moveDpu(dpu: "nobody", doorway: "P")', 'There is no DPU "nobody". Save it first.'],
    ['moveDpu(dpu: "7", doorway: "nowhere")', 'There is no doorway "nowhere". Save it first.'],
    ['saveSpace(input: {id: "E", name: " "})', 'name is empty.'],
    ['saveSpace(input: {id: "E", name: "E", latitude: 91})', 'latitude must be <= 90, not 91.'],
    ['saveDpu(input: {id: ""})', 'id must NOT have fewer than 1 characters, not "".'],
    [`calibrateSpace(space: "C", count: -1, at: "${noon}")`, 'count must be >= 0, not -1.'],
    [
      'calibrateSpace(space: "C", count: 1, at: "2099-01-01T00:00:00Z")',
      'at 2099-01-01T00:00:00.000Z lies in the future: nobody has counted there yet.',
    ],
    [`calibrateSpace(space: "nowhere", count: 1, at: "${noon}")`, 'There is no space "nowhere". Save it first.'],
    ['recordReadings(readings: [])', 'readings is empty; send at least one.'],
    [
      `recordReadings(readings: [{dpu: "7", time: "${noon}", direction: 1}, {dpu: "7", time: "${noon}", direction: 0}])`,
      'readings[1]: direction must be 1 or -1, not 0.',
    ],
  ])('%s: %s', async (mutation, why) => {
    expect(await refusal(mutation)).toBe(why);
  });

  test('a batch of more than 10000 readings, while 10000 are taken', async () => {
    const readings = Array.from({ length: 10_001 }, () => ({ dpu: 'many', time: noon, direction: 1 }));
    const record =
      'mutation ($readings: [ReadingInput!]!) { recordReadings(readings: $readings) { accepted position } }';
    const { errors } = await gateway.ask(record, { readings });
    expect(errors?.[0]?.message).toBe('readings holds 10001; send at most 10000 at once.');
    const { recordReadings } = await gateway.query<Receipts>(record, { readings: readings.slice(1) });
    expect(recordReadings!.accepted).toBe(10_000);
    const { readings: found } = await gateway.query<{ readings: { totalCount: number } }>(
      '{ readings(dpu: "many") { totalCount } }',
      {},
      { 'Read-After': recordReadings!.position },
    );
    expect(found.totalCount).toBe(10_000);
  });
});

test('two changes that go ill together are made one after the other, and the second is refused', async () => {
  await change('saveSpace(input: {id: "H", name: "Hut"})');
  const asked = ['deleteSpace(id: "H")', 'saveDoorway(input: {id: "h", name: "Flap", ingress: "H"})'];
  const answers = await Promise.all(asked.map((field) => gateway.ask(`mutation { ${field} { accepted } }`)));
  expect(answers.map(({ errors }) => errors?.length ?? 0).sort()).toEqual([0, 1]);
});

test('what anybody has written to the topic before is seen too', async () => {
  await publishTopology(world, [space('from afar')]);
  await change('saveDoorway(input: {id: "afar", name: "Afar", ingress: "from afar"})');
});

describe('a sensor that speaks no GraphQL', () => {
  const ndjson = 'application/x-ndjson';
  const post = async (body: BodyInit | null, type = ndjson, init: RequestInit = {}) => {
    const headers = { 'content-type': type, ...init.headers };
    const sent = { method: 'POST', body, ...init, headers };
    const response = await fetch(`${url}/occupancy/readings?from=hall`, sent);
    const answer = (await response.json()) as Record<string, unknown>;
    return { status: response.status, allow: response.headers.get('allow'), answer };
  };
  const line = (dpu: string, id: number | string) =>
    JSON.stringify({ dpu_id: dpu, timestamp: noon, direction: 1, reading_id: id });
  const stored = async (dpu: string, { position }: Record<string, unknown>) => {
    const query = 'query ($dpu: ID!) { readings(dpu: $dpu) { totalCount } }';
    const read = { 'Read-After': String(position) };
    return (await gateway.query<{ readings: { totalCount: number } }>(query, { dpu }, read)).readings.totalCount;
  };

  test('sends its backlog by POST, one reading a line, whatever a line holds', async () => {
    const readings = Array.from({ length: 3_000 }, (_, id) => line('backlog', id));
    const lines = [...readings, 'nothing of the kind', '', line('backlog', 0), ''];
    const { status, answer } = await post(`\uFEFF${lines.join('\r\n')}`, 'Application/X-NDJSON; charset="UTF-8"');
    expect([status, answer.accepted]).toEqual([200, 3_002]);
    expect(await stored('backlog', answer)).toBe(3_000);
  });

  test('sends a line that Kafka does not take, and is told which, and that no other was taken', async () => {
    const tooLong = line('long', 'é'.repeat(500_000)); // not in characters, but in bytes
    const { status, answer } = await post([...Array(5_000).fill(line('long', 0)), '', tooLong].join('\n'));
    expect([status, answer.errors]).toEqual([
      400,
      [
        {
          message:
            'Line 5002 is longer than the 1000000 bytes that Kafka takes. No line was taken: leave this one out, and send the others again.',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    ]);
    const longest = line('long', 1).replace('}', '}'.padStart(1_000_001 - line('long', 1).length));
    const next = await post([longest, line('long', 2)].join('\n'));
    expect(next).toMatchObject({ status: 200, answer: { accepted: 2 } });
    expect(await stored('long', next.answer)).toBe(2);
  });

  const typeWanted = 'The Content-Type must be application/x-ndjson: one JSON object a line.';
  test.each<[number, string, BodyInit | null, string?, RequestInit?]>([
    [415, typeWanted, '{}', 'text/plain'],
    [415, typeWanted, '{}', 'application/ndjson-foo'],
    [415, typeWanted, '{}', ''],
    [415, 'The charset must be utf-8: leave it out.', '{}', 'application/x-ndjson; charset=utf-16le'],
    [
      415,
      'The body must come as it is: leave out the Content-Encoding, and do not compress it.',
      gzipSync('{}'),
      ndjson,
      { headers: { 'content-encoding': 'gzip' } },
    ],
    [405, 'Send it with POST.', null, undefined, { method: 'GET' }],
    [400, 'The body holds no reading; send one a line.', ' \n\uFEFF\n'],
    [400, 'The body is not UTF-8. Nothing of it was taken.', Buffer.from(`${line('Zürich', 1)}\n`, 'latin1')],
    [413, 'The body is larger than 16777216 bytes. Send it in parts.', ' '.repeat((16 << 20) + 1)],
    [413, 'The body has more than 250000 lines. Send it in parts.', '1\n'.repeat(8 << 20)],
    [413, 'The body has more than 250000 lines. Send it in parts.', '\n'.repeat(250_000) + line('late', 1)],
  ])('is told with %i: %s', async (status, message, body, type?: string, init?: RequestInit) => {
    const told = await post(body, type, init);
    expect(told).toMatchObject({ status, allow: status === 405 ? 'POST' : null, answer: { errors: [{ message }] } });
  });
});
