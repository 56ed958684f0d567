import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { TopicName } from '../../schema/topics.ts';
import { connectionType, uncountedConnectionType } from '../connection.ts';
import { GraphQLCursor, GraphQLJSON } from '../scalars.ts';

@ObjectType({ description: 'A topic of Kafka, and its part of the log, which keeps what Kafka has dropped.' })
export class Topic {
  @Field(() => String, { description: 'Without KAFKA_PREFIX.' }) name!: TopicName;
}

@ObjectType()
export class TopicPartition {
  @Field(() => Int) id!: number;
  @Field({ description: 'The oldest offset that Kafka still has. The log may have older ones.' }) start!: string;
  @Field({ description: 'The offset that comes next.' }) end!: string;
}

@ObjectType({ description: 'How far a view, which is a consumer group, has taken a topic.' })
export class ViewProgress {
  topic!: TopicName;
  group!: string;
  @Field({ description: 'log is the archive of all messages.' }) view!: string;
}

@ObjectType()
export class Message {
  topic!: string;
  /** The value; what is no UTF-8 in it stands as U+FFFD. */
  text!: string | null;
  /** The value as it came, where it is Avro that is not read yet. */
  framed?: Buffer;
  @Field(() => Int) partition!: number;
  @Field() offset!: string;
  @Field(() => String, { nullable: true }) key!: string | null;
  @Field(() => GraphQLJSON, { nullable: true, description: 'An object of texts.' }) headers!: Record<string, string>;
  @Field({ description: 'When it entered the log.' }) at!: Date;
}

@ObjectType({ description: 'A message that broke its contract.' })
export class DeadLetter {
  /** The message of dead.letters. */
  message!: Message;
  @Field(() => ID, { description: 'Its place in dead.letters: partition/offset.' }) id!: string;
  @Field({ description: 'Where it came from.' }) topic!: string;
  @Field(() => Int, { description: 'Where it stands there.' }) partition!: number;
  @Field() offset!: string;
  @Field({ description: 'What is wrong, in words for a person.' }) reason!: string;
  @Field(() => String, { nullable: true }) key!: string | null;
  @Field(() => GraphQLJSON, { nullable: true, description: 'Those of the message.' }) headers!: Record<string, string>;
  @Field({ description: 'When it became one.' }) at!: Date;
}

@ObjectType()
export class MessageEvent {
  @Field() message!: Message;
  @Field(() => GraphQLCursor, { description: 'Resumes right after this event.' }) cursor!: string;
  @Field({ description: 'When the message entered the log.' }) at!: Date;
}

export const MessageConnection = uncountedConnectionType(Message);
export const DeadLetterConnection = connectionType(DeadLetter);
