import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import { streamOfItsOwn } from '../federated.ts';
import { GraphQLCursor } from '../scalars.ts';
import type { StreamEvent } from '../streams/seam.ts';
import type { Streams } from '../streams/stream.ts';
import { messagesScope, toMessage } from './questions.ts';
import { knownTopic } from './resolvers.ts';
import { type Message, MessageEvent } from './types.ts';

interface MessageArguments {
  topic: string;
  key?: string | null;
  after?: string | null;
  since?: Date | null;
}

/** The events of topicMessages: every message as it came, whether it keeps its contract or not. */
export function messageEvents(streams: Streams) {
  return async ({ topic: name, key, after, since }: MessageArguments) => {
    const topic = knownTopic(name);
    return streams.subscribe<Message>({
      topic,
      scope: messagesScope(topic, key ?? null),
      ...{ after, since },
      select: (message) => (key == null || message.key === key ? toMessage(topic, message) : undefined),
    });
  };
}

@Resolver()
export class MessageEventResolver {
  @Subscription(() => MessageEvent, {
    description:
      'The messages of a topic as they come, with one key or all. Starts now, `after` a cursor or `since` a time.',
    subscribe: streamOfItsOwn,
  })
  topicMessages(
    @Root() { value: message, cursor, at }: StreamEvent<Message>,
    @Arg('topic', () => String) _topic: string,
    @Arg('key', () => String, { nullable: true }) _key: string | null,
    @Arg('after', () => GraphQLCursor, { nullable: true }) _after: string | null,
    @Arg('since', () => Date, { nullable: true }) _since: Date | null,
  ): MessageEvent {
    return Object.assign(new MessageEvent(), { message, cursor, at });
  }
}
