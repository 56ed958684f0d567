import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedMessage } from '../../platform/messageLog.ts';
import { unlessBroken } from '../../schema/contract.ts';
import { parseMatch } from '../../schema/menu/match.ts';
import { tenantOf } from '../../schema/tenant.ts';
import type { AppliedPosition } from '../applied.ts';
import type { Context } from '../context.ts';
import { streamOfItsOwn } from '../federated.ts';
import { InBatches, type SettledEvent } from '../inBatches.ts';
import type { PerTenant } from '../perTenant.ts';
import { GraphQLCursor } from '../scalars.ts';
import type { Position } from '../streams/position.ts';
import type { Streams } from '../streams/stream.ts';
import type { Broker } from '../streams/tail.ts';
import { untilAnswered } from '../untilAnswered.ts';
import type { MenuQuestions, PlacedMatch } from './questions.ts';
import { MatchScope, type MenuItem, type TermMatch, TermMatchedEvent } from './types.ts';

interface MatchArguments {
  term?: string | null;
  menu?: string | null;
  scope?: MatchScope | null;
  after?: string | null;
  since?: Date | null;
  until?: Date | null;
}

/** How far the tables are with each of the topics. */
export type MenuViews = Record<'terms' | 'items' | 'matches', AppliedPosition>;

/** The events of termMatched: matches that hold, each once, and once the tables have what they are about. */
export function termMatchedEvents(
  streams: Streams,
  progress: Pick<Broker, 'ends'>,
  views: MenuViews,
  questionsOf: PerTenant<MenuQuestions>,
) {
  return async ({ term, menu, scope, after, since, until }: MatchArguments, context: Context) => {
    const { tenant } = context.caller;
    const questions = questionsOf(context);
    const filter = { term: term ?? null, menu: menu ?? null, scope: scope ?? MatchScope.NAME };
    const source = await streams.subscribe<PlacedMatch>({
      topic: 'menu.matches',
      scope: { field: 'termMatched', filter, tenant },
      ...{ after, since, until },
      select: (message) => {
        const match = matchOf(message, tenant);
        const fits =
          match &&
          (filter.term ?? match.term) === match.term &&
          (filter.menu ?? match.menu) === match.menu &&
          (filter.scope === MatchScope.NAME_AND_DESCRIPTION || match.part === 'NAME');
        return fits ? match : undefined;
      },
    });
    return new InBatches(source, async (events, ended) => {
      const matches = events.map(({ value }) => value);
      const items = matches.map((match) => ({ partition: match.itemPartition, offset: match.itemOffset }));
      const terms = matches.map((match) => ({ partition: 0, offset: match.termOffset }));
      const ends = await untilAnswered(
        () => Promise.all([views.items, views.terms].map(({ topic }) => progress.ends(topic))),
        ended,
      );
      await Promise.all([
        views.matches.reaches(events.at(-1)!.position, ended),
        // What a match is about stands before it, or nowhere: then there is nothing to wait for.
        views.items.reaches(within(ends[0]!, items), ended),
        views.terms.reaches(within(ends[1]!, terms), ended),
      ]);
      return untilAnswered(() => questions.holding(matches), ended);
    });
  };
}

/** The position after these places, as far as there is anything. */
function within(ends: Position, places: { partition: number; offset: number }[]): Position {
  const position = ends.map(() => 0);
  for (const { partition, offset } of places)
    if (partition < ends.length)
      position[partition] = Math.max(position[partition]!, Math.min(ends[partition]!, offset + 1));
  return position;
}

/** What breaks its contract, or is of another tenant, is no match. */
function matchOf({ value, headers, partition, offset }: LoggedMessage, tenant: string): PlacedMatch | undefined {
  return unlessBroken(() => {
    if (tenantOf(headers) !== tenant) return undefined;
    return { ...parseMatch(value), partition, offset };
  });
}

@Resolver()
export class TermMatchedResolver {
  @Subscription(() => TermMatchedEvent, {
    description:
      'Terms as they are found in menu items: in new items, and in all of them when a term is new. What holds no longer is not told. Both filters must hold. Starts now, `after` a cursor or `since` a time, and ends at `until` when it is given.',
    subscribe: streamOfItsOwn,
  })
  termMatched(
    @Root() { value, cursor, at }: SettledEvent<{ item: MenuItem; match: TermMatch }>,
    @Arg('term', () => ID, { nullable: true }) _term: string | null,
    @Arg('menu', () => ID, { nullable: true }) _menu: string | null,
    @Arg('scope', () => MatchScope, { nullable: true, defaultValue: MatchScope.NAME }) _scope: MatchScope | null,
    @Arg('after', () => GraphQLCursor, { nullable: true }) _after: string | null,
    @Arg('since', () => Date, { nullable: true }) _since: Date | null,
    @Arg('until', () => Date, { nullable: true }) _until: Date | null,
  ): TermMatchedEvent {
    return Object.assign(new TermMatchedEvent(), { ...value, cursor, at });
  }
}
