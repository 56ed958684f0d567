import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedMessage } from '../../platform/messageLog.ts';
import { parseResultMessage } from '../../schema/air/result.ts';
import { stationId } from '../../schema/air/station.ts';
import { unlessBroken } from '../../schema/contract.ts';
import { tenantOf } from '../../schema/tenant.ts';
import type { AppliedPosition } from '../applied.ts';
import type { Context } from '../context.ts';
import { streamOfItsOwn } from '../federated.ts';
import { InBatches, type SettledEvent } from '../inBatches.ts';
import type { PerTenant } from '../perTenant.ts';
import { GraphQLCursor } from '../scalars.ts';
import type { Streams } from '../streams/stream.ts';
import { untilAnswered } from '../untilAnswered.ts';
import type { AirQuestions } from './questions.ts';
import { AirReading, AirReadingEvent } from './types.ts';

interface ReadingArguments {
  station?: string | null;
  country?: string | null;
  after?: string | null;
  since?: Date | null;
  until?: Date | null;
}

/** The events of airReadings: results with a new point, each held back until the table has the point. */
export function airReadingEvents(streams: Streams, applied: AppliedPosition, questionsOf: PerTenant<AirQuestions>) {
  return async ({ station, country, after, since, until }: ReadingArguments, context: Context) => {
    const { tenant } = context.caller;
    const questions = questionsOf(context);
    const filter = { station: station ?? null, country: country ?? null };
    // A station begins with its country, as ids spell it.
    const begin =
      filter.country === null ? '' : stationId({ country: filter.country, state: '', city: '' }).slice(0, -1);
    const source = await streams.subscribe<AirReading>({
      topic: 'air.results',
      scope: { field: 'airReadings', filter, tenant },
      ...{ after, since, until },
      select: (message) => {
        const point = pointOf(message, tenant);
        const fits =
          point && (filter.station ?? point.stationId) === point.stationId && point.stationId.startsWith(begin);
        return fits ? point : undefined;
      },
    });
    return new InBatches(source, async (events, ended) => {
      await applied.reaches(events.at(-1)!.position, ended);
      const stored = await untilAnswered(
        () => Promise.all(events.map(({ value }) => questions.reading(value.stationId, value.time.getTime()))),
        ended,
      );
      // Where the raw response has got lost, the point is known by its time alone.
      return stored.map((reading, place) => reading ?? events[place]!.value);
    });
  };
}

/** Station and time of a new point. What breaks its contract, or is of another tenant, has none. */
function pointOf({ value, headers }: LoggedMessage, tenant: string): AirReading | undefined {
  return unlessBroken(() => {
    if (tenantOf(headers) !== tenant) return undefined;
    const change = parseResultMessage(value);
    if (change.kind !== 'RESULT' || change.result.outcome !== 'STORED') return undefined;
    const { station: stationId, time } = change.result;
    return Object.assign(new AirReading(), { stationId, time: new Date(time!) });
  });
}

@Resolver()
export class AirEventResolver {
  @Subscription(() => AirReadingEvent, {
    description:
      'Readings as feeds bring them, each once the table holds it. Both filters must hold. Starts now, `after` a cursor or `since` a time, and ends at `until` when it is given.',
    subscribe: streamOfItsOwn,
  })
  airReadings(
    @Root() { value: reading, cursor, at }: SettledEvent<AirReading>,
    @Arg('station', () => ID, { nullable: true }) _station: string | null,
    @Arg('country', () => String, { nullable: true }) _country: string | null,
    @Arg('after', () => GraphQLCursor, { nullable: true }) _after: string | null,
    @Arg('since', () => Date, { nullable: true }) _since: Date | null,
    @Arg('until', () => Date, { nullable: true }) _until: Date | null,
  ): AirReadingEvent {
    return Object.assign(new AirReadingEvent(), { reading, cursor, at });
  }
}
