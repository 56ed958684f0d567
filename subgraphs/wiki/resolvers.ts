import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { TributaryError } from '../../platform/errors.ts';
import { pageRequest } from '../connection.ts';
import type { Context } from '../context.ts';
import { GraphQLJSON } from '../scalars.ts';
import { endsAt } from '../settled.ts';
import { buckets, span } from '../span.ts';
import { editFilter } from './filter.ts';
import { editOrder, type WikiQuestions } from './questions.ts';
import {
  WikiActivity,
  WikiCompany,
  WikiDimension,
  WikiEdit,
  WikiEditConnection,
  WikiFilter,
  WikiRank,
} from './types.ts';

const defaultRanks = 10;
const mostRanks = 1_000;

@Resolver(() => WikiEdit)
export class WikiEditResolver {
  constructor(readonly questions: WikiQuestions) {}

  @Query(() => WikiEdit, { nullable: true })
  wikiEdit(@Arg('id', () => ID) id: string) {
    return this.questions.edit(id);
  }

  @Query(() => WikiEditConnection, { description: 'Newest first, inside [from, to).' })
  wikiEdits(
    @Ctx() context: Context,
    @Arg('from', () => Date, { nullable: true }) from: Date | null,
    @Arg('to', () => Date, { nullable: true }) to: Date | null,
    @Arg('where', () => WikiFilter, { nullable: true }) where: WikiFilter | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    endsAt(context, to);
    const request = pageRequest(first, after, editOrder);
    return this.questions.edits(span(from, to), editFilter(where), request);
  }

  @Query(() => [WikiActivity], {
    description:
      'Counts per bucket (every: ISO 8601 duration such as PT1M), empty buckets included as 0. The first bucket begins at `from`, the last one ends at `to`; at most 10000.',
  })
  wikiActivity(
    @Ctx() context: Context,
    @Arg('from', () => Date) from: Date,
    @Arg('to', () => Date) to: Date,
    @Arg('every', () => String) every: string,
    @Arg('where', () => WikiFilter, { nullable: true }) where: WikiFilter | null,
  ) {
    endsAt(context, to);
    return this.questions.activity(buckets(from, to, every), editFilter(where));
  }

  @Query(() => [WikiRank], { description: 'Most edits first; of as many, by key.' })
  wikiTop(
    @Ctx() context: Context,
    @Arg('by', () => WikiDimension) by: WikiDimension,
    @Arg('from', () => Date) from: Date,
    @Arg('to', () => Date) to: Date,
    @Arg('where', () => WikiFilter, { nullable: true }) where: WikiFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: defaultRanks }) first: number | null,
  ) {
    endsAt(context, to);
    const { from: begin, to: end } = span(from, to);
    const limit = first ?? defaultRanks;
    if (limit < 0 || limit > mostRanks)
      throw new TributaryError('BAD_USER_INPUT', `first must be between 0 and ${mostRanks}, not ${limit}.`);
    return this.questions.top(by, begin!, end!, editFilter(where), limit);
  }

  @FieldResolver(() => GraphQLJSON, { description: 'The event as Wikimedia sent it.' })
  raw(@Root() edit: WikiEdit) {
    return this.questions.raw(edit);
  }
}

@Resolver(() => WikiCompany)
export class WikiCompanyResolver {
  constructor(readonly questions: WikiQuestions) {}

  @Directive('@requires(fields: "name")')
  @FieldResolver(() => WikiEditConnection, {
    description: 'Edits of pages whose title is the name of the company, on any wiki; newest first, inside [from, to).',
  })
  wikiEdits(
    @Root() company: WikiCompany,
    @Ctx() context: Context,
    @Arg('from', () => Date, { nullable: true }) from: Date | null,
    @Arg('to', () => Date, { nullable: true }) to: Date | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    endsAt(context, to);
    // No page has an empty title, so a company without a name has no edits.
    return this.questions.editsOf(company.name ?? '', span(from, to), pageRequest(first, after, editOrder));
  }
}
