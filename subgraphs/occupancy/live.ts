import type { Reading } from '../../schema/occupancy/reading.ts';
import type { TopologyChange } from '../../schema/occupancy/topology.ts';
import { Queued } from '../queued.ts';
import type { Position } from '../streams/position.ts';
import type { StreamEvent } from '../streams/seam.ts';
import { type Interval, intervalsOf, type Topology } from './attribution.ts';
import { first, Head, type Source } from './heads.ts';
import type { Around, CountBefore } from './questions.ts';

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
  /** The readings for which `counts` is true, from a position on, and of those appended at a time or after it. */
  readingsFrom(position: Position, time: number): Promise<Source<Reading>>;
  /** The topology before a position; waits until the view has reached it. */
  around(position: Position, ended: AbortSignal): Promise<Around>;
  /** Waits until the view has reached a position of the readings. */
  reaches(readings: Position, ended: AbortSignal): Promise<void>;
  /** The count of what is told, when the view has reached it. */
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

/** How often topics are asked whether they have come to the end of what there is, in milliseconds. */
const pollMs = 50;

/**
 * The count of one space, live: an event for each message that touches it, and one when the time comes of what a fast
 * clock has put into the future.
 *
 * The state is a position in each of the two topics, and a time; all three are in the cursor. The count is asked of the
 * tables, at that time, of what stands before the positions; only a reading that cannot have come before is added to the
 * count that is known. So whoever resumes is told what everybody else is told, and the last event is what `count`
 * answers.
 */
export class LiveCount extends Queued<CountEvent> {
  readonly #topology: Head<TopologyChange>;
  #readings: Head<Reading>;
  readonly #options: LiveCountOptions;
  #time: number;
  #around: Around | undefined;
  #intervals = new Map<string, Interval[]>();
  #count: CountBefore | undefined;
  /** Given, and made anew, when one of the topics has something. */
  #came = Promise.withResolvers<void>();
  readonly #wake = () => {
    this.#came.resolve();
    this.#came = Promise.withResolvers();
  };

  constructor(topology: Source<TopologyChange>, readings: Source<Reading>, options: LiveCountOptions) {
    super();
    this.#topology = new Head(topology, options.ends.topology, this.#wake);
    this.#readings = new Head(readings, options.ends.readings, this.#wake);
    this.#options = options;
    this.#time = options.start;
  }

  /** Whether a reading counts for the space, as the topology is known now. */
  counts(reading: Reading): boolean {
    return this.#signOf(reading) !== 0;
  }

  protected release() {
    return Promise.all([this.#topology.source.return?.(), this.#readings.source.return?.()]);
  }

  protected async step(): Promise<void> {
    if (!this.#around) return this.#begin();
    const { now } = this.#options;
    const { next } = this.#count!;
    const open = [this.#topology, this.#readings].filter(({ isDone }) => !isDone);
    if (open.length === 0) return this.#finish();
    for (const head of open) head.ask();
    const head = first(open);
    if (head?.event) {
      if (head.event.at.getTime() > next) await this.#tellDue();
      else if (head === this.#topology) await this.#learn(this.#topology.take());
      else await this.#see(this.#readings.take());
    } else if (!head) {
      const isDue = next <= now();
      if (isDue && open.every(({ isQuiet }) => isQuiet)) return this.#tellDue();
      // A topic does not say when it has come to its end.
      const again = isDue || open.some(({ mayHaveHistory }) => mayHaveHistory) ? now() + pollMs : next;
      await this.comesInTime(this.#came.promise, () => again - now());
    }
  }

  async #begin(): Promise<void> {
    await this.#know();
    await this.#recount(this.#time);
    if (!this.#options.resumed) this.#tell(false, new Date(this.#time));
  }

  async #learn({ value: change, at }: StreamEvent<TopologyChange | null>): Promise<void> {
    if (!change || !touches(change, this.#options.space, this.#around!.topology)) return;
    await this.#know();
    if (change.kind !== 'CALIBRATION') await this.#readAgain(at.getTime());
    const { newest } = await this.#recount(Math.max(this.#time, at.getTime()));
    if (change.moment <= this.#time) this.#tell(change.moment < newest, at);
  }

  async #see({ value: reading, at }: StreamEvent<Reading | null>): Promise<void> {
    if (!reading) return;
    const { time, id } = reading;
    const now = Math.max(this.#time, at.getTime());
    const known = this.#count!;
    const { value, base, newest, next, readings } = known;
    // Without an id, or with a time after all others, it has not come before.
    if (time <= now && now < next && (id === null || time > newest)) {
      await this.#options.reaches(this.#readings.position, this.ended.signal);
      this.#time = now;
      const change = time > base ? reading.direction * this.#signOf(reading) : 0;
      this.#count = { ...known, value: value + change, newest: Math.max(newest, time), readings: readings + 1 };
      return this.#tell(time < newest, at);
    }
    const count = await this.#recount(now);
    // One that comes again is not one more; and one of the future is told when its time has come.
    if (count.readings > readings && time <= this.#time) this.#tell(time < count.newest, at);
  }

  async #tellDue(): Promise<void> {
    const due = this.#count!.next;
    await this.#recount(due);
    this.#tell(false, new Date(due));
  }

  /** What falls due before the end is told; nothing else can come. */
  async #finish(): Promise<void> {
    const { until, now } = this.#options;
    if (this.#count!.next < Math.min(until ?? 0, now())) return this.#tellDue();
    this.complete = true;
  }

  async #know(): Promise<void> {
    const { space, around } = this.#options;
    this.#around = await around(this.#topology.position, this.ended.signal);
    this.#intervals = Map.groupBy(intervalsOf(space, this.#around.topology), ({ dpu }) => dpu);
  }

  /** Of what has been passed over more may count now: what came before the change as a part of it, the rest by itself. */
  async #readAgain(time: number): Promise<void> {
    const { readingsFrom, ends } = this.#options;
    const before = this.#readings;
    const source = await readingsFrom(before.position, time);
    this.#readings = new Head(source, ends.readings, this.#wake);
    await (this.ended.signal.aborted ? source : before.source).return?.();
  }

  async #recount(time: number): Promise<CountBefore> {
    this.#time = time;
    this.#count = await this.#options.count(this.#around!, this.#state(), this.ended.signal);
    return this.#count;
  }

  #signOf({ dpu, time }: Reading): number {
    return this.#intervals.get(dpu)?.find(({ from, to }) => from <= time && time < to)?.sign ?? 0;
  }

  #state(): CountState {
    return { topology: this.#topology.position, readings: this.#readings.position, time: this.#time };
  }

  #tell(late: boolean, at: Date): void {
    const { encode } = this.#options;
    const state = this.#state();
    this.queue.push({
      count: { ...this.#count!, at: new Date(state.time) },
      late,
      at,
      get cursor() {
        return encode(state);
      },
    });
  }
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
