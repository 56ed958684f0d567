import { expect, test } from 'vitest';
import { toReading } from '../../schema/occupancy/reading.ts';
import { toTopologyChange } from '../../schema/occupancy/topology.ts';
import { effect, type Known } from '../../test/occupancyReference.ts';
import { buildingDemo, type Place } from './building.ts';
import { dayMs, hourMs, inventedDay } from './demo.ts';

const midnight = Date.UTC(2026, 0, 31);
const messages = (day: number) => inventedDay(day).map(({ message }) => message);

/** What is known after some days. */
function known(...days: number[]): Known {
  const known: Known = {
    ...{ spaces: [], dpus: new Set(), doorways: new Map(), mounts: [], calibrations: [], readings: [] },
  };
  for (const message of [...buildingDemo(), ...days.flatMap(messages)]) {
    if ('dpu_id' in message) {
      known.readings.push(toReading(message, Date.parse(message.timestamp)));
      continue;
    }
    const { kind, id, saved } = toTopologyChange(message);
    if (kind === 'SPACE') known.spaces.push(id);
    else if (kind === 'DOORWAY') known.doorways.set(id, saved!);
    else if (kind === 'DPU') known.dpus.add(id);
    else if (kind === 'MOUNT') known.mounts.push(saved!);
    else known.calibrations.push(saved!);
  }
  return known;
}

/** The count of every space after each reading, in order of time. */
function* counts(all: Known): Generator<{ time: number; count: Record<Place, number> }> {
  const count = Object.fromEntries(all.spaces.map((space) => [space, 0])) as Record<Place, number>;
  const calibrations = all.calibrations.toSorted((a, b) => a.at - b.at);
  for (const reading of all.readings.toSorted((a, b) => a.time - b.time)) {
    for (; calibrations[0] && calibrations[0].at < reading.time; calibrations.shift())
      count[calibrations[0].space as Place] = calibrations[0].count;
    for (const space of all.spaces) count[space as Place] += effect(all, space, reading);
    yield { time: reading.time, count: { ...count } };
  }
}

test('the same day is the same every time, and each of its readings has an id of its own', () => {
  expect(inventedDay(midnight)).toEqual(inventedDay(midnight));
  expect(inventedDay(midnight + dayMs)).not.toEqual(inventedDay(midnight));
  const readings = messages(midnight).filter((message) => 'dpu_id' in message);
  expect(new Set(readings.map(({ reading_id }) => reading_id)).size).toBe(readings.length);
  expect(inventedDay(midnight).every(({ at }) => at >= midnight && at < midnight + dayMs)).toBe(true);
});

test('nobody leaves who has not entered, and by midnight all have gone, but for what the terrace drifts', () => {
  const days = [0, 1, 2].map((day) => midnight + day * dayMs);
  const negative = new Set<string>();
  for (const { count } of counts(known(...days)))
    for (const [space, value] of Object.entries(count)) if (value < 0) negative.add(space);
  expect([...negative]).toEqual(['terrace']);
  for (const day of days) {
    const { count } = [...counts(known(day))].at(-1)!;
    expect(count.terrace).toBeLessThan(-5);
    expect(count).toEqual({ ...emptied(count), terrace: count.terrace, 'third-floor': -count.terrace });
  }
});

const emptied = (count: Record<Place, number>) => Object.fromEntries(Object.keys(count).map((space) => [space, 0]));

test('there are crowds in the morning, at noon and in the evening, quiet hours, and never a long silence', () => {
  const all = known(midnight);
  const at = new Map<number, Record<Place, number>>();
  for (const { time, count } of counts(all)) at.set(Math.floor((time - midnight) / hourMs), count);
  const people = (hour: number) => Object.values(at.get(hour)!).reduce((sum, count) => sum + count, 0);
  expect(people(10)).toBeGreaterThan(200);
  expect(at.get(12)!.cafeteria).toBeGreaterThan(5 * at.get(15)!.cafeteria);
  expect(at.get(19)!.terrace).toBeGreaterThan(60);
  expect(people(3)).toBeLessThan(25);
  const times = all.readings.map(({ time }) => time).sort((a, b) => a - b);
  const pauses = times.map((time, n) => time - (times[n - 1] ?? midnight));
  expect(Math.max(...pauses, midnight + dayMs - times.at(-1)!)).toBeLessThan(4 * 60_000);
});

test('a sensor is moved at noon, another sends two hours late, and two spaces are calibrated in the morning', () => {
  const { mounts, calibrations } = known(midnight);
  expect(mounts.filter(({ dpu }) => dpu === 'demo-102')).toEqual([
    { dpu: 'demo-102', doorway: 'side-entrance', from: midnight, to: null },
    { dpu: 'demo-102', doorway: 'garden-door', from: midnight + 12 * hourMs, to: null },
  ]);
  expect(calibrations.map(({ space, at }) => [space, at - midnight])).toEqual([
    ['terrace', 5 * hourMs],
    ['third-floor', 5 * hourMs],
  ]);
  const late = inventedDay(midnight).flatMap(({ at, message }) =>
    'dpu_id' in message && Date.parse(message.timestamp) !== at ? [{ ...message, at }] : [],
  );
  expect(late.length).toBeGreaterThan(30);
  for (const { dpu_id, timestamp, at } of late) {
    expect([dpu_id, at]).toEqual(['demo-109', midnight + 12 * hourMs]);
    expect(at - Date.parse(timestamp)).toBeLessThanOrEqual(2 * hourMs);
  }
});
