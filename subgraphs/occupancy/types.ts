import { Directive, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { GraphQLCursor } from '../scalars.ts';
import type { Around } from './questions.ts';

@Directive('@extends')
@Directive('@key(fields: "id")')
@ObjectType('Company')
export class OccupancyCompany {
  @Field(() => ID) id!: string;
}

@Directive('@key(fields: "id")')
@ObjectType('Station')
export class OccupancyStation {
  @Field(() => ID) id!: string;
  @Directive('@external')
  @Field(() => Float)
  latitude!: number;
  @Directive('@external')
  @Field(() => Float)
  longitude!: number;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A room, floor or building in which people are counted.' })
export class Space {
  @Field(() => ID) id!: string;
  @Field({ description: 'Its id, while only doorways have spoken of it.' }) name!: string;
  @Field(() => Float, { nullable: true }) latitude!: number | null;
  @Field(() => Float, { nullable: true }) longitude!: number | null;
  @Field(() => OccupancyCompany, { nullable: true, description: 'Whose space it is.' })
  company!: OccupancyCompany | null;
  /** What its counts rest on, where it was asked for together with the space. */
  around?: Around;
}

@ObjectType()
export class SpaceCount {
  @Field(() => Int, { description: 'Never clamped: below zero where sensors have missed people.' }) value!: number;
  @Field() at!: Date;
  @Field({
    description:
      "True when no doorway has this space as ingress: it is counted from its neighbours' sensors, as the doorways are now.",
  })
  inferred!: boolean;
  @Field({ description: 'True when the value is below zero.' }) drift!: boolean;
}

@ObjectType()
export class SpaceCountBucket {
  @Field({ description: 'When the bucket begins.' }) start!: Date;
  @Field(() => Int, { description: 'How many came in.' }) entered!: number;
  @Field(() => Int, { description: 'How many went out.' }) left!: number;
  @Field(() => Int, { description: 'The count at the last millisecond of the bucket.' }) value!: number;
  @Field(() => Int, { description: 'The least count at any moment of the bucket.' }) min!: number;
  @Field(() => Int, { description: 'The greatest count at any moment of the bucket.' }) max!: number;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A way into a space, from another one or from outdoors.' })
export class Doorway {
  @Field(() => ID) id!: string;
  @Field() name!: string;
  ingressId!: string;
  egressId!: string | null;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A sensor that counts who passes it.' })
export class Dpu {
  @Field(() => ID) id!: string;
}

@ObjectType({ description: 'Where a DPU hung, and when.' })
export class Mount {
  @Field(() => Dpu) dpu!: Dpu;
  @Field(() => Doorway) doorway!: Doorway;
  @Field() from!: Date;
  @Field(() => Date, { nullable: true, description: 'The moment after its end; null while there is none.' })
  to!: Date | null;
}

@ObjectType({ description: 'Somebody passed a DPU.' })
export class Reading {
  @Field(() => ID, { description: 'As the sensor gave it; where it gave none, its place in Kafka.' }) id!: string;
  @Field(() => Dpu) dpu!: Dpu;
  @Field({ description: 'When it was, by the clock of the sensor.' }) time!: Date;
  @Field(() => Int, { description: '1 into the ingress space of the doorway, -1 out of it.' }) direction!: number;
}

@ObjectType()
export class SpaceCountEvent {
  spaceId!: string;
  @Field() count!: SpaceCount;
  @Field({ description: 'Whether it is about a time before something that had been counted already.' }) late!: boolean;
  @Field(() => GraphQLCursor, { description: 'Resumes right after this event.' }) cursor!: string;
  @Field({ description: 'When the message entered the log, or when the time of a reading of the future had come.' })
  at!: Date;
}

@InputType()
export class SpaceInput {
  @Field(() => ID) id!: string;
  @Field() name!: string;
  @Field(() => Float, { nullable: true }) latitude?: number | null;
  @Field(() => Float, { nullable: true }) longitude?: number | null;
  @Field(() => ID, { nullable: true }) company?: string | null;
}

@InputType()
export class DoorwayInput {
  @Field(() => ID) id!: string;
  @Field() name!: string;
  @Field(() => ID, { description: 'The space that people enter who are counted as 1.' }) ingress!: string;
  @Field(() => ID, { nullable: true, description: 'The space that they come from; null: from outdoors.' })
  egress?: string | null;
}

@InputType()
export class DpuInput {
  @Field(() => ID) id!: string;
  @Field(() => ID, { nullable: true, description: 'Over which it hangs.' }) doorway?: string | null;
  @Field(() => Date, { nullable: true, description: 'Since when it hangs there (default: now).' }) from?: Date | null;
}

@InputType()
export class ReadingInput {
  @Field(() => ID) dpu!: string;
  @Field({ description: 'When somebody passed, at most a day ahead.' }) time!: Date;
  @Field(() => Int, { description: '1 or -1.' }) direction!: number;
  @Field(() => ID, {
    nullable: true,
    description: 'Identity at its DPU and time: one that comes again counts once. Without it every reading counts.',
  })
  id?: string | null;
}

export const SpaceConnection = connectionType(Space);
export const DoorwayConnection = connectionType(Doorway);
export const DpuConnection = connectionType(Dpu);
export const ReadingConnection = connectionType(Reading);
