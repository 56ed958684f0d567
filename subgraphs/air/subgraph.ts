import type { Tables } from '../../platform/clickhouse.ts';
import type { Publisher } from '../../platform/publish.ts';
import type { SecretKeys } from '../../platform/secretKeys.ts';
import { viewGroup } from '../../schema/topics.ts';
import { AppliedPosition, type Progress } from '../applied.ts';
import { federatedSchema } from '../federated.ts';
import { perTenant } from '../perTenant.ts';
import type { Streams } from '../streams/stream.ts';
import type { Broker } from '../streams/tail.ts';
import type { Subgraph } from '../subgraph.ts';
import { upToDate } from '../upToDate.ts';
import { AirEventResolver, airReadingEvents } from './events.ts';
import { AirMutationResolver } from './mutations.ts';
import { AirQuestions } from './questions.ts';
import { AirReadingResolver, AirSpaceResolver, FeedResolver, StationResolver } from './resolvers.ts';
import { AirSpace } from './types.ts';

export interface AirDependencies {
  tables: Tables;
  publisher: Publisher;
  streams: Streams;
  progress: Progress & Pick<Broker, 'ends'>;
  secretKeys: SecretKeys;
  allowPrivateEndpoints: boolean;
}

/** How long a mutation waits until all that was written before it can be seen, in milliseconds. */
const patienceMs = 5_000;

/** What the air is like: asked of ClickHouse, watched through air.results, and which feeds bring it. */
export function airSubgraph(dependencies: AirDependencies): Subgraph {
  const { tables, publisher, streams, progress, secretKeys, allowPrivateEndpoints } = dependencies;
  const questions = perTenant((tenant) => new AirQuestions(tables, tenant));
  const applied = (topic: string) => new AppliedPosition(progress, viewGroup('air'), topic);
  const views = { 'air.feeds': applied('air.feeds'), 'air.results': applied('air.results') };
  const mutations = new AirMutationResolver(publisher, streams, questions, secretKeys, allowPrivateEndpoints, (topic) =>
    upToDate(progress, views[topic], AbortSignal.timeout(patienceMs)),
  );
  return {
    name: 'air',
    schema: federatedSchema({
      resolvers: [
        StationResolver,
        AirReadingResolver,
        FeedResolver,
        AirSpaceResolver,
        AirMutationResolver,
        AirEventResolver,
      ],
      orphanedTypes: [AirSpace],
      instances: [
        new StationResolver(questions),
        new AirReadingResolver(questions),
        new FeedResolver(questions),
        new AirSpaceResolver(questions),
        mutations,
        new AirEventResolver(),
      ],
      access: { read: 'air:read', write: 'air:write' },
      references: {
        Station: ({ id }: { id: string }, context) => questions(context).station(id),
        Space: (space: AirSpace) => Object.assign(new AirSpace(), space),
      },
      streams: { airReadings: airReadingEvents(streams, views['air.results'], questions) },
    }),
    views: {
      'air.feeds': (position, signal) => views['air.feeds'].reaches(position, signal),
      'air.results': (position, signal) => views['air.results'].reaches(position, signal),
    },
  };
}
