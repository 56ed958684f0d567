import { setImmediate } from 'node:timers/promises';
import type { Reading } from '../../schema/occupancy/reading.ts';
import type { TopologyChange } from '../../schema/occupancy/topology.ts';
import { Queued } from '../queued.ts';
import type { Position } from '../streams/position.ts';
import type { StreamEvent } from '../streams/seam.ts';
import { type Interval, intervalsOf, type Topology } from './attribution.ts';
import { first, Head, type Source } from './heads.ts';
import type { Around, CountBefore } from './questions.ts';

/** A reading, and where it stands in its topic. */
export type PlacedReading = Reading & { partition: number; offset: number };

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
  readingsFrom(position: Position, time: number): Promise<Source<PlacedReading>>;
  /** The topology before a position; waits until the view has reached it. */
  around(position: Position, ended: AbortSignal): Promise<Around>;
  /** Waits until the view has reached a position of the readings. */
  reaches(readings: Position, ended: AbortSignal): Promise<void>;
  /** Those among readings that stand nowhere before, when the view has reached them. */
  firsts(readings: PlacedReading[], ended: AbortSignal): Promise<Set<PlacedReading>>;
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

/** As many readings wait at most until it is known which of them have come before. */
const mostUnsure = 256;
/** How often topics are asked whether they have come to the end of what there is, in milliseconds. */
const pollMs = 50;

/**
 * The count of one space, live: an event for each message that touches it, and one when the time comes of what a fast
 * clock has put into the future.
 *
 * The state is a position in each of the two topics, and a time; all three are in the cursor. The count is asked of the
 * tables, at that time, of what stands before the positions; a reading that has not come before is added to the count
 * that is known. So whoever resumes is told what everybody else is told, and the last event is what `count` answers.
 */
export class LiveCount extends Queued<CountEvent> {
  readonly #topology: Head<TopologyChange>;
  #readings: Head<PlacedReading>;
  readonly #options: LiveCountOptions;
  #time: number;
  #around: Around | undefined;
  #intervals = new Map<string, Interval[]>();
  /** As it was asked for, and what has been added since. */
  #count: CountBefore = { value: 0, base: -1, newest: 0, next: Number.POSITIVE_INFINITY, readings: 0, inferred: false };
  /** Up to which time readings may have come before: all of them when it was asked for, those of a DPU since then. */
  #newest: { all: number; of: Map<string, number> } = { all: 0, of: new Map() };
  /** Readings that may have come before, and those after them. */
  #unsure: StreamEvent<PlacedReading>[] = [];
  /** Given, and made anew, when one of the topics has something. */
  #came = Promise.withResolvers<void>();
  readonly #wake = () => {
    this.#came.resolve();
    this.#came = Promise.withResolvers();
  };

  constructor(topology: Source<TopologyChange>, readings: Source<PlacedReading>, options: LiveCountOptions) {
    super();
    this.#topology = new Head(topology, options.ends.topology, this.#wake, options.now);
    this.#readings = new Head(readings, options.ends.readings, this.#wake, options.now);
    this.#options = options;
    this.#time = options.start;
  }

  /** Of topology and readings, the places after what has been taken. */
  get positions(): Position[] {
    return [this.#topology.position, this.#readings.position];
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
    const open = [this.#topology, this.#readings].filter(({ isDone }) => !isDone);
    for (const head of open) head.ask();
    const head = first(open);
    const { now } = this.#options;
    const isDue = this.#count.next <= (head?.event?.at.getTime() ?? now());
    if (head?.event && head === this.#readings && !isDue) return this.#see(this.#readings.take());
    if (this.#unsure.length > 0) {
      if (open.length > 0 && !head) await setImmediate(); // it may only have given others their turn
      if (open.length === 0 || head || !first(open)) await this.#addUnsure();
    } else if (open.length === 0) await this.#finish();
    else if (head?.event) await (isDue ? this.#tellDue() : this.#learn(this.#topology.take()));
    else if (isDue && open.every(({ isQuiet }) => isQuiet)) await this.#tellDue();
    else if (!head) {
      // A topic does not say when it has come to its end.
      const again = isDue || open.some(({ mayHaveHistory }) => mayHaveHistory) ? now() + pollMs : this.#count.next;
      await this.comesInTime(this.#came.promise, () => again - now());
    }
  }

  async #begin(): Promise<void> {
    await this.#know();
    await this.#recount(this.#time, this.#readings.position);
    if (!this.#options.resumed) this.#tell(false, new Date(this.#time), this.#readings.position);
  }

  async #learn({ value: change, at }: StreamEvent<TopologyChange | null>): Promise<void> {
    if (!change || !touches(change, this.#options.space, this.#around!.topology)) return;
    await this.#know();
    if (change.kind !== 'CALIBRATION') await this.#readAgain(at.getTime());
    const { position } = this.#readings;
    await this.#recount(Math.max(this.#time, at.getTime()), position);
    if (change.moment <= this.#time) this.#tell(change.moment < this.#count.newest, at, position);
  }

  async #see(event: StreamEvent<PlacedReading | null>): Promise<void> {
    if (!isReading(event)) return;
    const { id, dpu, time } = event.value;
    const isOfFuture = time > event.at.getTime();
    const isFirst = id === null || (!isOfFuture && time > (this.#newest.of.get(dpu) ?? this.#newest.all));
    if (this.#unsure.length === 0 && isFirst) {
      await this.#options.reaches(event.position, this.ended.signal);
      this.#add(event);
    } else {
      this.#unsure.push(event);
      // One of the future may fall due before the next.
      if (isOfFuture || this.#unsure.length >= mostUnsure) await this.#addUnsure();
    }
  }

  /** Adds a reading that has not come before. One of the future is told when its time has come. */
  #add({ value: reading, at, position }: StreamEvent<PlacedReading>): void {
    const { dpu, time, direction } = reading;
    const { newest } = this.#count;
    this.#time = Math.max(this.#time, at.getTime());
    this.#count.readings++;
    if (time > this.#time) this.#count.next = Math.min(this.#count.next, time);
    else {
      if (time > this.#count.base) this.#count.value += direction * this.#signOf(reading);
      this.#count.newest = Math.max(newest, time);
      this.#newest.of.set(dpu, Math.max(this.#newest.of.get(dpu) ?? this.#newest.all, time));
      this.#tell(time < newest, at, position);
    }
  }

  async #addUnsure(): Promise<void> {
    const [unsure, known, time, told] = [this.#unsure, { ...this.#count }, this.#time, this.queue.length];
    this.#unsure = [];
    const { position } = unsure.at(-1)!;
    await this.#options.reaches(position, this.ended.signal);
    const readings = unsure.map(({ value }) => value);
    const firsts = await this.#options.firsts(readings, this.ended.signal);
    for (const event of unsure) if (event.value.id === null || firsts.has(event.value)) this.#add(event);
    const { value, readings: count } = this.#count;
    await this.#recount(this.#time, position);
    if (value === this.#count.value && count === this.#count.readings) return;
    // Something that has an id stands in several partitions, where no place is the first.
    this.queue.length = told;
    [this.#count, this.#time] = [known, time];
    for (const { value, at, position } of unsure) {
      const { readings } = this.#count;
      await this.#recount(Math.max(this.#time, at.getTime()), position);
      if (this.#count.readings > readings && value.time <= this.#time)
        this.#tell(value.time < this.#count.newest, at, position);
    }
  }

  async #tellDue(): Promise<void> {
    const due = this.#count.next;
    await this.#recount(due, this.#readings.position);
    this.#tell(false, new Date(due), this.#readings.position);
  }

  /** What falls due before the end is told; nothing else can come. */
  async #finish(): Promise<void> {
    const { until, now } = this.#options;
    if (this.#count.next < Math.min(until ?? 0, now())) return this.#tellDue();
    this.complete = true;
  }

  async #know(): Promise<void> {
    const { space, around } = this.#options;
    this.#around = await around(this.#topology.position, this.ended.signal);
    this.#intervals = Map.groupBy(intervalsOf(space, this.#around.topology), ({ dpu }) => dpu);
  }

  /** Of what has been passed over more may count now: what came before the change as a part of it, the rest by itself. */
  async #readAgain(time: number): Promise<void> {
    const { readingsFrom, ends, now } = this.#options;
    const before = this.#readings;
    const source = await readingsFrom(before.position, time);
    this.#readings = new Head(source, ends.readings, this.#wake, now);
    await (this.ended.signal.aborted ? source : before.source).return?.();
  }

  async #recount(time: number, readings: Position): Promise<void> {
    this.#time = time;
    const state = { topology: this.#topology.position, readings, time };
    this.#count = await this.#options.count(this.#around!, state, this.ended.signal);
    this.#newest = { all: this.#count.newest, of: new Map() };
  }

  #signOf({ dpu, time }: Reading): number {
    return this.#intervals.get(dpu)?.find(({ from, to }) => from <= time && time < to)?.sign ?? 0;
  }

  #tell(late: boolean, at: Date, readings: Position): void {
    const { encode } = this.#options;
    const state = { topology: this.#topology.position, readings, time: this.#time };
    this.queue.push({
      count: { ...this.#count, at: new Date(state.time) },
      late,
      at,
      get cursor() {
        return encode(state);
      },
    });
  }
}

function isReading(event: StreamEvent<PlacedReading | null>): event is StreamEvent<PlacedReading> {
  return event.value !== null;
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
