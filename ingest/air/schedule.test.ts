import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Feed, FeedWork } from '../../schema/air/feed.ts';
import { type Job, Schedule } from './schedule.ts';

const minute = 60_000;
const feed: Feed = {
  ...{ id: 'a', adapter: 'IQAIR_DAILY', endpoint: 'http://api.example/', query: {}, bucket: 'results', secret: null },
  ...{ intervalMs: 5 * minute, timeoutMs: 3 * minute, state: 'STARTED' },
};
const work: FeedWork = {
  ...{ feed: 'a', due: 0, next: 5 * minute, worker: 'other', state: 'CLAIMED', started: 0 },
  ...{ ended: null, outcome: null, last: null },
};

/** A schedule that owns one partition with this feed, started at 0, and what its worker has last said of it. */
function schedule(last?: Partial<FeedWork>, properties: Partial<Feed> = {}, living = ['me', 'other']): Schedule {
  const made = new Schedule('me');
  made.assign([0]);
  made.meet(new Set(living));
  made.take(0, 'public', { kind: 'FEED', feed: { ...feed, ...properties } }, 0);
  if (last) made.take(0, 'public', { kind: 'RUN', work: { ...work, ...last } }, 0);
  return made;
}

/** The interval that is due, in minutes, or when one will be. */
function due(of: Schedule, now: number): [due: number, next: number] | number {
  const { jobs, nextAt } = of.look(now * minute);
  return jobs.length > 0 ? [jobs[0]!.due / minute, jobs[0]!.next / minute] : nextAt / minute;
}

test.each<[string, Schedule, now: number, ReturnType<typeof due>]>([
  ['a new feed begins when it was started', schedule(), 0, [0, 5]],
  ['also when a worker comes late', schedule(), 12, [10, 15]],
  ['a feed that is done waits for its next interval', schedule({ state: 'DONE' }), 4, 5],
  ['and is fetched then', schedule({ state: 'DONE' }), 5, [5, 10]],
  ['after a downtime the present interval is fetched, and no other', schedule({ state: 'DONE' }), 27, [25, 30]],
  [
    'a changed interval counts from the end of the present one',
    schedule({ state: 'DONE' }, { intervalMs: minute }),
    4,
    5,
  ],
  ['and then', schedule({ state: 'DONE' }, { intervalMs: minute }), 7, [7, 8]],
  ['a stopped feed is never due', schedule(undefined, { state: 'STOPPED' }), 99, Number.POSITIVE_INFINITY],
  ['what another fetches is left to it', schedule({}), 4, 5],
  ['as long as it may take', schedule({ started: 3 * minute }), 5, 8],
  ['its next interval is not', schedule({}), 5, [5, 10]],
  ['what one that is gone has claimed is taken over at once', schedule({}, {}, ['me']), 1, [0, 5]],
  ['as is what was released', schedule({ state: 'RELEASED' }), 1, [0, 5]],
  ['as is what this worker has claimed and does not fetch', schedule({ worker: 'me' }), 1, [0, 5]],
  ['unless its time is over', schedule({}, {}, ['me']), 6, [5, 10]],
])('%s', (_, given, now, expected) => {
  expect(due(given, now)).toEqual(expected);
});

describe('what this worker fetches', () => {
  const claimed = { worker: 'me', started: 7 };
  const begun = () => {
    const made = schedule();
    made.begin(made.look(7).jobs[0]!, 7);
    return made;
  };
  const say = (made: Schedule, said: Partial<FeedWork>) =>
    made.take(0, 'public', { kind: 'RUN', work: { ...work, ...claimed, ...said } }, 0);

  test('is not due again until its partition says that it has ended', () => {
    const made = begun();
    expect(due(made, 3)).toBe(Number.POSITIVE_INFINITY);
    say(made, {});
    expect(due(made, 9)).toBe(Number.POSITIVE_INFINITY);
    say(made, { state: 'DONE' });
    expect(due(made, 9)).toEqual([5, 10]);
  });

  test('is not due again when the partition is read anew, whatever was said before', () => {
    const made = begun();
    made.assign([0]);
    made.take(0, 'public', { kind: 'FEED', feed }, 0);
    say(made, { started: 3, state: 'RELEASED' });
    say(made, {});
    expect(due(made, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  test('does not keep it from a later interval that another has done meanwhile', () => {
    const made = begun();
    say(made, { worker: 'other', due: 5 * minute, next: 10 * minute, state: 'DONE' });
    expect(due(made, 11)).toEqual([10, 15]);
  });
});

describe('the last word of a worker that was frozen does not count', () => {
  const late = (known: Partial<FeedWork>, said: Partial<FeedWork>) => {
    const made = schedule({ worker: 'me', state: 'DONE', ...known });
    made.take(0, 'public', { kind: 'RUN', work: { ...work, started: 1, ...said } }, 0);
    return due(made, 6);
  };
  test.each<[string, Partial<FeedWork>, Partial<FeedWork>, ReturnType<typeof due>]>([
    ['when it gives back what another has done', {}, { state: 'RELEASED' }, [5, 10]],
    ['when it has done that too', { next: 7 * minute }, { state: 'DONE' }, 7],
    ['when another has gone on', { due: 5 * minute, next: 10 * minute }, { state: 'RELEASED' }, 10],
    ['when it claims what is long over', { due: 5 * minute, next: 10 * minute }, {}, 10],
  ])('%s', (_, known, said, expected) => {
    expect(late(known, said)).toEqual(expected);
  });
});

test('tenants have feeds of the same name', () => {
  const made = schedule({ state: 'DONE' });
  made.take(0, 'acme', { kind: 'FEED', feed }, 0);
  expect(made.look(0).jobs.map(({ tenant }) => tenant)).toEqual(['acme']);
});

/** What happens to a feed: time goes on by so many seconds, then this. */
const event = fc.record({
  after: fc.integer({ min: 0, max: 900 }),
  what: fc.oneof(
    fc.record({ kind: fc.constant('START' as const), interval: fc.integer({ min: 1, max: 300 }) }),
    fc.constant({ kind: 'STOP' as const }),
    // All workers are gone for so long; another takes over what this one has left.
    fc.record({ kind: fc.constant('DOWN' as const), seconds: fc.integer({ min: 1, max: 2_000 }) }),
  ),
});

test('no interval is fetched twice, none begins within another, and none is left out while a worker is up', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), fc.integer({ min: 1, max: 90 }), (events, takes) => {
      const fetched: { due: number; next: number; at: number }[] = [];
      const log: Parameters<Schedule['take']>[] = [];
      let workers = 0;
      let now = 0;
      let present: Schedule;
      const publish = (...message: Parameters<Schedule['take']>) => {
        log.push(message);
        present.take(...message);
      };
      const takeOver = () => {
        present = new Schedule(`w${++workers}`);
        present.assign([0]);
        present.meet(new Set([`w${workers}`]));
        for (const message of log) present.take(...message);
      };
      const fetch = (job: Job) => {
        const said = { ...work, due: job.due, next: job.next, worker: `w${workers}`, started: now };
        present.begin(job, now);
        publish(0, 'public', { kind: 'RUN', work: said }, now);
        fetched.push({ due: job.due, next: job.next, at: now });
        now += Math.min(takes * 1000, job.feed.timeoutMs);
        publish(0, 'public', { kind: 'RUN', work: { ...said, state: 'DONE' } }, now);
      };
      const runUntil = (end: number) => {
        while (now <= end) {
          const { jobs, nextAt } = present.look(now);
          if (jobs[0]) fetch(jobs[0]);
          else if (nextAt > end) break;
          else now = nextAt;
        }
        now = Math.max(now, end);
      };
      takeOver();
      const up: { from: number; to: number }[] = [];
      let startedAt: number | undefined;
      const pause = () => {
        if (startedAt !== undefined) up.push({ from: startedAt, to: now });
        startedAt = undefined;
      };
      let state: Feed['state'] = 'STOPPED';
      for (const { after, what } of events) {
        runUntil(now + after * 1000);
        if (what.kind === 'DOWN') {
          pause();
          now += what.seconds * 1000;
          takeOver();
        } else {
          const intervalMs = what.kind === 'START' ? what.interval * 1000 : feed.intervalMs;
          pause();
          state = what.kind === 'START' ? 'STARTED' : 'STOPPED';
          publish(0, 'public', { kind: 'FEED', feed: { ...feed, intervalMs, timeoutMs: intervalMs, state } }, now);
        }
        if (state === 'STARTED') startedAt = now;
      }
      runUntil(now + 1_000_000);
      pause();
      for (const [place, { due, next, at }] of fetched.entries()) {
        expect(at).toBeGreaterThanOrEqual(due);
        expect(at).toBeLessThan(next);
        const before = fetched[place - 1];
        if (before) expect(due).toBeGreaterThanOrEqual(before.next);
      }
      // While it is up and started, at every moment an interval that was fetched lasts, or a fetch has just ended late.
      for (const { from, to } of up)
        for (let at = from; at < to; at += 5000) {
          const last = fetched.findLast((one) => one.at <= at);
          expect(last, `nothing was fetched before ${at}`).toBeDefined();
          const lateMs = Math.min(takes * 1000, last!.next - last!.due);
          expect(at).toBeLessThanOrEqual(Math.max(last!.next, last!.at + lateMs));
        }
    }),
    { numRuns: 100 },
  );
});
