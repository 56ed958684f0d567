import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { TributaryError } from '../../platform/errors.ts';
import { pageRequest } from '../connection.ts';
import type { Context } from '../context.ts';
import type { PerTenant } from '../perTenant.ts';
import { endsAt } from '../settled.ts';
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
  constructor(readonly questions: PerTenant<AirQuestions>) {}

  @Query(() => Station, { nullable: true })
  station(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return this.questions(context).station(id);
  }

  @Query(() => StationConnection, {
    description: 'Country and city as their API names them. The nearest first with `near`, else ordered by id.',
  })
  stations(
    @Ctx() context: Context,
    @Arg('country', () => String, { nullable: true }) country: string | null,
    @Arg('city', () => String, { nullable: true }) city: string | null,
    @Arg('near', () => GeoPoint, { nullable: true }) near: GeoPoint | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    if (near) refuseNowhere(near);
    const request = pageRequest(first, after, near ? nearOrder : stationOrder);
    return this.questions(context).stations({ country: country ?? null, city: city ?? null }, near ?? null, request);
  }

  @FieldResolver(() => AirReading, { nullable: true, description: 'The newest reading.' })
  latest(@Root() station: Station, @Ctx() context: Context) {
    endsAt(context, null);
    return station.newest;
  }

  @FieldResolver(() => AirReading, { nullable: true, description: 'The newest reading up to the time.' })
  at(@Root() station: Station, @Ctx() context: Context, @Arg('time', () => Date) time: Date) {
    endsAt(context, time);
    return this.questions(context).at(station.id, time.getTime());
  }

  @FieldResolver(() => [AirBucket], {
    description:
      'The US index per bucket (every: ISO 8601 duration such as PT1H). The first bucket begins at `from`, the last one ends at `to`; at most 10000.',
  })
  series(
    @Root() station: Station,
    @Ctx() context: Context,
    @Arg('from', () => Date) from: Date,
    @Arg('to', () => Date) to: Date,
    @Arg('every', () => String) every: string,
    @Arg('fill', () => FillMode, { nullable: true, defaultValue: FillMode.NONE }) fill: FillMode | null,
  ) {
    endsAt(context, to);
    return this.questions(context).series(station.id, buckets(from, to, every), fill ?? FillMode.NONE);
  }
}

@Resolver(() => AirReading)
export class AirReadingResolver {
  constructor(readonly questions: PerTenant<AirQuestions>) {}

  @FieldResolver(() => Station)
  station(@Root() reading: AirReading, @Ctx() context: Context) {
    return this.questions(context).station(reading.stationId);
  }
}

@Resolver(() => Feed)
export class FeedResolver {
  constructor(readonly questions: PerTenant<AirQuestions>) {}

  @Query(() => [Feed], { description: 'Ordered by id.' })
  feeds(@Ctx() context: Context) {
    return this.questions(context).feeds();
  }

  @Query(() => Feed, { nullable: true })
  feed(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return this.questions(context).feed(id);
  }

  @FieldResolver(() => FeedRun, { nullable: true })
  lastRun(@Root() feed: Feed, @Ctx() context: Context) {
    return this.questions(context).lastRun(feed.id);
  }

  @FieldResolver(() => FeedRunConnection, { description: 'Those that have ended, newest first.' })
  runs(
    @Root() feed: Feed,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions(context).runs(feed.id, pageRequest(first, after, runOrder));
  }
}

@Resolver(() => AirSpace)
export class AirSpaceResolver {
  constructor(readonly questions: PerTenant<AirQuestions>) {}

  @Directive('@requires(fields: "latitude longitude")')
  @FieldResolver(() => AirReading, {
    nullable: true,
    description:
      'What the nearest station had measured last `at` a time (default: now); null where the space has no place.',
  })
  airQuality(
    @Root() { latitude, longitude }: AirSpace,
    @Ctx() context: Context,
    @Arg('at', () => Date, { nullable: true }) at: Date | null,
  ) {
    endsAt(context, at);
    if (latitude == null || longitude == null) return null;
    return this.questions(context).near({ latitude, longitude }, (at ?? new Date()).getTime());
  }
}

function refuseNowhere({ latitude, longitude }: GeoPoint): void {
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return;
  throw new TributaryError(
    'BAD_USER_INPUT',
    `near must be from -90 to 90 degrees north and -180 to 180 east, not ${latitude} and ${longitude}.`,
  );
}
