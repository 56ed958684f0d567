import { describe, expect, test } from 'vitest';
import { ContractError } from '../contract.ts';
import { parseTopologyMessage, type TopologyChange } from './topology.ts';

const noon = '2026-01-31T12:00:00Z';
const time = Date.UTC(2026, 0, 31, 12);
const message = (type: string, data: object) => JSON.stringify({ type, data });

test.each<[string, object, TopologyChange]>([
  [
    'Space',
    { id: 'a', name: ' Lobby  North ', latitude: 47.5, longitude: -8, company: 7 },
    {
      ...{ kind: 'SPACE', id: 'a', moment: 0 },
      saved: { id: 'a', name: 'Lobby North', latitude: 47.5, longitude: -8, company: '7' },
    },
  ],
  [
    'Space',
    { id: 1, name: 'A', company: null },
    {
      ...{ kind: 'SPACE', id: '1', moment: 0 },
      saved: { id: '1', name: 'A', latitude: null, longitude: null, company: null },
    },
  ],
  [
    'Doorway',
    { id: 'x', name: 'X', ingress: 'a', egress: 'b' },
    { kind: 'DOORWAY', id: 'x', moment: 0, saved: { id: 'x', name: 'X', ingress: 'a', egress: 'b' } },
  ],
  [
    'Doorway',
    { id: 'x', name: 'X', ingress: 'a' },
    { kind: 'DOORWAY', id: 'x', moment: 0, saved: { id: 'x', name: 'X', ingress: 'a', egress: null } },
  ],
  ['Dpu', { id: 283 }, { kind: 'DPU', id: '283', moment: 0, saved: { id: '283' } }],
  [
    'Mount',
    { dpu: 283, doorway: 'x', from: noon },
    { kind: 'MOUNT', id: '283', moment: time, saved: { dpu: '283', doorway: 'x', from: time, to: null } },
  ],
  [
    'Mount',
    { dpu: 283, doorway: 'x', from: noon, to: '2026-01-31T12:00:00.001Z' },
    { kind: 'MOUNT', id: '283', moment: time, saved: { dpu: '283', doorway: 'x', from: time, to: time + 1 } },
  ],
  [
    'Calibration',
    { space: 'a', at: noon, count: 0 },
    { kind: 'CALIBRATION', id: 'a', moment: time, saved: { space: 'a', at: time, count: 0 } },
  ],
  ['SpaceDeleted', { id: 'a' }, { kind: 'SPACE', id: 'a', moment: 0, saved: null }],
  ['DoorwayDeleted', { id: 'x' }, { kind: 'DOORWAY', id: 'x', moment: 0, saved: null }],
  ['DpuDeleted', { id: '283' }, { kind: 'DPU', id: '283', moment: 0, saved: null }],
  ['MountDeleted', { dpu: 283, from: noon }, { kind: 'MOUNT', id: '283', moment: time, saved: null }],
  ['CalibrationDeleted', { space: 'a', at: noon }, { kind: 'CALIBRATION', id: 'a', moment: time, saved: null }],
])('%s %o is taken', (type, data, change) => {
  expect(parseTopologyMessage(message(type, data))).toEqual(change);
});

describe('what is no topology is refused for a reason:', () => {
  test.each<[reason: string, text: string | null]>([
    ['the message has no value; occupancy.topology takes deletions as messages of their own', null],
    [
      '"type" is missing; it must be one of Space, SpaceDeleted, Doorway, DoorwayDeleted, Dpu, DpuDeleted, Mount, MountDeleted, Calibration, CalibrationDeleted',
      '{}',
    ],
    [
      'unknown type "constructor"; it must be one of Space, SpaceDeleted, Doorway, DoorwayDeleted, Dpu, DpuDeleted, Mount, MountDeleted, Calibration, CalibrationDeleted',
      message('constructor', {}),
    ],
    ['data.latitude must be <= 90, not 91', message('Space', { id: 'a', name: 'A', latitude: 91 })],
    ['data.id must NOT have fewer than 1 characters, not ""', message('Dpu', { id: '' })],
    ['data.id must be >= 0, not -1', message('Dpu', { id: -1 })],
    ['data.id must be string, not true; data.id must be integer, not true', message('Dpu', { id: true })],
    ['data.name is empty', message('Space', { id: 'a', name: ' \t' })],
    ['doorway x leads from a to itself', message('Doorway', { id: 'x', name: 'X', ingress: 'a', egress: 'a' })],
    ["data must have required property 'from'", message('Mount', { dpu: 1, doorway: 'x' })],
    [
      'data.from must be a moment such as 2026-01-31T12:00:00Z, not "noon"',
      message('Mount', { dpu: 1, doorway: 'x', from: 'noon' }),
    ],
    [
      `data.to ${noon} is not after data.from ${noon}`,
      message('Mount', { dpu: 1, doorway: 'x', from: noon, to: noon }),
    ],
    ['data.count must be >= 0, not -1', message('Calibration', { space: 'a', at: noon, count: -1 })],
    ['data.count must be integer, not 1.5', message('Calibration', { space: 'a', at: noon, count: 1.5 })],
  ])('%s', (reason, text) => {
    expect(() => parseTopologyMessage(text)).toThrow(new ContractError(reason));
  });
});
