import { Directive, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { GraphQLCursor, GraphQLJSON } from '../scalars.ts';

@InputType()
export class GeoPoint {
  @Field(() => Float) latitude!: number;
  @Field(() => Float) longitude!: number;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'Where air is measured, or computed for.' })
export class Station {
  newest!: AirReading;
  @Field(() => ID, { description: 'country/state/city' }) id!: string;
  @Field() city!: string;
  @Field() state!: string;
  @Field() country!: string;
  @Field(() => Float) latitude!: number;
  @Field(() => Float) longitude!: number;
}

@ObjectType({ description: 'What the air was like at a time. What the API does not tell is null.' })
export class AirReading {
  stationId!: string;
  @Field() time!: Date;
  @Field(() => Int, { nullable: true, description: 'The index of U.S. EPA.' }) aqiUs!: number | null;
  @Field(() => String, { nullable: true, description: 'Its worst pollutant: p2, p1, o3, n2, s2, co.' }) mainUs!:
    | string
    | null;
  @Field(() => Int, { nullable: true, description: 'The index of China.' }) aqiCn!: number | null;
  @Field(() => String, { nullable: true }) mainCn!: string | null;
  @Field(() => Float, { nullable: true, description: '°C.' }) temperature!: number | null;
  @Field(() => Float, { nullable: true, description: 'hPa.' }) pressure!: number | null;
  @Field(() => Float, { nullable: true, description: 'Percent.' }) humidity!: number | null;
  @Field(() => Float, { nullable: true, description: 'm/s.' }) windSpeed!: number | null;
  @Field(() => Float, { nullable: true, description: 'Degrees from north, where the wind comes from.' })
  windDirection!: number | null;
}

export enum FillMode {
  NONE = 'NONE',
  NULL = 'NULL',
  PREVIOUS = 'PREVIOUS',
  LINEAR = 'LINEAR',
}
registerEnumType(FillMode, {
  name: 'FillMode',
  description: 'What stands for buckets without a US index.',
  valuesConfig: {
    NONE: { description: 'Buckets without readings are left out.' },
    NULL: { description: 'Nothing.' },
    PREVIOUS: { description: 'What the bucket before it has, and before the first one the last index known then.' },
    LINEAR: { description: 'What lies on a line between the buckets around it; at the ends nothing.' },
  },
});

@ObjectType()
export class AirBucket {
  @Field({ description: 'When the bucket begins.' }) start!: Date;
  @Field(() => Int, { description: 'How many readings it has.' }) samples!: number;
  @Field(() => Float, { nullable: true }) aqiUsAvg!: number | null;
  @Field(() => Int, { nullable: true }) aqiUsMin!: number | null;
  @Field(() => Int, { nullable: true }) aqiUsMax!: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'The mean of all readings of the 24 hours that end with the bucket, whatever is filled.',
  })
  aqiUsMoving24h!: number | null;
}

export enum FeedState {
  WAITING = 'WAITING',
  RUNNING = 'RUNNING',
  STOPPED = 'STOPPED',
}
registerEnumType(FeedState, { name: 'FeedState' });

export enum FeedOutcome {
  STORED = 'STORED',
  UNCHANGED = 'UNCHANGED',
  TIMEOUT = 'TIMEOUT',
  HTTP_ERROR = 'HTTP_ERROR',
  REFUSED = 'REFUSED',
  CORRUPT = 'CORRUPT',
}
registerEnumType(FeedOutcome, {
  name: 'FeedOutcome',
  valuesConfig: {
    STORED: { description: 'A new point.' },
    UNCHANGED: { description: 'A point of the same time as the last.' },
    TIMEOUT: { description: 'Dropped.' },
    HTTP_ERROR: { description: 'The status is not 2xx, or there was no answer.' },
    REFUSED: { description: 'The API says no, in an answer of status 2xx.' },
    CORRUPT: { description: 'Not JSON, or not the shape.' },
  },
});

@ObjectType({ description: 'A fetch of a feed.' })
export class FeedRun {
  @Field(() => ID) id!: string;
  @Field() started!: Date;
  @Field(() => Date, { nullable: true }) ended!: Date | null;
  @Field(() => FeedOutcome) outcome!: FeedOutcome;
  @Field(() => String, { nullable: true, description: 'Why there is no point.' }) message!: string | null;
  @Field(() => String, { nullable: true, description: 'Name of the raw response in the object store.' })
  payload!: string | null;
  @Field(() => Int, { nullable: true, description: 'Version of the parser that has read the response.' })
  parser!: number | null;
}

@ObjectType({ description: 'A scheduled fetch of an outside API. The secret is write-only.' })
export class Feed {
  @Field(() => ID) id!: string;
  @Field() adapter!: string;
  @Field() endpoint!: string;
  @Field(() => GraphQLJSON, { description: 'What the API is asked for.' }) query!: unknown;
  @Field(() => Int) intervalMs!: number;
  @Field(() => Int) timeoutMs!: number;
  @Field() bucket!: string;
  @Field(() => FeedState) state!: FeedState;
  @Field(() => String, { nullable: true, description: 'Who fetches it, or has fetched it last.' })
  worker!: string | null;
}

@InputType()
export class FeedInput {
  @Field(() => ID, {
    nullable: true,
    description: 'Default: one made of adapter, endpoint and query, so that the same request means the same feed.',
  })
  id?: string | null;
  @Field({ description: 'IQAIR_DAILY or OPEN_METEO.' }) adapter!: string;
  @Field({ description: 'http(s):// address of the API, without user, query and fragment.' }) endpoint!: string;
  @Field({ description: 'The key of the API; empty where it wants none. It is encrypted, and never shown.' })
  secretKey!: string;
  @Field(() => Int, { nullable: true, defaultValue: 300_000, description: 'Milliseconds.' }) interval?: number | null;
  @Field(() => Int, { nullable: true, description: 'Milliseconds (default: the interval).' }) timeout?: number | null;
  @Field(() => String, { nullable: true, defaultValue: 'results', description: 'Folder of the raw responses.' })
  bucketName?: string | null;
  @Field(() => GraphQLJSON, { nullable: true, description: 'What to ask for, by the names of the adapter.' })
  query?: unknown;
}

@ObjectType()
export class FeedResponse {
  @Field() success!: boolean;
  @Field() message!: string;
  @Field(() => Feed, { nullable: true }) feed!: Feed | null;
}

@ObjectType()
export class AirReadingEvent {
  @Field() reading!: AirReading;
  @Field(() => GraphQLCursor, { description: 'Resumes right after this event.' }) cursor!: string;
  @Field({ description: 'When the message entered the log.' }) at!: Date;
}

@Directive('@key(fields: "id")')
@ObjectType('Space')
export class AirSpace {
  @Field(() => ID) id!: string;
  @Directive('@external')
  @Field(() => Float, { nullable: true })
  latitude!: number | null;
  @Directive('@external')
  @Field(() => Float, { nullable: true })
  longitude!: number | null;
}

export const StationConnection = connectionType(Station);
export const FeedRunConnection = connectionType(FeedRun);
