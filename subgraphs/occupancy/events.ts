import { Arg, Ctx, Directive, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedMessage } from '../../platform/messageLog.ts';
import { unlessBroken } from '../../schema/contract.ts';
import { parseReading, type Reading } from '../../schema/occupancy/reading.ts';
import { parseTopologyMessage, type TopologyChange } from '../../schema/occupancy/topology.ts';
import { tenantOf } from '../../schema/tenant.ts';
import type { AppliedPosition } from '../applied.ts';
import type { Context } from '../context.ts';
import { streamOfItsOwn } from '../federated.ts';
import type { PerTenant } from '../perTenant.ts';
import { GraphQLCursor } from '../scalars.ts';
import type { Position } from '../streams/position.ts';
import { expired } from '../streams/seam.ts';
import { refuseTwoStarts, type Streams } from '../streams/stream.ts';
import type { Broker } from '../streams/tail.ts';
import { untilAnswered } from '../untilAnswered.ts';
import { LiveCount, type PlacedReading } from './live.ts';
import type { OccupancyQuestions } from './questions.ts';
import { Space, SpaceCount, SpaceCountEvent } from './types.ts';

interface CountArguments {
  space: string;
  after?: string | null;
  since?: Date | null;
  until?: Date | null;
}

/** The views of the two topics. */
export interface AppliedTopics {
  topology: AppliedPosition;
  readings: AppliedPosition;
}

const topics = ['occupancy.topology', 'occupancy.readings'] as const;

/** Stands after the positions of a cursor whose first event is the count. */
const beginsWithCount: Position = [];

/** The events of spaceCount; LiveCount says what they are. */
export function spaceCountEvents(
  streams: Streams,
  questionsOf: PerTenant<OccupancyQuestions>,
  applied: AppliedTopics,
  broker: Pick<Broker, 'ends'>,
) {
  return async ({ space, after, since, until }: CountArguments, context: Context) => {
    const { tenant } = context.caller;
    const questions = questionsOf(context);
    const scope = { field: 'spaceCount', filter: { space }, tenant };
    const cursors = streams.joint('occupancy', scope);
    refuseTwoStarts(after, since);
    const resumed = after == null ? undefined : cursors.decode(after);
    const start = resumed?.mark ?? Math.min(since?.getTime() ?? Number.POSITIVE_INFINITY, Date.now());
    // Messages are lost that lie before it, so it begins with the count.
    const earliest = (positions: Position[]) => cursors.encode([...positions.slice(0, 2), beginsWithCount], Date.now());
    if (resumed) {
      const kept = await Promise.all(topics.map((topic, at) => streams.kept(topic, resumed.positions[at]!)));
      const isKept = kept.every((position, at) => position.every((offset, p) => offset === resumed.positions[at]![p]));
      if (!isKept) throw expired(earliest(kept));
    }
    const subscribe = <T>(at: 0 | 1, position: Position | undefined, select: Select<T>) =>
      streams.subscribe<T | null>({
        ...{ topic: topics[at], scope, since, until, position, select },
        // Only the error of a position that has expired meanwhile shows it.
        encode: (position) => earliest((live?.positions ?? resumed?.positions ?? [[], []]).with(at, position)),
      });
    let live: LiveCount | undefined;
    const [topologyEnd, readingsEnd] = await Promise.all([broker.ends(topics[0]), broker.ends(topics[1])]);
    const counts = (reading: Reading) => live!.counts(reading);
    const readingsFrom = (position: Position | undefined) =>
      subscribe(1, position, counting(tenant, counts, readingsEnd));
    const topology = await subscribe(0, resumed?.positions[0], changesOf(tenant));
    const readings = await readingsFrom(resumed?.positions[1]).catch(async (error) => {
      await topology.return();
      throw error;
    });
    live = new LiveCount(topology, readings, {
      ...{ space, start, resumed: resumed?.positions.length === topics.length, until: until?.getTime(), now: Date.now },
      ends: { topology: topologyEnd, readings: readingsEnd },
      encode: ({ topology, readings, time }) => cursors.encode([topology, readings], time),
      async readingsFrom(position, time) {
        const then = await streams.positionAt(topics[1], time);
        const partitions = Math.max(position.length, then.length);
        return readingsFrom(Array.from({ length: partitions }, (_, at) => Math.max(position[at] ?? 0, then[at] ?? 0)));
      },
      async around(position, ended) {
        await applied.topology.reaches(position, ended);
        return untilAnswered(() => questions.aroundBefore(space, position), ended);
      },
      reaches: (readings, ended) => applied.readings.reaches(readings, ended),
      firsts: (readings, ended) => untilAnswered(() => questions.firstsAmong(readings), ended),
      async count(around, { readings, time }, ended) {
        await applied.readings.reaches(readings, ended);
        return untilAnswered(() => questions.countBefore(space, around, time, readings), ended);
      },
    });
    return live;
  };
}

/** What a message says; null: nothing, but how far the topic has been read; undefined: it is passed over. */
type Select<T> = (message: LoggedMessage) => T | null | undefined;

/** What breaks its contract, or is of another tenant, says nothing. */
function changesOf(tenant: string): Select<TopologyChange> {
  return ({ headers, value }) =>
    unlessBroken(() => (tenantOf(headers) === tenant ? parseTopologyMessage(value) : null)) ?? null;
}

/** Subscribers to many spaces are given the same messages of the ring; each is read once. */
const readingOf = new WeakMap<LoggedMessage, { tenant: string; reading: PlacedReading } | null>();

/** As many readings that do not count are passed over at most until one is told of. */
const mostPassedOver = 256;

/** The readings that count, and where the topic has been read up to: at the end of its history, and now and then. */
function counting(tenant: string, counts: (reading: Reading) => boolean, historyEnd: Position): Select<PlacedReading> {
  let passedOver = 0;
  return (message) => {
    let read = readingOf.get(message);
    if (read === undefined) {
      const { partition, offset, value, at, headers } = message;
      const parse = () => ({ tenant: tenantOf(headers), reading: { ...parseReading(value, at), partition, offset } });
      read = unlessBroken(parse) ?? null;
      readingOf.set(message, read);
    }
    if (read?.tenant === tenant && counts(read.reading)) return read.reading;
    return message.offset + 1 === historyEnd[message.partition] || ++passedOver % mostPassedOver === 0
      ? null
      : undefined;
  };
}

@Resolver(() => SpaceCountEvent)
export class SpaceCountResolver {
  constructor(readonly questions: PerTenant<OccupancyQuestions>) {}

  @FieldResolver(() => Space)
  space(@Root() { spaceId }: SpaceCountEvent, @Ctx() context: Context) {
    return this.questions(context).spaceOrName(spaceId);
  }

  @Directive('@tag(name: "begins-with-state")')
  @Subscription(() => SpaceCountEvent, {
    description:
      "The space's count whenever a reading, move or calibration changes it; the first event is the count at the start. Starts now, `after` a cursor or `since` a time, and ends at `until` when it is given.",
    subscribe: streamOfItsOwn,
  })
  spaceCount(
    @Root() { count, late, cursor, at }: Omit<SpaceCountEvent, 'spaceId'>,
    @Arg('space', () => ID) space: string,
    @Arg('after', () => GraphQLCursor, { nullable: true }) _after: string | null,
    @Arg('since', () => Date, { nullable: true }) _since: Date | null,
    @Arg('until', () => Date, { nullable: true }) _until: Date | null,
  ): SpaceCountEvent {
    const { value, inferred } = count;
    const shown = Object.assign(new SpaceCount(), { value, at: count.at, inferred, drift: value < 0 });
    return Object.assign(new SpaceCountEvent(), { spaceId: space, count: shown, late, cursor, at });
  }
}
