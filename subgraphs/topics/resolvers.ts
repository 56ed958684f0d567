import { Arg, Ctx, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { TributaryError } from '../../platform/errors.ts';
import type { Values } from '../../platform/values.ts';
import { quote } from '../../schema/contract.ts';
import { isConfidential, shownValue } from '../../schema/shown.ts';
import { redrivenPlace, type TopicName, topicNames } from '../../schema/topics.ts';
import { pageRequest } from '../connection.ts';
import type { Context } from '../context.ts';
import { endsAt } from '../settled.ts';
import { span } from '../span.ts';
import { letterOrder, type TopicQuestions } from './questions.ts';
import {
  DeadLetter,
  DeadLetterConnection,
  Message,
  MessageConnection,
  Topic,
  TopicPartition,
  ViewProgress,
} from './types.ts';

const asText =
  'As text: what came as Avro is JSON, unless it cannot be read, and what is no UTF-8 stands as U+FFFD. Empty where there is none. Secrets are starred.';
const asBytes = 'The bytes of `value`, in base64; null where there is none. Secrets are starred here too.';

@Resolver(() => Topic)
export class TopicResolver {
  constructor(readonly questions: TopicQuestions) {}

  @Query(() => [Topic])
  topics() {
    return topicNames.map(toTopic);
  }

  @Query(() => Topic, { nullable: true })
  topic(@Arg('name', () => String) name: string) {
    return isTopic(name) ? toTopic(name) : null;
  }

  @FieldResolver(() => [TopicPartition])
  partitions(@Root() topic: Topic, @Ctx() context: Context) {
    endsAt(context, null);
    return this.questions.partitions(topic.name);
  }

  @FieldResolver(() => MessageConnection, {
    description:
      'Oldest first: merged by time of append, as a subscription tells them. From the first one that was appended at or after `from` on, and only those with this key. A cursor of the list also goes into `after` of topicMessages with the same topic and key, and that of an event into `after` here. A page ends early where its messages have more than 16 MiB.',
  })
  messages(
    @Root() topic: Topic,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('from', () => Date, { nullable: true }) from: Date | null,
    @Arg('key', () => String, { nullable: true }) key: string | null,
  ) {
    endsAt(context, null);
    const filter = { key: key ?? null, from: from ?? null };
    const request = { first: first ?? null, after: after ?? null };
    return this.questions.messages(topic.name, filter, request);
  }

  @FieldResolver(() => [ViewProgress], { description: 'The log first.' })
  views(@Root() topic: Topic) {
    return this.questions.views(topic.name);
  }
}

@Resolver(() => ViewProgress)
export class ViewProgressResolver {
  constructor(readonly questions: TopicQuestions) {}

  @FieldResolver(() => Int, { description: 'How many messages the topic has that the view has not taken yet.' })
  lag(@Root() view: ViewProgress, @Ctx() context: Context) {
    endsAt(context, null);
    return this.questions.lag(view);
  }

  @FieldResolver(() => Float, {
    description:
      'How many messages a second it takes: over the time since this server was asked before, 10 seconds at the most. Where nobody has asked in that time, the answer takes a second and is about that second.',
  })
  rate(@Root() view: ViewProgress, @Ctx() context: Context) {
    endsAt(context, null);
    return this.questions.rate(view);
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description: 'When the newest message entered the log that it has taken; null: it has taken none.',
  })
  at(@Root() view: ViewProgress, @Ctx() context: Context) {
    endsAt(context, null);
    return this.questions.newestTaken(view);
  }
}

@Resolver(() => Message)
export class MessageResolver {
  /** @param isArchived waits until the message can be asked for in the log */
  constructor(
    readonly questions: TopicQuestions,
    readonly values: Values,
    readonly isArchived: (message: Message) => Promise<void>,
  ) {}

  @FieldResolver(() => String, { description: asText })
  async value(@Root() message: Message): Promise<string> {
    const { topic, headers } = message;
    return shownValue(topic, headers, (await this.#textOf(message)) ?? '');
  }

  @FieldResolver(() => String, { nullable: true, description: asBytes })
  async base64(@Root() message: Message): Promise<string | null> {
    const { topic, headers, partition, offset } = message;
    const text = await this.#textOf(message);
    if (text === null) return null;
    const isWhole = !text.includes('\uFFFD') || isConfidential(topic, headers);
    if (isWhole) return Buffer.from(await this.value(message)).toString('base64');
    await this.isArchived(message);
    const bytes = (await this.questions.original(topic, partition, offset))?.value;
    // What came as Avro has other bytes, and is whole.
    return bytes ? (bytes.toString() === text ? bytes : Buffer.from(text)).toString('base64') : null;
  }

  /** Only whoever asks for the value waits for the registry. */
  async #textOf({ text, framed }: Message): Promise<string | null> {
    if (!framed) return text;
    const [read] = await this.values.unframe([{ value: framed }]);
    return read!.value.toString();
  }
}

@Resolver(() => DeadLetter)
export class DeadLetterResolver {
  constructor(
    readonly questions: TopicQuestions,
    readonly messages: MessageResolver,
  ) {}

  @Query(() => DeadLetterConnection, {
    description: 'Newest first, of one topic or all, inside [from, to). A page ends early after 16 MiB.',
  })
  deadLetters(
    @Ctx() context: Context,
    @Arg('topic', () => String, { nullable: true }) topic: string | null,
    @Arg('from', () => Date, { nullable: true }) from: Date | null,
    @Arg('to', () => Date, { nullable: true }) to: Date | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    endsAt(context, null);
    if (topic != null) knownTopic(topic);
    const request = pageRequest(first, after, letterOrder);
    return this.questions.letters({ topic: topic ?? null, ...span(from, to) }, request);
  }

  @Query(() => DeadLetter, { nullable: true })
  deadLetter(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    endsAt(context, null);
    const place = redrivenPlace(id);
    return place ? this.questions.letter(place) : null;
  }

  @FieldResolver(() => String, { description: asText })
  value(@Root() { message }: DeadLetter): Promise<string> {
    return this.messages.value(message);
  }

  @FieldResolver(() => String, { nullable: true, description: asBytes })
  base64(@Root() { message }: DeadLetter): Promise<string | null> {
    return this.messages.base64(message);
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description: 'When the message entered its topic again, by redriveDeadLetters; null: it has not.',
  })
  redriven(@Root() { topic, partition, offset }: DeadLetter) {
    return partition < 0 ? null : this.questions.redriven(topic, partition, offset);
  }
}

const toTopic = (name: TopicName) => Object.assign(new Topic(), { name });
const isTopic = (name: string): name is TopicName => (topicNames as string[]).includes(name);

/** @throws TributaryError BAD_USER_INPUT */
export function knownTopic(name: string): TopicName {
  if (isTopic(name)) return name;
  throw new TributaryError('BAD_USER_INPUT', `There is no topic ${quote(name)}; there are ${topicNames.join(', ')}.`);
}
