import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { GraphQLCursor } from './scalars.ts';

@Directive('@shareable')
@ObjectType({
  description:
    'Answer to a mutation: accepted by Kafka. Send `position` as the Read-After header to read your own write.',
})
export class Receipt {
  @Field(() => Int) accepted!: number;
  @Field(() => GraphQLCursor) position!: string;
}
