import type { Tables } from '../../platform/clickhouse.ts';
import type { Publisher } from '../../platform/publish.ts';
import { viewGroup } from '../../schema/topics.ts';
import { AppliedPosition, type Progress } from '../applied.ts';
import { federatedSchema } from '../federated.ts';
import { perTenant } from '../perTenant.ts';
import type { Streams } from '../streams/stream.ts';
import type { Broker } from '../streams/tail.ts';
import type { Subgraph } from '../subgraph.ts';
import { upToDate } from '../upToDate.ts';
import { SpaceCountResolver, spaceCountEvents } from './events.ts';
import { OccupancyMutationResolver } from './mutations.ts';
import { OccupancyQuestions } from './questions.ts';
import {
  DoorwayResolver,
  DpuResolver,
  OccupancyCompanyResolver,
  OccupancyStationResolver,
  ReadingResolver,
  SpaceResolver,
} from './resolvers.ts';
import { OccupancyCompany, OccupancyStation } from './types.ts';
import { readingsUpload } from './upload.ts';

export interface OccupancyDependencies {
  tables: Tables;
  publisher: Publisher;
  streams: Streams;
  progress: Progress & Pick<Broker, 'ends'>;
}

/** How many people are in a space: asked of ClickHouse, written through the topics of occupancy. */
export function occupancySubgraph({ tables, publisher, streams, progress }: OccupancyDependencies): Subgraph {
  const questions = perTenant((tenant) => new OccupancyQuestions(tables, tenant));
  const applied = (topic: string) => new AppliedPosition(progress, viewGroup('occupancy'), topic);
  const topology = applied('occupancy.topology');
  const readings = applied('occupancy.readings');
  return {
    name: 'occupancy',
    schema: federatedSchema({
      resolvers: [
        SpaceResolver,
        OccupancyCompanyResolver,
        OccupancyStationResolver,
        DoorwayResolver,
        DpuResolver,
        ReadingResolver,
        OccupancyMutationResolver,
        SpaceCountResolver,
      ],
      orphanedTypes: [OccupancyStation],
      instances: [
        new SpaceResolver(questions),
        new OccupancyCompanyResolver(questions),
        new OccupancyStationResolver(questions),
        new DoorwayResolver(questions),
        new DpuResolver(questions),
        new ReadingResolver(questions),
        new SpaceCountResolver(questions),
        new OccupancyMutationResolver(publisher, streams, questions, (signal) => upToDate(progress, topology, signal)),
      ],
      access: { read: 'occupancy:read', write: 'occupancy:write' },
      references: {
        Company: (company: OccupancyCompany) => Object.assign(new OccupancyCompany(), company),
        Station: (station: OccupancyStation) => Object.assign(new OccupancyStation(), station),
        Space: ({ id }: { id: string }, context) => questions(context).space(id),
        Doorway: ({ id }: { id: string }, context) => questions(context).doorway(id),
        Dpu: ({ id }: { id: string }, context) => questions(context).dpu(id),
      },
      streams: { spaceCount: spaceCountEvents(streams, questions, { topology, readings }, progress) },
    }),
    views: {
      'occupancy.topology': (position, signal) => topology.reaches(position, signal),
      'occupancy.readings': (position, signal) => readings.reaches(position, signal),
    },
    uploads: { '/occupancy/readings': readingsUpload(publisher, streams) },
  };
}
