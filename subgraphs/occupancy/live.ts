import { setTimeout as delay } from 'node:timers/promises';
import { longestTimerMs } from '../../platform/timer.ts';
import type { Reading } from '../../schema/occupancy/reading.ts';
import type { TopologyChange } from '../../schema/occupancy/topology.ts';
import { Queued } from '../queued.ts';
import type { Position } from '../streams/position.ts';
import type { StreamEvent } from '../streams/seam.ts';
import { type Interval, intervalsOf, type Topology } from './attribution.ts';
import type { Around, CountBefore } from './questions.ts';

/** A subscription that gives every message of a topic; null for one that breaks its contract. */
export interface Source<T> extends AsyncIterator<StreamEvent<T | null>, undefined> {
  readonly startPosition: Position;
}

/** What has been told: what stands before a position in each topic, at a time, ms since 1970. */
export interface CountState {
  topology: Position;
  readings: Position;
  time: number;
}

export interface LiveCountOptions {
  space: string;
  /** From when on, in milliseconds since 1970. */
  start: number;
  /** Where the topics ended when the subscriptions began: what stands before is history. */
  ends: { topology: Position; readings: Position };
  /** Whether the count at the start has been told before. */
  resumed: boolean;
  until: number | undefined;
  /** The topology before a position; waits until the view has reached it. */
  around(position: Position, ended: AbortSignal): Promise<Around>;
  /** The count of what is told; waits until the view has reached the position of the readings. */
  count(around: Around, state: CountState, ended: AbortSignal): Promise<CountBefore>;
  encode(state: CountState): string;
  now(): number;
}

interface CountEvent {
  count: CountBefore & { at: Date };
  late: boolean;
  readonly cursor: string;
  at: Date;
}

/**
 * The count of one space, live: an event for each message that touches it, and one when the time comes of what a fast
 * clock has put into the future.
 *
 * The state is a position in each of the two topics, and a time; all three are in the cursor. No count is kept here:
 * every one is asked of the tables, at that time, of what stands before the positions. So whoever resumes is told what
 * everybody else is told, and the last event is what `count` answers.
 */
export class LiveCount extends Queued<CountEvent> {
  readonly #topology: Head<TopologyChange>;
  readonly #readings: Head<Reading>;
  readonly #options: LiveCountOptions;
  #time: number;
  #around: Around | undefined;
  #intervals = new Map<string, Interval[]>();
  /** When the count changes by itself. */
  #next = Number.POSITIVE_INFINITY;
  /** How many readings were known to count. */
  #known = 0;

  constructor(topology: Source<TopologyChange>, readings: Source<Reading>, options: LiveCountOptions) {
    super();
    this.#topology = new Head(topology, options.ends.topology);
    this.#readings = new Head(readings, options.ends.readings);
    this.#options = options;
    this.#time = options.start;
  }

  protected release() {
    return Promise.all([this.#topology.source.return?.(), this.#readings.source.return?.()]);
  }

  protected async step(): Promise<void> {
    if (!this.#around) return this.#begin();
    const open = [this.#topology, this.#readings].filter(({ done }) => !done);
    if (open.length === 0) return this.#finish();
    const head = await this.#unlessDue(first(open));
    if (head === 'due' || (head.event && head.event.at.getTime() > this.#next)) return this.#tellDue();
    if (head.done) return;
    if (head === this.#topology) await this.#learn(this.#topology.take());
    else await this.#see(this.#readings.take());
  }

  async #begin(): Promise<void> {
    await this.#know();
    const count = await this.#count(this.#time);
    if (!this.#options.resumed) this.#tell(count, false, new Date(this.#time));
  }

  async #learn({ value: change, at }: StreamEvent<TopologyChange | null>): Promise<void> {
    if (!change || !touches(change, this.#options.space, this.#around!.topology)) return;
    await this.#know();
    const count = await this.#count(Math.max(this.#time, at.getTime()));
    if (change.moment <= this.#time) this.#tell(count, change.moment < count.newest, at);
  }

  async #see({ value: reading, at }: StreamEvent<Reading | null>): Promise<void> {
    if (!reading) return;
    const { dpu, time } = reading;
    if (!this.#intervals.get(dpu)?.some(({ from, to }) => from <= time && time < to)) return;
    const before = this.#known;
    const count = await this.#count(Math.max(this.#time, at.getTime()));
    // One that comes again is not one more; and one of the future is told when its time has come.
    if (count.readings > before && time <= this.#time) this.#tell(count, time < count.newest, at);
  }

  async #tellDue(): Promise<void> {
    const due = this.#next;
    this.#tell(await this.#count(due), false, new Date(due));
  }

  /** What falls due before the end is told; nothing else can come. */
  async #finish(): Promise<void> {
    const { until, now } = this.#options;
    if (this.#next < Math.min(until ?? 0, now())) return this.#tellDue();
    this.complete = true;
  }

  async #know(): Promise<void> {
    const { space, around } = this.#options;
    this.#around = await around(this.#topology.position, this.ended.signal);
    this.#intervals = Map.groupBy(intervalsOf(space, this.#around.topology), ({ dpu }) => dpu);
  }

  async #count(time: number): Promise<CountBefore> {
    this.#time = time;
    const count = await this.#options.count(this.#around!, this.#state(), this.ended.signal);
    this.#next = count.next;
    this.#known = count.readings;
    return count;
  }

  #state(): CountState {
    return { topology: this.#topology.position, readings: this.#readings.position, time: this.#time };
  }

  #tell(count: CountBefore, late: boolean, at: Date): void {
    const { encode } = this.#options;
    const state = this.#state();
    this.queue.push({
      count: { ...count, at: new Date(state.time) },
      late,
      at,
      get cursor() {
        return encode(state);
      },
    });
  }

  /** What has come, or 'due' when the time has come at which the count changes by itself. */
  async #unlessDue<T>(coming: Promise<T>): Promise<T | 'due'> {
    if (this.#next === Number.POSITIVE_INFINITY) return coming;
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, this.ended.signal]);
    const due = async (): Promise<'due'> => {
      // Longer delays than a timer takes end early, and begin again.
      for (let left = 1; left > 0 && !signal.aborted; ) {
        left = this.#next - this.#options.now();
        await delay(Math.min(Math.max(left, 0), longestTimerMs), undefined, { signal }).catch(() => {});
      }
      return 'due';
    };
    try {
      return await Promise.race([coming, due()]);
    } finally {
      done.abort();
    }
  }
}

/** The next event of a source, which may be waited for again and again until it is taken. */
class Head<T> {
  event: StreamEvent<T | null> | undefined;
  done = false;
  /** The place after what has been taken. */
  position: Position;
  #historyEnd: Position;
  #coming: Promise<this> | undefined;

  constructor(
    readonly source: Source<T>,
    historyEnd: Position,
  ) {
    this.position = source.startPosition;
    this.#historyEnd = historyEnd;
  }

  get isBehind(): boolean {
    return !this.done && this.#historyEnd.some((end, partition) => end > (this.position[partition] ?? 0));
  }

  /** Takes what may still come for live. */
  goLive(): void {
    this.#historyEnd = [];
  }

  ready(): Promise<this> {
    this.#coming ??= this.source.next().then(({ done, value }) => {
      this.done = done === true;
      this.event = value;
      return this;
    });
    return this.#coming;
  }

  take(): StreamEvent<T | null> {
    const event = this.event!;
    this.#coming = undefined;
    this.event = undefined;
    this.position = event.position;
    return event;
  }
}

/** How long history is waited for that may be a hole at the end of a topic, in milliseconds. */
const longestSilence = 5_000;

/** The head that comes next: by time of append while there is history, and then as they arrive. */
async function first<T extends Head<unknown>>(heads: T[]): Promise<T> {
  const coming = heads.map((head) => head.ready());
  for (const head of heads.filter(({ isBehind }) => isBehind)) await orSilence(head);
  const found = heads.filter(({ event, done }) => event || done);
  if (found.length === 0) return Promise.race(coming) as Promise<T>;
  const at = ({ event }: T) => event?.at.getTime() ?? Number.NEGATIVE_INFINITY;
  return found.reduce((earliest, head) => (at(head) < at(earliest) ? head : earliest));
}

async function orSilence(head: Head<unknown>): Promise<void> {
  const done = new AbortController();
  const silence = delay(longestSilence, undefined, { signal: done.signal }).then(
    () => head.goLive(),
    () => {},
  );
  await Promise.race([head.ready(), silence]);
  done.abort();
}

/** Whether a change may matter to the count of a space, around which the topology was so. */
function touches({ kind, id, saved }: TopologyChange, space: string, { doorways, mounts }: Topology): boolean {
  const isHere = () => mounts.some(({ dpu }) => dpu === id);
  switch (kind) {
    case 'SPACE':
      return false;
    case 'CALIBRATION':
      return id === space;
    case 'DOORWAY':
      return doorways.has(id) || saved?.ingress === space || saved?.egress === space;
    case 'DPU':
      return isHere();
    case 'MOUNT':
      return isHere() || (saved !== null && doorways.has(saved.doorway));
  }
}
