import type { Tables } from '../../platform/clickhouse.ts';
import { viewGroup } from '../../schema/topics.ts';
import { AppliedPosition, type Progress } from '../applied.ts';
import { federatedSchema } from '../federated.ts';
import type { Streams } from '../streams/stream.ts';
import type { Subgraph } from '../subgraph.ts';
import { WikiEventResolver, wikiActivityEvents, wikiEditEvents } from './events.ts';
import { WikiQuestions } from './questions.ts';
import { WikiCompanyResolver, WikiEditResolver } from './resolvers.ts';
import { WikiCompany } from './types.ts';

export interface WikiDependencies {
  tables: Tables;
  streams: Streams;
  progress: Progress;
}

/** Edits of wikis: asked of ClickHouse, watched through the topic wiki.edits. */
export function wikiSubgraph({ tables, streams, progress }: WikiDependencies): Subgraph {
  const questions = new WikiQuestions(tables);
  const applied = new AppliedPosition(progress, viewGroup('wiki'), 'wiki.edits');
  return {
    name: 'wiki',
    schema: federatedSchema({
      resolvers: [WikiEditResolver, WikiCompanyResolver, WikiEventResolver],
      orphanedTypes: [WikiCompany],
      instances: [new WikiEditResolver(questions), new WikiCompanyResolver(questions), new WikiEventResolver()],
      access: {},
      references: {
        WikiEdit: ({ id }: { id: string }) => questions.edit(id),
        Company: (company: WikiCompany) => Object.assign(new WikiCompany(), company),
      },
      streams: {
        wikiEdits: wikiEditEvents(streams),
        wikiActivity: wikiActivityEvents(streams, questions, applied),
      },
    }),
    views: { 'wiki.edits': (position, signal) => applied.reaches(position, signal) },
  };
}
