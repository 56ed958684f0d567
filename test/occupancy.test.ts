import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TopologyMessage } from '../schema/occupancy/messages.ts';
import { type Client, client } from './client.ts';
import { fieldsNotAsked } from './fields.ts';
import { knownWorlds } from './occupancyArbitrary.ts';
import {
  calibration,
  doorway,
  dpu,
  mount,
  publishReadings,
  publishTopology,
  reading,
  space,
} from './occupancyMessages.ts';
import { bucketsOf, countAt, type Known } from './occupancyReference.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let gateway: Client;
const asked = new Set<string>();

beforeAll(async () => {
  world = await openWorld();
  await world.ingest();
  const { ask, query, subscribe } = client((await world.gateway()).url);
  gateway = {
    ask,
    query: (text, ...rest) => {
      asked.add(text);
      return query(text, ...rest);
    },
    subscribe,
  };
});
afterAll(() => world[Symbol.asyncDispose]());

const noon = Date.UTC(2018, 1, 24, 12);
const at = (ms: number) => new Date(noon + ms).toISOString();

interface Count {
  value: number;
  at: string;
  inferred: boolean;
  drift: boolean;
}

async function count(space: string, time: number, headers?: Record<string, string>): Promise<Count> {
  const { space: found } = await gateway.query<{ space: { count: Count } }>(
    'query ($space: ID!, $at: DateTime) { space(id: $space) { count(at: $at) { value at inferred drift } } }',
    { space, at: at(time) },
    headers,
  );
  return found.count;
}

describe('a building of a lobby, and a room behind it without a sensor of its own', () => {
  test('is counted at any time, whatever comes late and whatever is recorded late', async () => {
    await publishTopology(world, [
      ...[{ type: 'Space' as const, data: { id: 'A', name: 'Lobby', latitude: 47.4, longitude: 8.5, company: 77 } }],
      ...[space('B', 'Room'), doorway('X', 'A'), doorway('Z', 'A', 'B'), dpu(283), dpu(423)],
      ...[mount(283, 'X', noon - 1_000)],
    ]);
    const entered = reading(283, noon, 1);
    let read = await publishReadings(world, [
      ...[entered, entered, entered],
      ...[reading(283, noon + 20, -1, 'left'), reading(283, noon + 20, -1, 'left')],
      ...[reading(423, noon + 10, -1), reading(423, noon + 10, -1), reading('unknown', noon, 1)],
    ]);
    expect(await count('A', -1, read)).toEqual({ value: 0, at: at(-1), inferred: false, drift: false });
    expect(await count('A', 0)).toMatchObject({ value: 3 });
    expect(await count('A', 20)).toMatchObject({ value: 2 });
    expect(await count('B', 20)).toMatchObject({ value: 0, inferred: true });

    // The second sensor had been hanging there all the time.
    read = await publishTopology(world, [mount(423, 'Z', noon)]);
    expect(await count('A', 20, read)).toMatchObject({ value: 0 });
    expect(await count('B', 20)).toMatchObject({ value: 2, drift: false });
    read = await publishReadings(world, [reading(283, noon + 5, -1)]);
    expect(await count('A', 4, read)).toMatchObject({ value: 3 });
    expect(await count('A', 20)).toEqual({ value: -1, at: at(20), inferred: false, drift: true });

    // It had hung elsewhere for a while; and somebody has counted.
    read = await publishTopology(world, [mount(423, 'X', noon + 10), mount(423, 'Z', noon + 11)]);
    expect(await count('A', 20, read)).toMatchObject({ value: -1 });
    expect(await count('B', 20)).toMatchObject({ value: 0 });
    read = await publishTopology(world, [calibration('A', noon + 20, 9)]);
    expect(await count('A', 20, read)).toMatchObject({ value: 9, drift: false });
    expect(await count('A', 19)).toMatchObject({ value: 0 });
    const now = await gateway.query<{ space: { count: Count } }>('{ space(id: "A") { count { value at } } }');
    expect(now.space.count.value).toBe(9);
    expect(Math.abs(Date.parse(now.space.count.at) - Date.now())).toBeLessThan(60_000);
  });

  test('tells of its doorways, where sensors hung, and who passed them', async () => {
    const ms = (time: number) => new Date(noon + time).toISOString();
    expect(
      await gateway.query(`{ space(id: "A") { __typename id name latitude longitude company { id spaces { id } }
        doorways { id name ingress { id name } egress { id } mounts { dpu { id } doorway { id } from to } } } }`),
    ).toEqual({
      space: {
        ...{
          __typename: 'Space',
          id: 'A',
          name: 'Lobby',
          latitude: 47.4,
          longitude: 8.5,
          company: { id: '77', spaces: [{ id: 'A' }] },
        },
        doorways: [
          {
            ...{ id: 'X', name: 'Doorway X', ingress: { id: 'A', name: 'Lobby' }, egress: null },
            mounts: [
              { dpu: { id: '283' }, doorway: { id: 'X' }, from: ms(-1_000), to: null },
              { dpu: { id: '423' }, doorway: { id: 'X' }, from: ms(10), to: ms(11) },
            ],
          },
          {
            ...{ id: 'Z', name: 'Doorway Z', ingress: { id: 'A', name: 'Lobby' }, egress: { id: 'B' } },
            mounts: [
              { dpu: { id: '423' }, doorway: { id: 'Z' }, from: ms(0), to: ms(10) },
              { dpu: { id: '423' }, doorway: { id: 'Z' }, from: ms(11), to: null },
            ],
          },
        ],
      },
    });
    expect(
      await gateway.query(
        `query ($before: DateTime, $meanwhile: DateTime) { dpu(id: "423") { id mounts { from to doorway { name } }
          before: doorway(at: $before) { id } meanwhile: doorway(at: $meanwhile) { id } doorway { id } } }`,
        { before: ms(-1), meanwhile: ms(10) },
      ),
    ).toEqual({
      dpu: {
        id: '423',
        mounts: [
          { from: ms(0), to: ms(10), doorway: { name: 'Doorway Z' } },
          { from: ms(10), to: ms(11), doorway: { name: 'Doorway X' } },
          { from: ms(11), to: null, doorway: { name: 'Doorway Z' } },
        ],
        ...{ before: null, meanwhile: { id: 'X' }, doorway: { id: 'Z' } },
      },
    });
    const list = `query ($dpu: ID, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
      readings(dpu: $dpu, from: $from, to: $to, first: $first, after: $after) {
        totalCount edges { cursor node { id time direction dpu { id } doorway { id } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
    interface Readings {
      readings: {
        totalCount: number;
        edges: { node: { id: string; time: string; direction: number; doorway: { id: string } | null } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    }
    const seen: Readings['readings']['edges'][number]['node'][] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { readings }: Readings = await gateway.query(list, { dpu: '283', first: 2, after });
      expect(readings.totalCount).toBe(5);
      seen.push(...readings.edges.map(({ node }) => node));
      after = readings.pageInfo.endCursor;
      more = readings.pageInfo.hasNextPage;
    }
    expect(seen.map(({ time, direction, doorway }) => [Date.parse(time) - noon, direction, doorway?.id])).toEqual([
      [20, -1, 'X'],
      [5, -1, 'X'],
      [0, 1, 'X'],
      [0, 1, 'X'],
      [0, 1, 'X'],
    ]);
    expect(seen[0]!.id).toBe('left');
    expect(new Set(seen.map(({ id }) => id)).size).toBe(5);
    expect(seen[1]!.id).toMatch(/^occupancy\.readings\/\d+\/\d+$/);
    const { readings } = await gateway.query<Readings>(list, { from: ms(0), to: ms(10) });
    expect(readings.edges.map(({ node: { doorway } }) => doorway?.id ?? null)).toContain(null);
    expect(readings.totalCount).toBe(5);
  });

  test('is found in lists, in pages, and no longer when it is deleted', async () => {
    const read = await publishTopology(world, [
      ...[
        space('list-1', 'Straße'),
        space('list-2', 'STRASSE'),
        space('list-3', 'strasse'),
        space('list-4', 'Strasse'),
      ],
      ...[{ type: 'SpaceDeleted' as const, data: { id: 'list-4' } }],
      ...[dpu('gone'), { type: 'DpuDeleted' as const, data: { id: 'gone' } }],
      ...[doorway('gone', 'A'), { type: 'DoorwayDeleted' as const, data: { id: 'gone' } }],
      doorway('nowhere', 'unheard of'),
    ]);
    const spaces = async (variables: object) =>
      (
        await gateway.query<{
          spaces: { totalCount: number; edges: { node: { id: string } }[]; pageInfo: { endCursor: string } };
        }>(
          `query ($name: String, $first: Int, $after: String) { spaces(name: $name, first: $first, after: $after) {
            totalCount edges { node { id } cursor } pageInfo { endCursor hasNextPage hasPreviousPage startCursor } } }`,
          variables,
          read,
        )
      ).spaces;
    const first = await spaces({ name: 'straSSe', first: 2 });
    expect([first.totalCount, first.edges.map(({ node }) => node.id)]).toEqual([3, ['list-2', 'list-1']]);
    const second = await spaces({ name: 'straSSe', first: 2, after: first.pageInfo.endCursor });
    expect(second.edges.map(({ node }) => node.id)).toEqual(['list-3']);
    expect(
      await gateway.query(`{ gone: space(id: "list-4") { id } doorway(id: "gone") { id } dpu(id: "gone") { id }
        nowhere: doorway(id: "nowhere") { ingress { id name count { value inferred } } }
        dpus(first: 1) { totalCount edges { cursor node { id } } pageInfo { endCursor hasNextPage hasPreviousPage startCursor } }
        doorways(space: "B", first: 1) { totalCount edges { cursor node { id } } pageInfo { endCursor hasNextPage hasPreviousPage startCursor } } }`),
    ).toMatchObject({
      ...{ gone: null, doorway: null, dpu: null },
      nowhere: { ingress: { id: 'unheard of', name: 'unheard of', count: { value: 0, inferred: false } } },
      dpus: { totalCount: 2, edges: [{ node: { id: '283' } }], pageInfo: { hasNextPage: true } },
      doorways: { totalCount: 1, edges: [{ node: { id: 'Z' } }] },
    });
    const { dpus } = await gateway.query<{ dpus: { pageInfo: { endCursor: string } } }>(
      '{ dpus(first: 1) { pageInfo { endCursor } } }',
    );
    expect(
      await gateway.query('query ($after: String) { dpus(after: $after) { edges { node { id } } } }', {
        after: dpus.pageInfo.endCursor,
      }),
    ).toEqual({ dpus: { edges: [{ node: { id: '423' } }] } });
  });
});

describe('any topology and any readings', () => {
  const span = { from: 100, length: 1_900, every: 100 };

  /** Another world beside the others: its ids and times are its own. */
  const apart = (known: Known, name: string): Known => {
    const own = (id: string) => `${name}-${id}`;
    return {
      spaces: known.spaces.map(own),
      dpus: new Set([...known.dpus].map(own)),
      doorways: new Map(
        [...known.doorways.values()].map(({ id, name, ingress, egress }) => [
          own(id),
          { id: own(id), name, ingress: own(ingress), egress: egress === null ? null : own(egress) },
        ]),
      ),
      mounts: known.mounts.map(({ dpu, doorway, from, to }) => ({
        ...{ dpu: own(dpu), doorway: own(doorway), from: noon + from },
        to: to === null ? null : noon + to,
      })),
      calibrations: known.calibrations.map((one) => ({ ...one, space: own(one.space), at: noon + one.at })),
      readings: known.readings.map((one) => ({ ...one, dpu: own(one.dpu), time: noon + one.time })),
    };
  };

  const topologyOf = ({ spaces, dpus, doorways, mounts, calibrations }: Known): TopologyMessage[] => [
    ...spaces.map((id) => space(id)),
    ...[...dpus].map((id) => dpu(id)),
    // First they were told wrongly.
    ...[...doorways.values()].flatMap(({ id, ingress, egress }) => [
      doorway(id, 'elsewhere', ingress),
      doorway(id, ingress, egress),
    ]),
    ...mounts.map((one) => mount(one.dpu, one.doorway, one.from, one.to)),
    ...calibrations.map((one) => calibration(one.space, one.at, one.count)),
  ];

  async function check(known: Known, read: Record<string, string>): Promise<void> {
    const [from, to] = [noon + span.from, noon + span.from + span.length];
    const moments = [0, 555, 1_000, 1_234, 2_500].map((ms) => noon + ms);
    const counts = moments.map((_, n) => `c${n}: count(at: $t${n}) { value drift }`).join(' ');
    const arguments_ = moments.map((_, n) => `$t${n}: DateTime`).join(', ');
    const query = `query ($from: DateTime!, $to: DateTime!, $every: String!, ${arguments_}) {
      ${known.spaces.map((id, n) => `s${n}: space(id: "${id}") { ${counts} series(from: $from, to: $to, every: $every) { start entered left value min max } }`).join('\n')} }`;
    const variables = Object.fromEntries(moments.map((time, n) => [`t${n}`, new Date(time).toISOString()]));
    const found = await gateway.query<object>(
      query,
      { from: new Date(from).toISOString(), to: new Date(to).toISOString(), every: 'PT0.1S', ...variables },
      read,
    );
    const expected = Object.fromEntries(
      known.spaces.map((id, n) => {
        const values = moments.map((time) => countAt(known, id, time));
        const series = bucketsOf(known, id, from, to, span.every).map(({ start, ...bucket }) => ({
          start: new Date(start).toISOString(),
          ...bucket,
        }));
        return [
          `s${n}`,
          { ...Object.fromEntries(values.map((value, n) => [`c${n}`, { value, drift: value < 0 }])), series },
        ];
      }),
    );
    expect(found).toEqual(expected);
  }

  test('are counted as a recount from scratch does, before and after what is recorded late', async () => {
    const times = fc.integer({ min: 0, max: 20 }).map((n) => n * 100 + (n % 4 === 3 ? 1 : 0));
    const arbitrary = fc.record({
      drawn: knownWorlds(times, { mounts: 14, readings: 120 }),
      order: fc.infiniteStream(fc.nat()),
    });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ drawn, order }) => {
        const known = apart(drawn, `w${number++}`);
        const early: Known = {
          ...known,
          mounts: half(known.mounts),
          calibrations: half(known.calibrations),
          readings: half(known.readings),
        };
        const inAnyOrder = <T>(all: T[]) => shuffled(all, () => order.next().value!);
        // Those at even places have an id.
        const sent = ({ dpu, time, direction }: Known['readings'][number], place: number) =>
          reading(dpu, time, direction, place % 2 ? undefined : `r${place}`);
        const firstHalf = early.readings.map(sent);
        const all = known.readings.map(sent);
        await publishReadings(world, inAnyOrder(firstHalf));
        await checkAfter(early);
        // What has an id comes again, with what comes late, and then once more.
        const again = all.filter((_, place) => place % 2 === 0);
        await publishReadings(world, inAnyOrder([...again, ...all.slice(firstHalf.length)]));
        await checkAfter(known);
      }),
      { numRuns: 8, endOnFailure: true },
    );

    /** Records the topology, and checks when all that has been sent can be seen. */
    async function checkAfter(known: Known): Promise<void> {
      const readings = await publishReadings(
        world,
        Array.from({ length: 40 }, (_, at) => reading(`everywhere-${at}`, noon, 1)),
      );
      const read = await publishTopology(world, topologyOf(known));
      await gateway.query('{ dpus { totalCount } }', {}, readings);
      await check(known, read);
    }
  });
});

const half = <T>(all: T[]) => all.slice(0, all.length >> 1);

function shuffled<T>(all: T[], draw: () => number): T[] {
  const left = [...all];
  return all.map(() => left.splice(draw() % left.length, 1)[0]!);
}

test('every field of the subgraph that is not about writing or watching is asked for above', () => {
  const elsewhere = /^(Mutation|Receipt|Subscription|SpaceCountEvent|Station)\./;
  expect(fieldsNotAsked('occupancy', asked).filter((field) => !elsewhere.test(field))).toEqual([]);
});

test('hundreds of spaces are counted at once, however many DPUs with long names hang there', async () => {
  const spaces = Array.from({ length: 500 }, (_, n) => `hall-${n}-`.padEnd(150, 'x'));
  const dpus = spaces.flatMap((id) => [`${id}1`, `${id}2`]);
  const topology = await publishTopology(world, [
    ...spaces.flatMap((id) => [space(id, `Hall ${id}`), doorway(id, id)]),
    ...dpus.flatMap((id) => [dpu(id), mount(id, id.slice(0, -1), noon)]),
  ]);
  const readings = await publishReadings(
    world,
    dpus.map((id) => reading(id, noon, 1)),
  );
  await gateway.query('{ __typename }', {}, topology);
  const { spaces: found } = await gateway.query<{ spaces: { edges: { node: { count: { value: number } } }[] } }>(
    '{ spaces(name: "Hall hall-", first: 500) { edges { node { count { value } } } } }',
    {},
    readings,
  );
  expect(found.edges.map(({ node }) => node.count.value)).toEqual(spaces.map(() => 2));
});
