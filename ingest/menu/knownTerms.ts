import type { MenuItem } from '../../schema/menu/item.ts';
import type { Match } from '../../schema/menu/match.ts';
import { Matcher } from '../../schema/menu/matcher/matcher.ts';
import type { MatchPart } from '../../schema/menu/messages.ts';
import type { TermChange } from '../../schema/menu/term.ts';
import { Turn } from '../turn.ts';

/** A term in a text of an item. */
export type Finding = Pick<Match, 'term' | 'termOffset' | 'part' | 'kind' | 'score' | 'found' | 'start' | 'end'>;

interface KnownTerm {
  text: string;
  /** Of its message in menu.terms. */
  offset: number;
}

/** The terms of one tenant. */
class TenantTerms {
  readonly terms = new Map<string, KnownTerm>();
  readonly #matcher = new Matcher();

  set(id: string, term: KnownTerm): void {
    this.terms.set(id, term);
    this.#matcher.add(id, term.text);
  }

  delete(id: string): void {
    this.terms.delete(id);
    this.#matcher.delete(id);
  }

  *find({ name, description }: MenuItem): Generator<Finding> {
    yield* this.#findIn(name, 'NAME');
    if (description !== null) yield* this.#findIn(description, 'DESCRIPTION');
  }

  *#findIn(text: string, part: MatchPart): Generator<Finding> {
    for (const match of this.#matcher.match(text)) {
      const { offset: termOffset } = this.terms.get(match.term)!;
      yield { ...match, termOffset, part };
    }
  }
}

/** The terms of all tenants, as the messages of menu.terms say that were taken so far. */
export class KnownTerms {
  readonly #tenants = new Map<string, TenantTerms>();
  /** Every message before this offset was taken. */
  position = 0;

  /** Takes the message of an offset; one that was taken before changes nothing. */
  take(tenant: string, { id, saved }: TermChange, offset: number): void {
    if (offset < this.position) return;
    if (saved) this.#add(tenant, id, { text: saved.text, offset });
    else this.#tenants.get(tenant)?.delete(id);
  }

  /** What a tenant's terms are found in an item of the same tenant: the best place of each in its name, and in its description. */
  find(tenant: string, item: MenuItem): Finding[] {
    return [...(this.#tenants.get(tenant)?.find(item) ?? [])];
  }

  /** Those whose last message has this offset or a later one; undefined: there are none. */
  async since(offset: number): Promise<KnownTerms | undefined> {
    if (offset === 0 && this.#tenants.size > 0) return this;
    const turn = new Turn();
    const changed = new KnownTerms();
    for (const [tenant, { terms }] of this.#tenants)
      for (const [id, term] of terms) {
        if (turn.isOver()) await turn.next();
        if (term.offset >= offset) changed.#add(tenant, id, term);
      }
    return changed.#tenants.size > 0 ? changed : undefined;
  }

  #add(tenant: string, id: string, term: KnownTerm): void {
    const terms = this.#tenants.get(tenant) ?? new TenantTerms();
    this.#tenants.set(tenant, terms);
    terms.set(id, term);
  }
}
