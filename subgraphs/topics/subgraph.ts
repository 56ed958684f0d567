import type { Tables } from '../../platform/clickhouse.ts';
import { TributaryError } from '../../platform/errors.ts';
import type { Publisher } from '../../platform/publish.ts';
import type { Values } from '../../platform/values.ts';
import { logGroup, topicNames } from '../../schema/topics.ts';
import { AppliedPosition } from '../applied.ts';
import { federatedSchema } from '../federated.ts';
import type { Streams } from '../streams/stream.ts';
import type { Subgraph } from '../subgraph.ts';
import { upToDate } from '../upToDate.ts';
import { MessageEventResolver, messageEvents } from './events.ts';
import { RedriveResolver } from './mutations.ts';
import { TopicQuestions, type TopicsProgress } from './questions.ts';
import { DeadLetterResolver, MessageResolver, TopicResolver, ViewProgressResolver } from './resolvers.ts';

export interface TopicsDependencies {
  tables: Tables;
  publisher: Publisher;
  streams: Streams;
  progress: TopicsProgress;
  values: Values;
}

/** How long the log is waited for, in milliseconds. */
const patienceMs = 5_000;

/** The streams themselves: topics with what is in them, how far views are, and dead letters. */
export function topicsSubgraph({ tables, publisher, streams, progress, values }: TopicsDependencies): Subgraph {
  const questions = new TopicQuestions(tables, streams, progress);
  const archived = Object.fromEntries(
    topicNames.map((topic) => [topic, new AppliedPosition(progress, logGroup, topic)]),
  );
  const messages = new MessageResolver(questions, values, async ({ topic, partition, offset }) => {
    const place = { partition, offset: Number(offset) };
    await archived[topic]!.includes(place, AbortSignal.timeout(patienceMs)).catch((cause) => {
      throw new TributaryError(
        'STORE_UNAVAILABLE',
        'The log does not have the bytes of the message yet. Try again later.',
        {},
        { cause },
      );
    });
  });
  const redrive = new RedriveResolver(publisher, streams, questions, (topic) =>
    upToDate(progress, archived[topic]!, AbortSignal.timeout(patienceMs)),
  );
  return {
    name: 'streams',
    schema: federatedSchema({
      resolvers: [
        TopicResolver,
        ViewProgressResolver,
        MessageResolver,
        DeadLetterResolver,
        RedriveResolver,
        MessageEventResolver,
      ],
      instances: [
        new TopicResolver(questions),
        new ViewProgressResolver(questions),
        messages,
        new DeadLetterResolver(questions, messages),
        redrive,
        new MessageEventResolver(),
      ],
      access: { read: 'streams:read', write: 'streams:write' },
      references: {},
      streams: { topicMessages: messageEvents(streams) },
    }),
    views: Object.fromEntries(
      topicNames.map((topic) => [topic, (position, signal) => archived[topic]!.reaches(position, signal)]),
    ),
  };
}
