import type { Tables } from '../../platform/clickhouse.ts';
import { viewGroup } from '../../schema/topics.ts';
import { AppliedPosition, type Progress } from '../applied.ts';
import { federatedSchema } from '../federated.ts';
import type { Subgraph } from '../subgraph.ts';
import { OccupancyQuestions } from './questions.ts';
import { DoorwayResolver, DpuResolver, ReadingResolver, SpaceResolver } from './resolvers.ts';

export interface OccupancyDependencies {
  tables: Tables;
  progress: Progress;
}

/** How many people are in a space: asked of ClickHouse. */
export function occupancySubgraph({ tables, progress }: OccupancyDependencies): Subgraph {
  const questions = new OccupancyQuestions(tables);
  const applied = (topic: string) => new AppliedPosition(progress, viewGroup('occupancy'), topic);
  const topology = applied('occupancy.topology');
  const readings = applied('occupancy.readings');
  return {
    name: 'occupancy',
    schema: federatedSchema({
      resolvers: [SpaceResolver, DoorwayResolver, DpuResolver, ReadingResolver],
      instances: [
        new SpaceResolver(questions),
        new DoorwayResolver(questions),
        new DpuResolver(questions),
        new ReadingResolver(questions),
      ],
      references: {
        Space: ({ id }: { id: string }) => questions.space(id),
        Doorway: ({ id }: { id: string }) => questions.doorway(id),
        Dpu: ({ id }: { id: string }) => questions.dpu(id),
      },
      streams: {},
    }),
    views: {
      'occupancy.topology': (position, signal) => topology.reaches(position, signal),
      'occupancy.readings': (position, signal) => readings.reaches(position, signal),
    },
  };
}
