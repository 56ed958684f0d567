import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { TributaryError } from '../../platform/errors.ts';
import { longestTexts } from '../../schema/menu/messages.ts';
import { pageRequest } from '../connection.ts';
import type { Context } from '../context.ts';
import type { PerTenant } from '../perTenant.ts';
import type { PresentTerms } from './presentTerms.ts';
import { idOrder, type MenuQuestions } from './questions.ts';
import {
  MatchScope,
  Menu,
  MenuCompany,
  MenuItem,
  MenuItemConnection,
  Term,
  TermConnection,
  TermMatch,
} from './types.ts';

const scopeOptions = { nullable: true, defaultValue: MatchScope.NAME };

@Resolver(() => Term)
export class TermResolver {
  constructor(
    readonly questions: PerTenant<MenuQuestions>,
    readonly present: PerTenant<PresentTerms>,
  ) {}

  @Query(() => Term, { nullable: true })
  term(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return this.questions(context).term(id);
  }

  @Query(() => TermConnection, {
    description: 'Case-insensitive, Unicode-aware substring of the text; all terms without it. Ordered by id.',
  })
  terms(
    @Ctx() context: Context,
    @Arg('text', () => String, { nullable: true }) text: string | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions(context).terms(text ?? null, pageRequest(first, after, idOrder));
  }

  @Query(() => [TermMatch], { description: 'What would match, without storing anything.' })
  matchText(
    @Ctx() context: Context,
    @Arg('name', () => String) name: string,
    @Arg('description', () => String, { nullable: true }) description: string | null,
    @Arg('scope', () => MatchScope, scopeOptions) scope: MatchScope | null,
  ) {
    for (const [part, text] of Object.entries({ name, description: description ?? '' })) {
      const most = longestTexts[part as keyof typeof longestTexts];
      if (text.length > most)
        throw new TributaryError('BAD_USER_INPUT', `${part} has ${text.length} characters; it may have ${most}.`);
    }
    return this.present(context).matches(
      name,
      scope === MatchScope.NAME_AND_DESCRIPTION ? (description ?? null) : null,
    );
  }

  @FieldResolver(() => MenuItemConnection, { description: 'The items in which it is found, ordered by id.' })
  items(
    @Root() term: Term,
    @Ctx() context: Context,
    @Arg('scope', () => MatchScope, scopeOptions) scope: MatchScope | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions(context).itemsOfTerm(term.id, scope ?? MatchScope.NAME, pageRequest(first, after, idOrder));
  }

  @FieldResolver(() => Int, { description: 'In how many items it is found.' })
  mentions(
    @Root() term: Term,
    @Ctx() context: Context,
    @Arg('scope', () => MatchScope, scopeOptions) scope: MatchScope | null,
  ) {
    return this.questions(context).mentions(term.id, scope ?? MatchScope.NAME);
  }
}

@Resolver(() => Menu)
export class MenuResolver {
  constructor(readonly questions: PerTenant<MenuQuestions>) {}

  @Query(() => Menu, { nullable: true, description: 'Null while it has no items.' })
  async menu(@Ctx() context: Context, @Arg('id', () => ID) id: string): Promise<Menu | null> {
    return (await this.questions(context).hasItems(id)) ? Object.assign(new Menu(), { id }) : null;
  }

  @FieldResolver(() => MenuItemConnection, { description: 'Ordered by id.' })
  items(
    @Root() menu: Menu,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions(context).itemsOfMenu(menu.id, pageRequest(first, after, idOrder));
  }
}

@Resolver(() => MenuItem)
export class MenuItemResolver {
  constructor(readonly questions: PerTenant<MenuQuestions>) {}

  @Query(() => MenuItemConnection, {
    description:
      'Case-insensitive, Unicode-aware substring of the name or the description; all items without it. `unmatched` keeps only those in which no term is found, or only the others. Ordered by id.',
  })
  menuItems(
    @Ctx() context: Context,
    @Arg('text', () => String, { nullable: true }) text: string | null,
    @Arg('unmatched', () => Boolean, { nullable: true }) unmatched: boolean | null,
    @Arg('scope', () => MatchScope, scopeOptions) scope: MatchScope | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const request = pageRequest(first, after, idOrder);
    return this.questions(context).items(text ?? null, unmatched ?? null, scope ?? MatchScope.NAME, request);
  }

  @FieldResolver(() => [TermMatch], {
    description: 'Each term once in the name, and once in the description; in the order in which they stand there.',
  })
  matches(
    @Root() item: MenuItem,
    @Ctx() context: Context,
    @Arg('scope', () => MatchScope, scopeOptions) scope: MatchScope | null,
  ) {
    return this.questions(context).matches(item.id, scope ?? MatchScope.NAME);
  }
}

@Resolver(() => MenuCompany)
export class MenuCompanyResolver {
  constructor(readonly questions: PerTenant<MenuQuestions>) {}

  @Directive('@requires(fields: "name")')
  @FieldResolver(() => Int, {
    description: 'In how many menu items a term is found that is spelled as the name of the company, but for case.',
  })
  brandMentions(
    @Root() { name }: MenuCompany,
    @Ctx() context: Context,
    @Arg('scope', () => MatchScope, scopeOptions) scope: MatchScope | null,
  ) {
    return name == null ? 0 : this.questions(context).mentionsOf(name, scope ?? MatchScope.NAME);
  }
}
