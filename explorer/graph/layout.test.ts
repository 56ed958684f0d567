import { expect, it } from 'vitest';
import { Layout } from './layout.ts';
import { Relations } from './relations.ts';

/** A company with so many people. */
function star(people: number, relations = new Relations(), company = '0') {
  const center = relations.node('Company', company)!;
  for (let id = 0; id < people; id += 1)
    relations.join('employment', relations.node('Person', `${company}${id}`)!, center);
  return relations;
}

function show(layout: Layout, { nodes, edges }: Relations): number {
  layout.show([...nodes.values()], [...edges.values()]);
  let rounds = 0;
  for (; layout.isMoving; rounds += 1) layout.work(0);
  return rounds;
}

const placesOf = ({ places }: Layout) => [...places.values()].map(({ key, x, y }) => [key, x, y] as const);

it('cools down, with nodes apart from each other', () => {
  const layout = new Layout();
  expect(show(layout, star(30))).toBeLessThan(150);
  const places = placesOf(layout);
  for (const [one, x, y] of places)
    for (const [other, x2, y2] of places) if (one !== other) expect(Math.hypot(x - x2, y - y2)).toBeGreaterThan(20);
});

it('keeps what stands where it stands when others come and go', () => {
  const layout = new Layout();
  show(layout, star(10));
  const before = placesOf(layout);
  const relations = star(10, star(10), '5');
  relations.join('acquisition', 'Company:0', 'Company:5');
  show(layout, relations);
  expect(placesOf(layout).slice(0, 11)).toEqual(before);
  expect(layout.places.size).toBe(22);
  expect(show(layout, star(10))).toBeGreaterThan(0);
  expect(placesOf(layout)).toEqual(before);
  expect(show(layout, star(10))).toBe(0);
});

it('lays out anew all but what is pinned', () => {
  const layout = new Layout();
  show(layout, star(10));
  layout.pin('Person:03', 300, 200);
  layout.again();
  show(layout, star(10));
  expect(layout.places.get('Person:03')).toMatchObject({ x: 300, y: 200 });
});
