import type { GraphQLSchema } from 'graphql';
import type { Graph } from '../../platform/neo4j.ts';
import type { Publisher } from '../../platform/publish.ts';
import { viewGroup } from '../../schema/topics.ts';
import { AppliedPosition, type MarkedProgress } from '../applied.ts';
import { federatedSchema } from '../federated.ts';
import type { Streams } from '../streams/stream.ts';
import type { Subgraph } from '../subgraph.ts';
import { GraphChangeResolver, graphChanges } from './changes.ts';
import { PeopleQuestions } from './questions.ts';
import {
  CompanyResolver,
  nodeId,
  PathResolver,
  PeopleMutationResolver,
  PeopleTermResolver,
  PersonResolver,
} from './resolvers.ts';
import { PeopleTerm } from './types.ts';

export interface PeopleDependencies {
  graph: Graph;
  publisher: Publisher;
  streams: Streams;
  progress: MarkedProgress;
}

/** People and companies: asked of Neo4j, written and watched through the topic people.events. */
export function peopleSubgraph({ graph, publisher, streams, progress }: PeopleDependencies): Subgraph {
  const questions = new PeopleQuestions(graph);
  // The marks are bookmarks: what is known to be applied is seen, whichever server of Neo4j is asked.
  const committed = async (group: string, topic: string) => {
    const { position, marks } = await progress.committedWithMarks(group, topic);
    graph.after(marks);
    return position;
  };
  const applied = new AppliedPosition({ committed }, viewGroup('people'), 'people.events');
  return {
    name: 'people',
    schema: schemaOf(questions, publisher, streams, applied),
    views: { 'people.events': (position, signal) => applied.reaches(position, signal) },
  };
}

function schemaOf(
  questions: PeopleQuestions,
  publisher: Publisher,
  streams: Streams,
  applied: AppliedPosition,
): GraphQLSchema {
  return federatedSchema({
    resolvers: [
      PersonResolver,
      CompanyResolver,
      PeopleTermResolver,
      PathResolver,
      PeopleMutationResolver,
      GraphChangeResolver,
    ],
    instances: [
      new PersonResolver(questions),
      new CompanyResolver(questions),
      new PeopleTermResolver(questions),
      new PathResolver(questions),
      new PeopleMutationResolver(publisher, streams),
      new GraphChangeResolver(),
    ],
    orphanedTypes: [PeopleTerm],
    access: { write: 'people:write' },
    references: {
      Person: ({ id }: { id: string }) => questions.person(nodeId('person', id)),
      Company: ({ id }: { id: string }) => questions.company(nodeId('company', id)),
      Term: (term: PeopleTerm) => Object.assign(new PeopleTerm(), term),
    },
    streams: { graphChanged: graphChanges(streams, applied, questions) },
  });
}
