import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isCurrent, isPresent, limits, Relations } from './relations.ts';

const stint = fc.record({
  title: fc.constantFrom('Cook', 'Chef', null),
  startDate: fc.constantFrom('2010-01-01', '2015-01-01', null),
  endDate: fc.constant(null),
});
const job = fc.tuple(fc.nat(3), fc.nat(3), stint);

function of(jobs: [number, number, object][]): Relations {
  const relations = new Relations();
  for (const [person, company, stint] of jobs)
    relations.join('employment', relations.node('Person', `${person}`)!, relations.node('Company', `${company}`)!, {
      stint,
    });
  return relations;
}

const told = ({ nodes, edges }: Relations) => ({
  nodes: [...nodes.keys()].sort(),
  stints: [...edges.values()].flatMap(({ key, stints }) => stints.map((one) => `${key} ${JSON.stringify(one)}`)).sort(),
});

it('is the same from whichever places, in whichever order', () =>
  fc.assert(
    fc.property(fc.array(job), fc.array(job), (some, others) => {
      const both = of(some);
      both.add(of(others));
      expect(told(both)).toEqual(told(of([...others, ...some])));
      both.add(both);
      expect(told(both)).toEqual(told(of([...some, ...others])));
    }),
  ));

it('keeps the same object while nothing more is told of it', () => {
  const relations = of([[1, 1, { title: 'Cook' }]]);
  const before = [...relations.nodes.values(), ...relations.edges.values()];
  relations.add(of([[1, 1, { title: 'Cook' }]]));
  const after = [...relations.nodes.values(), ...relations.edges.values()];
  expect(after.every((one, index) => one === before[index])).toBe(true);
  relations.add(of([[1, 1, { startDate: '2010-01-01' }]]));
  expect(relations.edges.values().next().value?.stints).toEqual([{ title: 'Cook', startDate: '2010-01-01' }]);
});

it('tells a stint that is over from one that goes on, whatever was asked for', () => {
  const relations = of([
    [1, 1, { current: true }],
    [1, 1, { current: false }],
    [2, 1, { title: 'Cook', startDate: '2010-01-01', endDate: null, current: true }],
    [2, 1, { title: 'Cook', endDate: '2005-01-01', current: false }],
  ]);
  expect([...relations.edges.values()].map((edge) => [edge.stints.length, isPresent(edge)])).toEqual([
    [2, true],
    [2, true],
  ]);
});

it('learns who bought whom', () => {
  const relations = new Relations();
  const [a, b] = [relations.node('Company', '1')!, relations.node('Company', '2')!];
  relations.join('deal', a, b);
  relations.join('acquisition', b, a, { merged: true });
  relations.join('deal', a, b);
  expect([...relations.edges.keys()]).toEqual([`acquisition ${b} ${a}`]);
});

it('holds no more than its limit, and says so', () => {
  const relations = new Relations();
  for (let id = 0; id <= limits.held; id += 1) relations.node('Person', `${id}`);
  expect([relations.nodes.size, relations.isFull]).toEqual([limits.held, true]);
  expect(relations.node('Person', '0')).toBe('Person:0');
});

it.each([
  [{ current: false, startDate: '2010-01-01', endDate: null }, false],
  [{ startDate: '2010-01-01', endDate: null }, true],
  [{ startDate: null, endDate: null }, false],
  [{ endDate: '2010-01-01' }, false],
  [{ startDate: '2010-01-01' }, undefined],
  [{ title: 'Cook' }, undefined],
])('tells whether %j goes on: %j', (stint, expected) => expect(isCurrent(stint)).toBe(expected));
