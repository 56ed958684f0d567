import type { Tables } from '../../platform/clickhouse.ts';
import { fold } from '../../schema/fold.ts';
import type { Match } from '../../schema/menu/match.ts';
import { batched } from '../batch.ts';
import { type Connection, type PageRequest, page, type SortKey } from '../connection.ts';
import * as sql from './statements.ts';
import { type MatchKind, MatchScope, MenuItem, MenuItemPart, Term, TermMatch } from './types.ts';

type Owned<Row> = Row & { owner: string };
interface ItemRow {
  id: string;
  menu: string;
  name: string;
  description: string | null;
}
interface MatchRow {
  term: string;
  text: string;
  part: MenuItemPart;
  kind: MatchKind;
  score: number;
  found: string;
  start: number;
  end: number;
}
/** What has become of a term. */
export interface TermRow {
  id: string;
  spelled: string;
  is_deleted: boolean;
  place: number | string;
}
type Total = Owned<{ total: number | string }>;

/** A match, and the place of its message in menu.matches. */
export type PlacedMatch = Match & { partition: number; offset: number };

/** An example of the sort key, for checking cursors. */
export const idOrder: SortKey = ['id'];

const partsOf = (scope: MatchScope) =>
  scope === MatchScope.NAME ? [MenuItemPart.NAME] : [MenuItemPart.NAME, MenuItemPart.DESCRIPTION];

/** What can be asked of menus of one tenant. Questions about one thing are gathered into one statement a tick. */
export class MenuQuestions {
  constructor(
    readonly tables: Tables,
    /** Whose data it is about. */
    readonly tenant: string,
  ) {}

  readonly #ask =
    <Arguments extends object, Row extends { owner: string }>(statement: (args: Arguments) => string) =>
    (owners: string[], args: Arguments) =>
      this.#read<Row>(statement(args), { owners, ...args });

  readonly #terms = batched(this.#ask<object, Owned<Term>>(() => sql.termsById));
  readonly #items = batched(this.#ask<object, Owned<ItemRow>>(() => sql.itemsById));
  readonly #matches = batched(this.#ask<{ parts: MenuItemPart[] }, Owned<MatchRow>>(() => sql.matchesOfItems));
  readonly #mentions = batched(this.#ask<{ parts: MenuItemPart[] }, Total>(() => sql.countItemsOfTerms));
  readonly #mentionsOfTexts = batched(this.#ask<{ parts: MenuItemPart[] }, Total>(() => sql.mentionsOfTexts));
  readonly #itemsOfMenus = batched(
    this.#ask<{ after?: string; limit: number }, Owned<ItemRow>>(({ after }) => sql.itemsOfMenus(after !== undefined)),
  );
  readonly #countItemsOfMenus = batched(this.#ask<object, Total>(() => sql.countItemsOfMenus));
  readonly #itemsOfTerms = batched(
    this.#ask<{ parts: MenuItemPart[]; after?: string; limit: number }, Owned<{ item: string }>>(({ after }) =>
      sql.itemsOfTerms(after !== undefined),
    ),
  );

  async term(id: string): Promise<Term | null> {
    const [row] = await this.#terms(id, {});
    return row ? toTerm(row) : null;
  }

  terms(text: string | null, request: PageRequest): Promise<Connection<Term>> {
    const [listing, parameters] = listingOf(text, request);
    return this.#page<{ id: string; spelled: string }, Term>(
      request,
      sql.termsInOrder(listing),
      sql.countTerms(listing.text),
      parameters,
      ({ id, spelled }) => toTerm({ id, text: spelled }),
    );
  }

  /** What has happened to terms from a place in menu.terms on, in its order. */
  termsSince(place: number): Promise<TermRow[]> {
    return this.#read<TermRow>(sql.termsSince, { since: place });
  }

  async item(id: string): Promise<MenuItem | null> {
    const [row] = await this.#items(id, {});
    return row ? toItem(row) : null;
  }

  /** @param unmatched whether to keep those without a match, or those with one; null: both */
  items(
    text: string | null,
    unmatched: boolean | null,
    scope: MatchScope,
    request: PageRequest,
  ): Promise<Connection<MenuItem>> {
    const [listing, parameters] = listingOf(text, request);
    return this.#page<ItemRow, MenuItem>(
      request,
      sql.itemsInOrder(listing, unmatched),
      sql.countItems(listing.text, unmatched),
      { ...parameters, parts: partsOf(scope) },
      toItem,
    );
  }

  async itemsOfMenu(menu: string, request: PageRequest): Promise<Connection<MenuItem>> {
    const rows = await this.#itemsOfMenus(menu, { ...afterId(request), limit: request.first + 1 });
    return page(
      rows,
      request,
      ({ id }) => [id],
      toItem,
      async () => totalOf(await this.#countItemsOfMenus(menu, {})),
    );
  }

  async hasItems(menu: string): Promise<boolean> {
    return (await this.#itemsOfMenus(menu, { limit: 1 })).length > 0;
  }

  async itemsOfTerm(term: string, scope: MatchScope, request: PageRequest): Promise<Connection<MenuItem>> {
    const asked = { parts: partsOf(scope), ...afterId(request), limit: request.first + 1 };
    const rows = await this.#itemsOfTerms(term, asked);
    const items = await Promise.all(rows.map(({ item }) => this.item(item)));
    const found = new Map(items.map((item) => [item?.id, item]));
    const count = () => this.mentions(term, scope);
    const all = page(
      rows,
      request,
      ({ item }) => [item],
      ({ item }) => found.get(item)!,
      count,
    );
    // One may have been deleted between the two questions.
    return Object.assign(all, { edges: all.edges.filter(({ node }) => node) });
  }

  /** In how many items the term is found. */
  async mentions(term: string, scope: MatchScope): Promise<number> {
    return totalOf(await this.#mentions(term, { parts: partsOf(scope) }));
  }

  /** In how many items the terms are found that are spelled so, but for case. */
  async mentionsOf(text: string, scope: MatchScope): Promise<number> {
    return totalOf(await this.#mentionsOfTexts(fold(text), { parts: partsOf(scope) }));
  }

  async matches(item: string, scope: MatchScope): Promise<TermMatch[]> {
    return (await this.#matches(item, { parts: partsOf(scope) })).map(toMatch);
  }

  /**
   * Of each match, with its item, whether it holds and stands there for the first time; else undefined.
   */
  async holding(matches: PlacedMatch[]): Promise<({ item: MenuItem; match: TermMatch } | undefined)[]> {
    const places = matches.map(({ partition, offset }) => `${partition}/${offset}`);
    const [terms, items] = [
      [...new Set(matches.map(({ term }) => term))],
      [...new Set(matches.map(({ item }) => item))],
    ];
    const rows = await this.#read<Owned<MatchRow & Omit<ItemRow, 'id'> & { item: string }>>(sql.matchesAt, {
      ...{ places, terms, items },
    });
    const holding = new Map(rows.map((row) => [row.owner, row]));
    return places.map((place) => {
      const row = holding.get(place);
      return row && { item: toItem({ ...row, id: row.item }), match: toMatch(row) };
    });
  }

  async #page<Row extends { id: string }, Node>(
    request: PageRequest,
    list: string,
    count: string,
    parameters: Record<string, unknown>,
    toNode: (row: Row) => Node,
  ): Promise<Connection<Node>> {
    const rows = await this.#read<Row>(list, { ...parameters, limit: request.first + 1 });
    return page(
      rows,
      request,
      ({ id }) => [id],
      toNode,
      async () => totalOf(await this.#read<Total>(count, parameters)),
    );
  }

  #read<Row>(statement: string, parameters: Record<string, unknown>): Promise<Row[]> {
    return this.tables.read<Row>(statement, { tenant: this.tenant, ...parameters });
  }
}

function listingOf(text: string | null, request: PageRequest): [sql.Listing, Record<string, unknown>] {
  const given = { ...(text ? { text: fold(text) } : {}), ...afterId(request) };
  return [{ text: 'text' in given, after: 'after' in given }, given];
}

function afterId({ after }: PageRequest): { after?: string } {
  return after === null ? {} : { after: String(after[0]) };
}

const totalOf = ([row]: { total: number | string }[]) => Number(row?.total ?? 0);

function toTerm({ id, text }: Pick<Term, 'id' | 'text'>): Term {
  return Object.assign(new Term(), { id, text });
}

function toItem({ id, menu: menuId, name, description }: ItemRow): MenuItem {
  return Object.assign(new MenuItem(), { id, menuId, name, description });
}

function toMatch({ term: id, text, part, kind, score, found, start, end }: MatchRow): TermMatch {
  return Object.assign(new TermMatch(), { term: toTerm({ id, text }), part, kind, score, found, start, end });
}
