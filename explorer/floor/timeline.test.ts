import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  bucketAt,
  frameMs,
  nextOf,
  positionOf,
  readableTime,
  stretches,
  type Timeline,
  timeAt,
  timelineAt,
} from './timeline.ts';

const present = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) });

describe.each(stretches)('$name', (stretch) => {
  it('has whole buckets, all of them over, the last one just now', () =>
    fc.assert(
      fc.property(present, (now) => {
        const { from, to, everyMs, count } = timelineAt(stretch, now);
        expect(to - from).toBe(count * everyMs);
        expect(from % everyMs).toBe(0);
        expect(now - to).toBeGreaterThanOrEqual(0);
        expect(now).toBeLessThan(nextOf({ from, to, everyMs, count }));
      }),
    ));

  it('finds the position of each of its times, and of now', () => {
    const timeline = timelineAt(stretch, Date.UTC(2026, 0, 31, 12, 7));
    for (let position = 0; position <= timeline.count; position++)
      expect(positionOf(timeline, timeAt(timeline, position))).toBe(position);
    expect(timeAt(timeline, timeline.count)).toBeUndefined();
    expect(timeAt(timeline, timeline.count - 1)).toBe(timeline.to);
  });

  it('snaps any other time to the nearest end of a bucket, but never to now', () =>
    fc.assert(
      fc.property(present, present, (now, time) => {
        const timeline = timelineAt(stretch, now);
        const snapped = timeAt(timeline, positionOf(timeline, time))!;
        const nearest = Math.min(Math.max(time, timeline.from + timeline.everyMs), timeline.to);
        expect(Math.abs(snapped - nearest)).toBeLessThanOrEqual(timeline.everyMs / 2);
      }),
    ));

  it('is played with at most ten frames a second', () =>
    expect(frameMs(timelineAt(stretch, 0))).toBeGreaterThanOrEqual(100));

  it('is asked for in as many buckets as the gateway gives at once', () =>
    expect(stretch.lengthMs / stretch.everyMs).toBeLessThanOrEqual(10_000));
});

test('what was answered of another stretch is in no bucket', () => {
  const [hour, day] = stretches.map((stretch) => timelineAt(stretch, Date.UTC(2026, 0, 31, 12, 7)));
  const course = Array.from({ length: day!.count }, (_, at) => {
    return { start: new Date(day!.from + at * day!.everyMs).toISOString() };
  });
  const found = (timeline: Timeline) => course.filter((bucket, at) => bucketAt(timeline, at, course) === bucket).length;
  expect(found(day!)).toBe(day!.count);
  expect(found(hour!)).toBe(0);
  expect(bucketAt(day!, 0, course.slice(1))).toBeUndefined();
  expect(bucketAt(day!, 0, undefined)).toBeUndefined();
});

test('times are read in UTC', () => expect(readableTime(Date.UTC(2026, 0, 31, 0, 5))).toBe('Sat 31 Jan, 00:05 UTC'));
