import type { Tables } from '../../platform/clickhouse.ts';
import type { Publisher } from '../../platform/publish.ts';
import { matcherGroup, viewGroup } from '../../schema/topics.ts';
import { AppliedPosition, type MetadataProgress, type Progress } from '../applied.ts';
import { federatedSchema } from '../federated.ts';
import { perTenant } from '../perTenant.ts';
import type { Streams } from '../streams/stream.ts';
import type { Broker } from '../streams/tail.ts';
import type { Subgraph } from '../subgraph.ts';
import { upToDate } from '../upToDate.ts';
import { type MenuViews, TermMatchedResolver, termMatchedEvents } from './events.ts';
import { MenuMutationResolver } from './mutations.ts';
import { PresentTerms } from './presentTerms.ts';
import { MenuQuestions } from './questions.ts';
import { MenuCompanyResolver, MenuItemResolver, MenuResolver, TermResolver } from './resolvers.ts';
import { MenuCompany } from './types.ts';
import { itemsUpload } from './upload.ts';

export interface MenuDependencies {
  tables: Tables;
  publisher: Publisher;
  streams: Streams;
  progress: Progress & Pick<Broker, 'ends'> & MetadataProgress;
}

/** The terms of so many tenants are kept ready to be looked for in texts that anybody asks about. */
const mostPresent = 100;
/** How long a mutation waits until all that was written before it can be seen, in milliseconds. */
const patienceMs = 5_000;

/** Menus, and the names that are found in them: asked of ClickHouse, watched through menu.matches. */
export function menuSubgraph({ tables, publisher, streams, progress }: MenuDependencies): Subgraph {
  const questions = perTenant((tenant) => new MenuQuestions(tables, tenant));
  const present = perTenant((tenant) => new PresentTerms(new MenuQuestions(tables, tenant)), mostPresent);
  const applied = (topic: string) => new AppliedPosition(progress, viewGroup('menu'), topic);
  const views: MenuViews = {
    terms: applied('menu.terms'),
    items: applied('menu.items'),
    matches: applied('menu.matches'),
  };
  const matched = new AppliedPosition(progress, matcherGroup, 'menu.items');
  // With each offset the workers commit how far they knew menu.terms.
  const committed = (group: string, topic: string) => progress.committedMetadata(group, topic);
  const matchedWith = new AppliedPosition({ committed }, matcherGroup, 'menu.items');
  return {
    name: 'menu',
    schema: federatedSchema({
      resolvers: [
        TermResolver,
        MenuResolver,
        MenuItemResolver,
        MenuCompanyResolver,
        MenuMutationResolver,
        TermMatchedResolver,
      ],
      orphanedTypes: [MenuCompany],
      instances: [
        new TermResolver(questions, present),
        new MenuResolver(questions),
        new MenuItemResolver(questions),
        new MenuCompanyResolver(questions),
        new MenuMutationResolver(publisher, streams, questions, () =>
          upToDate(progress, views.terms, AbortSignal.timeout(patienceMs)),
        ),
        new TermMatchedResolver(),
      ],
      access: { read: 'menu:read', write: 'menu:write' },
      references: {
        Term: ({ id }: { id: string }, context) => questions(context).term(id),
        Company: (company: MenuCompany) => Object.assign(new MenuCompany(), company),
      },
      streams: { termMatched: termMatchedEvents(streams, progress, views, questions) },
    }),
    views: {
      'menu.terms': (position, signal) => views.terms.reaches(position, signal),
      // Who has written an item wants to read what is found in it, also of a term that was written just before.
      'menu.items': async (position, signal) => {
        const [terms = 0] = await progress.ends('menu.terms');
        await Promise.all([
          views.items.reaches(position, signal),
          matched.reaches(position, signal),
          matchedWith.reaches(
            position.map((next) => (next > 0 ? terms : 0)),
            signal,
          ),
        ]);
        await views.matches.reaches(await progress.ends('menu.matches'), signal);
      },
      'menu.matches': (position, signal) => views.matches.reaches(position, signal),
    },
    bodies: { '/menu/items': itemsUpload(publisher, streams) },
  };
}
