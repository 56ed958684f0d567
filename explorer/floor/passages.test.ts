import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { passedBy, readingsQuestion } from './passages.ts';
import type { Doorway } from './questions.ts';

const time = (minute: number) => Date.UTC(2026, 0, 31, 12, minute);
const mount = (dpu: string, from: number, to: number | null = null) => ({
  dpu: { id: dpu },
  from: new Date(time(from)).toISOString(),
  to: to === null ? null : new Date(time(to)).toISOString(),
});
const space = (id: string) => ({ id, name: id });
const doorways: Doorway[] = [
  { id: 'front', name: 'Front', ingress: space('lobby'), egress: null, mounts: [mount('a', 0, 10), mount('b', 10)] },
  {
    id: 'gate',
    name: 'Gate',
    ingress: space('stairs'),
    egress: space('lobby'),
    mounts: [mount('c', 0), mount('a', 10)],
  },
];

test('the sensors are asked that hung there meanwhile, each once', () => {
  const { query, variables } = readingsQuestion(doorways, time(2), time(10))!;
  expect(() => parse(query)).not.toThrow();
  expect(variables).toEqual({ from: '2026-01-31T12:02:00.000Z', to: '2026-01-31T12:10:00.000Z', s0: 'a', s1: 'c' });
  expect(readingsQuestion(doorways, time(9), time(11))!.variables).toMatchObject({ s0: 'a', s1: 'b', s2: 'c' });
  expect(readingsQuestion(doorways, time(-9), time(0))).toBeUndefined();
});

const reading = (doorway: string | null, direction: number) => ({
  node: { direction, doorway: doorway === null ? null : { id: doorway } },
});

test('who passes a doorway towards its ingress enters there, and leaves the space on its other side', () => {
  const edges = [
    reading('front', 1),
    reading('front', -1),
    reading('gate', 1),
    reading('gate', 1),
    reading(null, 1),
    reading('far', 1),
  ];
  const passed = (of: string) => Object.fromEntries(passedBy(of, doorways, { s0: { totalCount: 6, edges } }));
  expect(passed('lobby')).toEqual({ front: { entered: 1, left: 1 }, gate: { entered: 0, left: 2 } });
  expect(passed('stairs')).toMatchObject({ gate: { entered: 2, left: 0 } });
});

test('nothing is told of doorways when not all of their readings are known', () =>
  expect(passedBy('lobby', doorways, { s0: { totalCount: 2, edges: [reading('front', 1)] } }).size).toBe(0));
