import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../connection.ts';

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('Company')
export class OccupancyCompany {
  @Field(() => ID) id!: string;
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

export const SpaceConnection = connectionType(Space);
export const DoorwayConnection = connectionType(Doorway);
export const DpuConnection = connectionType(Dpu);
export const ReadingConnection = connectionType(Reading);
