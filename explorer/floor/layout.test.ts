import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { doors as demoDoors } from '../../ingest/occupancy/building.ts';
import type { Doorway, Space } from './building.ts';
import { type Plan, planOf, type Rect, sizes } from './layout.ts';

const spacesOf = (...ids: string[]): Space[] => ids.map((id) => ({ id, name: id }));
const door = (id: string, ingress: string | null, egress: string | null = null): Doorway => ({ id, ingress, egress });

const overlap = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const room = ({ rooms }: Plan, id: string) => rooms.find((one) => one.id === id)!;

describe('any graph of spaces', () => {
  const ids = fc.integer({ min: 0, max: 25 }).map(String);
  const graphs = fc.record({
    spaces: fc.uniqueArray(fc.record({ id: ids, name: fc.constantFrom('a', 'b', 'c') }), {
      selector: ({ id }) => id,
    }),
    doorways: fc.uniqueArray(
      fc.record({ id: fc.nat(60).map(String), ingress: fc.option(ids), egress: fc.option(ids) }),
      { selector: ({ id }) => id, maxLength: 60 },
    ),
    width: fc.integer({ min: sizes.room.width, max: 1_500 }),
  });

  it('has every space as one room, inside the plan, big enough, and over no other', () =>
    fc.assert(
      fc.property(graphs, ({ spaces, doorways, width }) => {
        const { rooms, height } = planOf(spaces, doorways, width);
        expect(rooms.map(({ id }) => id).sort()).toEqual(spaces.map(({ id }) => id).sort());
        rooms.forEach((room, at) => {
          expect(
            Math.min(room.x, room.y, width - room.x - room.width, height - room.y - room.height),
          ).toBeGreaterThanOrEqual(0);
          expect(room.width).toBeGreaterThanOrEqual(sizes.room.width - 1);
          expect(room.height).toBeGreaterThanOrEqual(sizes.room.height);
          expect(rooms.slice(at + 1).filter((other) => overlap(room, other))).toEqual([]);
        });
      }),
    ));

  it('has a doorway in a wall, or at both of its rooms, and each of them once', () =>
    fc.assert(
      fc.property(graphs, ({ spaces, doorways, width }) => {
        const plan = planOf(spaces, doorways, width);
        const shown = [...plan.doors, ...plan.passages].map(({ id }) => id);
        for (const { id } of plan.doors) {
          expect(shown.filter((one) => one === id)).toHaveLength(1);
          const at = plan.doors.find((one) => one.id === id)!;
          const { ingress, egress } = doorways.find((one) => one.id === id)!;
          for (const side of [ingress, egress].filter((one) => one !== null)) {
            const { x, y, width, height } = room(plan, side);
            expect(at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height).toBe(true);
          }
        }
        for (const { id, room } of plan.passages) {
          const { ingress, egress } = doorways.find((one) => one.id === id)!;
          expect([ingress, egress]).toContain(room);
        }
      }),
    ));

  it('has the same plan in whichever order it is told', () =>
    fc.assert(
      fc.property(
        graphs.chain(({ spaces, doorways, width }) =>
          fc.record({
            ...{ spaces: fc.constant(spaces), doorways: fc.constant(doorways), width: fc.constant(width) },
            shuffled: fc.shuffledSubarray(spaces, { minLength: spaces.length }),
            shuffledDoorways: fc.shuffledSubarray(doorways, { minLength: doorways.length }),
          }),
        ),
        ({ spaces, doorways, width, shuffled, shuffledDoorways }) => {
          expect(planOf(shuffled, shuffledDoorways, width)).toEqual(planOf(spaces, doorways, width));
        },
      ),
    ));

  it('has a room that is entered from outdoors on the ground, where there is space for all of them', () =>
    fc.assert(
      fc.property(graphs, ({ spaces, doorways }) => {
        const plan = planOf(spaces, doorways, sizes.room.width * 100);
        const bottoms = plan.grounds.map(({ y }) => y);
        for (const { ingress, egress } of doorways) {
          const inner = ingress ?? egress;
          if ((ingress === null) === (egress === null) || !room(plan, inner!)) continue;
          expect(bottoms).toContain(room(plan, inner!).y + room(plan, inner!).height);
        }
      }),
    ));
});

describe('the demo', () => {
  const spaces = spacesOf(...new Set(demoDoors.map(({ ingress }) => ingress)), 'stairs');
  it.each([4 * sizes.room.width, 420, 900])('has all its doorways in walls, %i pixels wide', (width) => {
    const plan = planOf(spaces, demoDoors, width);
    expect(plan.passages).toEqual([]);
    expect(plan.doors).toHaveLength(demoDoors.length);
    expect(plan.height).toBe(4 * sizes.room.height + sizes.ground);
  });

  it('points into the ingress', () => {
    const { doors } = planOf(spaces, demoDoors, 400);
    const towards = Object.fromEntries(doors.map(({ id, towards }) => [id, towards]));
    expect(towards).toMatchObject({ 'main-entrance': 'up', 'stairs-gate': 'down', 'terrace-door': 'up' });
    expect(towards['cafeteria-door']).toBe('left');
  });
});

test('a circle of rooms, one of them entered, has all its doorways in walls', () => {
  const spaces = spacesOf('a', 'b', 'c', 'd', 'e');
  const circle = ['ab', 'bc', 'cd', 'de', 'ea'].map(([one, other]) => door(`${one}${other}`, one!, other!));
  const { doors, passages } = planOf(spaces, [...circle, door('in', 'a')], 400);
  expect(doors).toHaveLength(6);
  expect(passages).toEqual([]);
});

test('siblings with a doorway between them come to stand side by side', () => {
  const doorways = [door('in', 'z'), ...['a', 'b', 'c'].map((id) => door(`z${id}`, id, 'z')), door('ac', 'a', 'c')];
  expect(planOf(spacesOf('a', 'b', 'c', 'z'), doorways, 400).passages).toEqual([]);
});

test('a doorway from a room into itself, or into one that is not there, is a passage; of outdoors into itself nothing', () => {
  const doorways = [
    door('loop', 'a', 'a'),
    door('away', 'b', 'gone'),
    door('none', null),
    door('in', 'a'),
    door('ab', 'b', 'a'),
  ];
  const { doors, passages } = planOf(spacesOf('a', 'b'), doorways, 300);
  expect(doors.map(({ id }) => id).sort()).toEqual(['ab', 'in']);
  expect(passages.map(({ id, room, isIngress }) => [id, room, isIngress])).toEqual([
    ['away', 'b', true],
    ['loop', 'a', true],
  ]);
});

test('buildings stand side by side where they fit, and rooms without doorways at the end', () => {
  const doorways = [door('1', 'a'), door('2', 'b'), door('3', 'c', 'b')];
  const [wide, narrow] = [400, 100].map((width) => planOf(spacesOf('a', 'b', 'c', 'd'), doorways, width));
  const bottom = (plan: Plan, id: string) => room(plan, id).y + room(plan, id).height;
  expect(bottom(wide!, 'a')).toBe(bottom(wide!, 'b'));
  expect(bottom(narrow!, 'a')).toBeGreaterThan(bottom(narrow!, 'b'));
  expect(bottom(wide!, 'd')).toBe(wide!.height - sizes.ground);
  expect(wide!.grounds.map(({ name }) => name)).toEqual(['Outdoors', 'Outdoors', 'Without a way elsewhere']);
});

test('200 rooms are planned at once, behind one another, side by side or all joined', () => {
  const ids = Array.from({ length: 200 }, (_, at) => String(at));
  const kinds: Record<string, Doorway[]> = {
    chain: ids.map((id, at) => door(id, id, at === 0 ? null : ids[at - 1]!)),
    star: ids.map((id, at) => door(id, id, at === 0 ? null : '0')),
    ring: ids.flatMap((id, at) => [door(id, id, at === 0 ? null : '0'), door(`${id}+`, id, ids[(at * 7 + 1) % 200]!)]),
  };
  for (const doorways of Object.values(kinds)) {
    const begun = performance.now();
    expect(planOf(spacesOf(...ids), doorways, 380).rooms).toHaveLength(200);
    expect(performance.now() - begun).toBeLessThan(1_000);
  }
});

test('nothing is planned of nothing', () =>
  expect(planOf([], [], 300)).toEqual({ height: 0, rooms: [], doors: [], passages: [], grounds: [] }));
