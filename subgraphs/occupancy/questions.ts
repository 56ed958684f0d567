import type { Tables } from '../../platform/clickhouse.ts';
import { fold } from '../../schema/fold.ts';
import type { Reading as ReadingFacts } from '../../schema/occupancy/reading.ts';
import type { Calibration, Doorway as DoorwayFacts, Mount as MountFacts } from '../../schema/occupancy/topology.ts';
import { batched } from '../batch.ts';
import { type Connection, type PageRequest, page, type SortKey } from '../connection.ts';
import type { Buckets, Span } from '../span.ts';
import type { Position } from '../streams/position.ts';
import { holding, type Interval, intervalsOf, isInferred, type Topology, within } from './attribution.ts';
import { countedBuckets, type Stretch } from './buckets.ts';
import * as sql from './statements.ts';
import { Doorway, Dpu, Mount, OccupancyCompany, Reading, Space, SpaceCount, SpaceCountBucket } from './types.ts';

type Owned<Row> = Row & { owner: string };
interface SpaceRow {
  id: string;
  name: string;
  latitude: number | null;
  longitude: number | null;
  company: string | null;
}
interface TopologyRow extends SpaceRow {
  kind: 'SPACE' | 'DOORWAY' | 'DPU' | 'MOUNT' | 'CALIBRATION';
  begin: number;
  ingress: string | null;
  egress: string | null;
  doorway: string | null;
  end: number | null;
  people: number | null;
}
interface ReadingRow {
  dpu: string;
  passed: number;
  direction: number;
  id: string;
  place: string;
  partition: number;
  offset: number;
}

/** A count as it was known at a position. All times are in milliseconds since 1970. */
export interface CountBefore {
  value: number;
  /** Time of the calibration that it starts from; -1: there is none. */
  base: number;
  /** Time of the newest reading that counts; 0: there is none. */
  newest: number;
  /** When it changes by itself, because something that is known has a later time; infinite: never. */
  next: number;
  /** How many readings count for the space, at any time. */
  readings: number;
  inferred: boolean;
}

/** The topology around the owners of one statement; and those that are spaces, with their calibrations. */
export interface Around {
  spaces: Map<string, Space>;
  topology: Topology;
  calibrations: Calibration[];
}

/** Examples of the sort keys, for checking cursors. */
export const nameOrder: SortKey = ['name', 'id'];
export const idOrder: SortKey = ['id'];
export const readingOrder: SortKey = [0, 'dpu', 'id', '0'];

/** What can be asked of the occupancy of one tenant. Questions about one thing are gathered into one statement a tick. */
export class OccupancyQuestions {
  constructor(
    readonly tables: Tables,
    /** Whose data it is about. */
    readonly tenant: string,
  ) {}

  readonly #spaces = batched((owners: string[], _: object) =>
    this.#read<Owned<Omit<SpaceRow, 'id'>>>(sql.spacesById, { owners }),
  );
  readonly #spacesOf = batched((owners: string[], { first }: { first: number }) =>
    this.#read<Owned<SpaceRow>>(sql.spacesOfCompanies, { owners, first }),
  );
  readonly #spacesNear = batched((owners: string[], limits: { metres: number; first: number }) =>
    this.#read<Owned<SpaceRow>>(sql.spacesNear, { owners, ...limits }),
  );
  readonly #doorways = batched((owners: string[], _: object) =>
    this.#read<Owned<Omit<DoorwayFacts, 'id'>>>(sql.doorwaysById, { owners }),
  );
  readonly #dpus = batched((owners: string[], _: object) => this.#read<{ owner: string }>(sql.dpusById, { owners }));
  readonly #doorwaysOf = batched((owners: string[], _: object) =>
    this.#read<Owned<DoorwayFacts>>(sql.doorwaysOfSpaces, { owners }),
  );
  readonly #aroundOne = batched(async (owners: string[], { kind }: { kind: sql.Owners }) => {
    const around = await this.#around(kind, owners);
    return owners.map((owner) => ({ owner, around }));
  });
  readonly #counts = batched(async (owners: string[], { at }: { at: number | null }) =>
    this.#countAround(owners, await this.#around('space', owners), at),
  );

  async space(id: string): Promise<Space | null> {
    const [row] = await this.#spaces(id, {});
    return row ? toSpace({ ...row, id }) : null;
  }

  /** As `space`, with all that its counts rest on, in one question. */
  async spaceAround(id: string): Promise<Space | null> {
    const around = await this.#near('space', id);
    const space = around.spaces.get(id);
    return space ? Object.assign(space, { around }) : null;
  }

  /** As `space`; where only doorways have spoken of it, what they say. */
  async spaceOrName(id: string): Promise<Space> {
    return (await this.space(id)) ?? toSpace({ id, name: id, latitude: null, longitude: null, company: null });
  }

  spaces(name: string | null, request: PageRequest): Promise<Connection<Space>> {
    const folded = name === null ? null : fold(name);
    return this.#page<SpaceRow, Space>(
      request,
      sql.spacesInOrder(folded, request.after),
      sql.countSpaces(folded),
      { name: folded, ...afterName(request.after) },
      ({ name, id }) => [name, id],
      toSpace,
    );
  }

  /** Those of a company, by name. */
  async spacesOf(company: string, first: number): Promise<Space[]> {
    return (await this.#spacesOf(company, { first })).map(toSpace);
  }

  /** The nearest first. */
  async spacesNear(latitude: number, longitude: number, metres: number, first: number): Promise<Space[]> {
    return (await this.#spacesNear(`${latitude}/${longitude}`, { metres, first })).map(toSpace);
  }

  async doorway(id: string): Promise<Doorway | null> {
    const [row] = await this.#doorways(id, {});
    return row ? toDoorway({ ...row, id }) : null;
  }

  doorways(space: string | null, request: PageRequest): Promise<Connection<Doorway>> {
    return this.#page<DoorwayFacts, Doorway>(
      request,
      sql.doorwaysInOrder(space, request.after),
      sql.countDoorways(space),
      { space, ...afterName(request.after) },
      ({ name, id }) => [name, id],
      toDoorway,
    );
  }

  async doorwaysOf(space: string): Promise<Doorway[]> {
    return (await this.#doorwaysOf(space, {})).map(toDoorway);
  }

  async dpu(id: string): Promise<Dpu | null> {
    const [row] = await this.#dpus(id, {});
    return row ? toDpu(id) : null;
  }

  dpus(request: PageRequest): Promise<Connection<Dpu>> {
    return this.#page<{ id: string }, Dpu>(
      request,
      sql.dpusInOrder(request.after),
      sql.countDpus,
      { afterId: request.after?.[0] ?? null },
      ({ id }) => [id],
      ({ id }) => toDpu(id),
    );
  }

  /** Where a DPU hangs and hung, oldest first. */
  async mountsOfDpu(dpu: string): Promise<Mount[]> {
    const { topology } = await this.#near('dpu', dpu);
    const mounts = holding(topology).filter((mount) => mount.dpu === dpu);
    return mounts.map((mount) => toMount(mount, topology));
  }

  /** What hangs and hung over a doorway, oldest first. */
  async mountsOfDoorway(doorway: string): Promise<Mount[]> {
    const { topology } = await this.#near('doorway', doorway);
    const mounts = holding(topology).filter((mount) => mount.doorway === doorway);
    return mounts.sort((a, b) => a.from - b.from).map((mount) => toMount(mount, topology));
  }

  /** Over which doorway a DPU hung at a time. */
  async doorwayAt(dpu: string, at: number): Promise<Doorway | null> {
    const { topology } = await this.#near('dpu', dpu);
    const mount = holding(topology).find(
      (one) => one.dpu === dpu && one.from <= at && (one.to === null || at < one.to),
    );
    return mount ? toDoorway(topology.doorways.get(mount.doorway)!) : null;
  }

  /** Newest first. */
  readings(dpu: string | null, span: Span, request: PageRequest): Promise<Connection<Reading>> {
    const [afterTime, afterDpu, afterId, afterPlace] = request.after ?? [null, null, null, null];
    return this.#page<ReadingRow, Reading>(
      request,
      sql.readingsInOrder(dpu, span, request.after),
      sql.countReadings(dpu, span),
      { dpu, ...span, afterTime, afterDpu, afterId, afterPlace },
      ({ passed, dpu, id, place }) => [Number(passed), dpu, id, place],
      toReading,
    );
  }

  /** @param at null: now */
  async count({ id, around }: Space, at: number | null): Promise<SpaceCount> {
    const [count] = await (around ? this.#countAround([id], around, at) : this.#counts(id, { at }));
    return count!;
  }

  async series({ id: space, around: known }: Space, buckets: Buckets): Promise<SpaceCountBucket[]> {
    const { from, to } = buckets;
    const around = known ?? (await this.#near('space', space));
    const calibrations = around.calibrations
      .filter((one) => one.space === space && one.at >= from && one.at < to)
      .sort((a, b) => a.at - b.at);
    const base = lastOf(around.calibrations, space, from - 1);
    const intervals = countedIntervals(space, around.topology, base, to);
    const rows = await this.#ofReadings<Record<keyof Stretch, number>>(sql.stretches, intervals, {
      ...buckets,
      calibrations: calibrations.map(({ at }) => at),
    });
    const stretches = rows.map(numbers);
    const before = stretches.find(({ bucket }) => bucket < 0)?.change ?? 0;
    const counted = countedBuckets(buckets, (base?.count ?? 0) + before, calibrations, stretches);
    return counted.map(({ start, ...counts }) =>
      Object.assign(new SpaceCountBucket(), { start: new Date(start), ...counts }),
    );
  }

  async #countAround(spaces: string[], around: Around, asked: number | null): Promise<Owned<SpaceCount>[]> {
    const at = asked ?? Date.now();
    const values = await this.#values(spaces, around, at);
    return spaces.map((owner) => {
      const value = values.get(owner)!;
      const inferred = isInferred(owner, around.topology.doorways.values());
      return Object.assign(new SpaceCount(), { owner, value, at: new Date(at), inferred, drift: value < 0 });
    });
  }

  /** What is told of the topology around a space before a position of occupancy.topology. */
  async aroundBefore(space: string, position: Position): Promise<Around> {
    return toAround(await this.#read<TopologyRow>(sql.around('space', true), { owners: [space], position }));
  }

  /**
   * The count of a space at a time, of the readings before a position of occupancy.readings, attributed by this
   * topology: both views must have reached their positions.
   */
  async countBefore(
    space: string,
    { topology, calibrations }: Around,
    at: number,
    position: Position,
  ): Promise<CountBefore> {
    const ofSpace = calibrations.filter((one) => one.space === space);
    const base = lastOf(ofSpace, space, at);
    const intervals = intervalsOf(space, topology).map((one) => ({ space, ...one }));
    const [row] = await this.#ofReadings<Record<'change' | 'newest' | 'upcoming' | 'readings', number>>(
      sql.changesBefore,
      intervals,
      { base: base?.at ?? -1, at, position },
    );
    // Times are 0 where there is no such reading.
    const upcoming = [Number(row?.upcoming ?? 0), ...ofSpace.map((one) => one.at)].filter((time) => time > at);
    return {
      value: (base?.count ?? 0) + Number(row?.change ?? 0),
      base: base?.at ?? -1,
      newest: Number(row?.newest ?? 0),
      next: Math.min(...upcoming),
      readings: Number(row?.readings ?? 0),
      inferred: isInferred(space, topology.doorways.values()),
    };
  }

  /** Those among readings with an id that stand in the log for the first time. */
  async firstsAmong<Placed extends ReadingFacts & { partition: number; offset: number }>(
    readings: Placed[],
  ): Promise<Set<Placed>> {
    const named = readings.filter(({ id }) => id !== null);
    if (named.length === 0) return new Set();
    const rows = await this.#read<{ partition: number; offset: number }>(sql.placesOfReadings, {
      dpus: named.map(({ dpu }) => dpu),
      times: named.map(({ time }) => time),
      ids: named.map(({ id }) => id),
    });
    const places = new Set(rows.map(({ partition, offset }) => `${partition}/${offset}`));
    return new Set(named.filter(({ partition, offset }) => places.has(`${partition}/${offset}`)));
  }

  /** The counts of spaces at a time: the last calibration, and what the readings after it have changed. */
  async #values(spaces: string[], { topology, calibrations }: Around, at: number): Promise<Map<string, number>> {
    const bases = new Map(spaces.map((space) => [space, lastOf(calibrations, space, at)]));
    const intervals = spaces.flatMap((space) => countedIntervals(space, topology, bases.get(space), at + 1));
    const rows = await this.#ofReadings<Owned<{ change: number }>>(sql.changes, intervals, {});
    const changes = new Map(rows.map(({ owner, change }) => [owner, Number(change)]));
    return new Map(spaces.map((space) => [space, (bases.get(space)?.count ?? 0) + (changes.get(space) ?? 0)]));
  }

  /** Asks about the readings of some intervals, each of a space. */
  async #ofReadings<Row>(statement: string, intervals: CountedInterval[], parameters: object): Promise<Row[]> {
    if (intervals.length === 0) return [];
    return this.#read<Row>(statement, {
      ...parameters,
      spaces: intervals.map(({ space }) => space),
      dpus: intervals.map(({ dpu }) => dpu),
      begins: intervals.map(({ from }) => from),
      ends: intervals.map(({ to }) => to),
      signs: intervals.map(({ sign }) => sign),
      least: intervals.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
      most: intervals.reduce((most, { to }) => Math.max(most, to), 0),
    });
  }

  async #around(kind: sql.Owners, owners: string[]): Promise<Around> {
    return toAround(await this.#read<TopologyRow>(sql.around(kind, false), { owners }));
  }

  async #near(kind: sql.Owners, owner: string): Promise<Around> {
    const [found] = await this.#aroundOne(owner, { kind });
    return found!.around;
  }

  async #page<Row, Node>(
    request: PageRequest,
    list: string,
    count: string,
    parameters: Record<string, unknown>,
    keyOf: (row: Row) => SortKey,
    nodeOf: (row: Row) => Node,
  ): Promise<Connection<Node>> {
    const rows = await this.#read<Row>(list, { ...parameters, limit: request.first + 1 });
    return page(rows, request, keyOf, nodeOf, async () => {
      const [counted] = await this.#read<{ total: number }>(count, parameters);
      return Number(counted!.total);
    });
  }

  /** Members that are null are not in the text of their statement. */
  #read<Row>(statement: string, members: object): Promise<Row[]> {
    const given = Object.entries({ tenant: this.tenant, ...members }).filter(([, value]) => value !== null);
    return this.tables.read<Row>(statement, Object.fromEntries(given));
  }
}

type CountedInterval = Interval & { space: string };

/** What counts for a space after a calibration, or from the beginning where there is none, and before a time. */
function countedIntervals(
  space: string,
  topology: Topology,
  base: Calibration | undefined,
  to: number,
): CountedInterval[] {
  return within(intervalsOf(space, topology), (base?.at ?? -1) + 1, to).map((one) => ({ space, ...one }));
}

/** The last calibration of a space up to and including a time. */
function lastOf(calibrations: Calibration[], space: string, at: number): Calibration | undefined {
  const until = calibrations.filter((one) => one.space === space && one.at <= at);
  return until.reduce<Calibration | undefined>((last, one) => (last && last.at > one.at ? last : one), undefined);
}

function afterName(after: SortKey | null): object {
  return { afterName: after?.[0] ?? null, afterId: after?.[1] ?? null };
}

function numbers(row: Record<keyof Stretch, number | string>): Stretch {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)])) as unknown as Stretch;
}

function toAround(rows: TopologyRow[]): Around {
  const spaces = new Map<string, Space>();
  const topology: Topology = { dpus: new Set(), doorways: new Map(), mounts: [] };
  const calibrations: Calibration[] = [];
  for (const row of rows) {
    const { kind, id, begin, name, ingress, egress, doorway, end, people } = row;
    switch (kind) {
      case 'SPACE':
        spaces.set(id, toSpace(row));
        break;
      case 'DPU':
        topology.dpus.add(id);
        break;
      case 'DOORWAY':
        topology.doorways.set(id, { id, name, ingress: ingress!, egress });
        break;
      case 'MOUNT':
        topology.mounts.push({
          ...{ dpu: id, doorway: doorway!, from: Number(begin) },
          to: end === null ? null : Number(end),
        });
        break;
      case 'CALIBRATION':
        calibrations.push({ space: id, at: Number(begin), count: people! });
    }
  }
  return { spaces, topology, calibrations };
}

function toSpace({ id, name, latitude, longitude, company }: SpaceRow): Space {
  const owner = company === null ? null : Object.assign(new OccupancyCompany(), { id: company });
  return Object.assign(new Space(), { id, name, latitude, longitude, company: owner });
}

function toDoorway({ id, name, ingress, egress }: DoorwayFacts): Doorway {
  return Object.assign(new Doorway(), { id, name, ingressId: ingress, egressId: egress });
}

function toDpu(id: string): Dpu {
  return Object.assign(new Dpu(), { id });
}

function toMount({ dpu, doorway, from, to }: MountFacts, { doorways }: Topology): Mount {
  return Object.assign(new Mount(), {
    ...{ dpu: toDpu(dpu), doorway: toDoorway(doorways.get(doorway)!), from: new Date(from) },
    to: to === null ? null : new Date(to),
  });
}

function toReading({ dpu, passed, direction, id, partition, offset }: ReadingRow): Reading {
  return Object.assign(new Reading(), {
    ...{ id: id === '' ? `occupancy.readings/${partition}/${offset}` : id, dpu: toDpu(dpu) },
    ...{ time: new Date(Number(passed)), direction },
  });
}
