import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { TributaryError } from '../../platform/errors.ts';
import { pageRequest } from '../connection.ts';
import { type Caller, endsAt } from '../settled.ts';
import { buckets } from '../span.ts';
import { type AirQuestions, nearOrder, runOrder, stationOrder } from './questions.ts';
import {
  AirBucket,
  AirReading,
  AirSpace,
  Feed,
  FeedRun,
  FeedRunConnection,
  FillMode,
  GeoPoint,
  Station,
  StationConnection,
} from './types.ts';

@Resolver(() => Station)
export class StationResolver {
  constructor(readonly questions: AirQuestions) {}

  @Query(() => Station, { nullable: true })
  station(@Arg('id', () => ID) id: string) {
    return this.questions.station(id);
  }

  @Query(() => StationConnection, {
    description: 'Country and city as their API names them. The nearest first with `near`, else ordered by id.',
  })
  stations(
    @Arg('country', () => String, { nullable: true }) country: string | null,
    @Arg('city', () => String, { nullable: true }) city: string | null,
    @Arg('near', () => GeoPoint, { nullable: true }) near: GeoPoint | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    if (near) refuseNowhere(near);
    const request = pageRequest(first, after, near ? nearOrder : stationOrder);
    return this.questions.stations({ country: country ?? null, city: city ?? null }, near ?? null, request);
  }

  @FieldResolver(() => AirReading, { nullable: true, description: 'The newest reading.' })
  latest(@Root() station: Station, @Ctx() caller: Caller) {
    endsAt(caller, null);
    return station.newest;
  }

  @FieldResolver(() => AirReading, { nullable: true, description: 'The newest reading up to the time.' })
  at(@Root() station: Station, @Ctx() caller: Caller, @Arg('time', () => Date) time: Date) {
    endsAt(caller, time);
    return this.questions.at(station.id, time.getTime());
  }

  @FieldResolver(() => [AirBucket], {
    description:
      'The US index per bucket (every: ISO 8601 duration such as PT1H). The first bucket begins at `from`, the last one ends at `to`; at most 10000.',
  })
  series(
    @Root() station: Station,
    @Ctx() caller: Caller,
    @Arg('from', () => Date) from: Date,
    @Arg('to', () => Date) to: Date,
    @Arg('every', () => String) every: string,
    @Arg('fill', () => FillMode, { nullable: true, defaultValue: FillMode.NONE }) fill: FillMode | null,
  ) {
    endsAt(caller, to);
    return this.questions.series(station.id, buckets(from, to, every), fill ?? FillMode.NONE);
  }
}

@Resolver(() => AirReading)
export class AirReadingResolver {
  constructor(readonly questions: AirQuestions) {}

  @FieldResolver(() => Station)
  station(@Root() reading: AirReading) {
    return this.questions.station(reading.stationId);
  }
}

@Resolver(() => Feed)
export class FeedResolver {
  constructor(readonly questions: AirQuestions) {}

  @Query(() => [Feed], { description: 'Ordered by id.' })
  feeds() {
    return this.questions.feeds();
  }

  @Query(() => Feed, { nullable: true })
  feed(@Arg('id', () => ID) id: string) {
    return this.questions.feed(id);
  }

  @FieldResolver(() => FeedRun, { nullable: true })
  lastRun(@Root() feed: Feed) {
    return this.questions.lastRun(feed.id);
  }

  @FieldResolver(() => FeedRunConnection, { description: 'Those that have ended, newest first.' })
  runs(
    @Root() feed: Feed,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions.runs(feed.id, pageRequest(first, after, runOrder));
  }
}

@Resolver(() => AirSpace)
export class AirSpaceResolver {
  constructor(readonly questions: AirQuestions) {}

  @Directive('@requires(fields: "latitude longitude")')
  @FieldResolver(() => AirReading, {
    nullable: true,
    description:
      'What the nearest station had measured last `at` a time (default: now); null where the space has no place.',
  })
  airQuality(
    @Root() { latitude, longitude }: AirSpace,
    @Ctx() caller: Caller,
    @Arg('at', () => Date, { nullable: true }) at: Date | null,
  ) {
    endsAt(caller, at);
    if (latitude == null || longitude == null) return null;
    return this.questions.near({ latitude, longitude }, (at ?? new Date()).getTime());
  }
}

function refuseNowhere({ latitude, longitude }: GeoPoint): void {
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return;
  throw new TributaryError(
    'BAD_USER_INPUT',
    `near must be from -90 to 90 degrees north and -180 to 180 east, not ${latitude} and ${longitude}.`,
  );
}
