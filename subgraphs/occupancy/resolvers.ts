import { type GraphQLResolveInfo, Kind } from 'graphql';
import { Arg, Ctx, Directive, FieldResolver, Float, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { TributaryError } from '../../platform/errors.ts';
import { pageRequest } from '../connection.ts';
import type { Context } from '../context.ts';
import type { PerTenant } from '../perTenant.ts';
import { endsAt } from '../settled.ts';
import { buckets, span } from '../span.ts';
import { idOrder, nameOrder, type OccupancyQuestions, readingOrder } from './questions.ts';
import {
  Doorway,
  DoorwayConnection,
  Dpu,
  DpuConnection,
  Mount,
  OccupancyCompany,
  OccupancyStation,
  Reading,
  ReadingConnection,
  Space,
  SpaceConnection,
  SpaceCount,
  SpaceCountBucket,
} from './types.ts';

/** Whether counts of a space are asked for with it, as far as can be told without looking into fragments. */
function asksForCounts({ fieldNodes }: Pick<GraphQLResolveInfo, 'fieldNodes'>): boolean {
  const selections = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return selections.some((one) => one.kind === Kind.FIELD && ['count', 'series'].includes(one.name.value));
}

@Resolver(() => Space)
export class SpaceResolver {
  constructor(readonly questions: PerTenant<OccupancyQuestions>) {}

  @Query(() => Space, { nullable: true })
  space(
    @Ctx() context: Context,
    @Arg('id', () => ID) id: string,
    @Info() info: Pick<GraphQLResolveInfo, 'fieldNodes'>,
  ) {
    return asksForCounts(info) ? this.questions(context).spaceAround(id) : this.questions(context).space(id);
  }

  @Query(() => SpaceConnection, {
    description: 'Case-insensitive, Unicode-aware substring of the name; all spaces without it. Ordered by name, id.',
  })
  spaces(
    @Ctx() context: Context,
    @Arg('name', () => String, { nullable: true }) name: string | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions(context).spaces(name ?? null, pageRequest(first, after, nameOrder));
  }

  @FieldResolver(() => [Doorway], { description: 'Those that lead into it and those that lead out of it, by name.' })
  doorways(@Root() space: Space, @Ctx() context: Context) {
    return this.questions(context).doorwaysOf(space.id);
  }

  @FieldResolver(() => SpaceCount, {
    description:
      'Everyone counted in up to and including `at` (default: now), from every doorway of the space. A reading counts where its DPU hung at the time of the reading, as it is known now; since the last calibration, if there is one.',
  })
  count(@Root() space: Space, @Ctx() context: Context, @Arg('at', () => Date, { nullable: true }) at: Date | null) {
    endsAt(context, at);
    return this.questions(context).count(space, at?.getTime() ?? null);
  }

  @FieldResolver(() => [SpaceCountBucket], {
    description:
      'The count per bucket (every: ISO 8601 duration such as PT5M). The first bucket begins at `from`, the last one ends at `to`; at most 10000.',
  })
  series(
    @Root() space: Space,
    @Ctx() context: Context,
    @Arg('from', () => Date) from: Date,
    @Arg('to', () => Date) to: Date,
    @Arg('every', () => String) every: string,
  ) {
    endsAt(context, to);
    return this.questions(context).series(space, buckets(from, to, every));
  }
}

@Resolver(() => OccupancyCompany)
export class OccupancyCompanyResolver {
  constructor(readonly questions: PerTenant<OccupancyQuestions>) {}

  @FieldResolver(() => [Space], { description: 'Its spaces, by name; at most `first` (default 50, up to 1000).' })
  spaces(
    @Root() company: OccupancyCompany,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
  ) {
    return this.questions(context).spacesOf(company.id, pageRequest(first, null, nameOrder).first);
  }
}

/** How far around a station, in kilometres. */
const defaultWithin = 10;

@Resolver(() => OccupancyStation)
export class OccupancyStationResolver {
  constructor(readonly questions: PerTenant<OccupancyQuestions>) {}

  @Directive('@requires(fields: "latitude longitude")')
  @FieldResolver(() => [Space], {
    description:
      'The spaces around it, the nearest first: up to `within` kilometres away (default 10), at most `first` (default 50, up to 1000). A space without a place is nowhere.',
  })
  spaces(
    @Root() { latitude, longitude }: OccupancyStation,
    @Ctx() context: Context,
    @Arg('within', () => Float, { nullable: true }) within: number | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
  ) {
    const { first: most } = pageRequest(first, null, nameOrder);
    const kilometres = within ?? defaultWithin;
    if (kilometres < 0)
      throw new TributaryError('BAD_USER_INPUT', `within must be a number of kilometres from 0 on, not ${kilometres}.`);
    return this.questions(context).spacesNear(latitude, longitude, kilometres * 1_000, most);
  }
}

@Resolver(() => Doorway)
export class DoorwayResolver {
  constructor(readonly questions: PerTenant<OccupancyQuestions>) {}

  @Query(() => Doorway, { nullable: true })
  doorway(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return this.questions(context).doorway(id);
  }

  @Query(() => DoorwayConnection, {
    description: 'All of them, or those that lead into or out of a space. Ordered by name, id.',
  })
  doorways(
    @Ctx() context: Context,
    @Arg('space', () => ID, { nullable: true }) space: string | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions(context).doorways(space ?? null, pageRequest(first, after, nameOrder));
  }

  @FieldResolver(() => Space, { description: 'Where people are who were counted as 1.' })
  ingress(@Root() doorway: Doorway, @Ctx() context: Context) {
    return this.questions(context).spaceOrName(doorway.ingressId);
  }

  @FieldResolver(() => Space, { nullable: true, description: 'Where they came from; null: from outdoors.' })
  egress(@Root() doorway: Doorway, @Ctx() context: Context) {
    return doorway.egressId === null ? null : this.questions(context).spaceOrName(doorway.egressId);
  }

  @FieldResolver(() => [Mount], { description: 'What hangs and hung over it, oldest first.' })
  mounts(@Root() doorway: Doorway, @Ctx() context: Context) {
    return this.questions(context).mountsOfDoorway(doorway.id);
  }
}

@Resolver(() => Dpu)
export class DpuResolver {
  constructor(readonly questions: PerTenant<OccupancyQuestions>) {}

  @Query(() => Dpu, { nullable: true })
  dpu(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return this.questions(context).dpu(id);
  }

  @Query(() => DpuConnection, { description: 'Ordered by id.' })
  dpus(
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions(context).dpus(pageRequest(first, after, idOrder));
  }

  @FieldResolver(() => [Mount], { description: 'Where it hangs and hung, oldest first.' })
  mounts(@Root() dpu: Dpu, @Ctx() context: Context) {
    return this.questions(context).mountsOfDpu(dpu.id);
  }

  @FieldResolver(() => Doorway, { nullable: true, description: 'Over which it hung `at` a time (default: now).' })
  doorway(@Root() dpu: Dpu, @Ctx() context: Context, @Arg('at', () => Date, { nullable: true }) at: Date | null) {
    endsAt(context, at);
    return this.questions(context).doorwayAt(dpu.id, at?.getTime() ?? Date.now());
  }
}

@Resolver(() => Reading)
export class ReadingResolver {
  constructor(readonly questions: PerTenant<OccupancyQuestions>) {}

  @Query(() => ReadingConnection, { description: 'Newest first, inside [from, to).' })
  readings(
    @Ctx() context: Context,
    @Arg('dpu', () => ID, { nullable: true }) dpu: string | null,
    @Arg('from', () => Date, { nullable: true }) from: Date | null,
    @Arg('to', () => Date, { nullable: true }) to: Date | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    endsAt(context, to);
    return this.questions(context).readings(dpu ?? null, span(from, to), pageRequest(first, after, readingOrder));
  }

  @FieldResolver(() => Doorway, {
    nullable: true,
    description: 'Over which its DPU hung at the time; null where it hung nowhere.',
  })
  doorway(@Root() reading: Reading, @Ctx() context: Context) {
    return this.questions(context).doorwayAt(reading.dpu.id, reading.time.getTime());
  }
}
