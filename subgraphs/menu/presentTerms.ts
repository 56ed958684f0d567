import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { oneAtATime } from '../../platform/oneAtATime.ts';
import { withSignal } from '../../platform/operationSignal.ts';
import { Matcher } from '../../schema/menu/matcher/matcher.ts';
import type { MatchPart } from '../../schema/menu/messages.ts';
import type { MenuQuestions } from './questions.ts';
import { Term, TermMatch } from './types.ts';

/** Terms that are taken in before others have their turn: a few milliseconds' worth. */
const termsATurn = 1_000;

/** The terms as the tables have them, ready to be looked for in any text. They are loaded when they are first needed. */
export class PresentTerms {
  readonly #questions: MenuQuestions;
  readonly #matcher = new Matcher();
  readonly #texts = new Map<string, string>();
  readonly #inTurn = oneAtATime();
  /** Begins when the one under way has ended, and serves all who have asked until then. */
  #due: Promise<void> | undefined;
  /** The place in menu.terms up to which they are known. */
  #next = 0;

  constructor(questions: MenuQuestions) {
    this.#questions = questions;
  }

  /** What would be found in an item of this name and description. */
  async matches(name: string, description: string | null): Promise<TermMatch[]> {
    this.#due ??= this.#inTurn(() => {
      this.#due = undefined;
      return withSignal(undefined, () => this.#catchUp()); // others wait for it too
    });
    await this.#due;
    return [...this.#found('NAME', name), ...(description === null ? [] : this.#found('DESCRIPTION', description))];
  }

  #found(part: MatchPart, text: string): TermMatch[] {
    return this.#matcher.match(text).map(({ term: id, ...match }) => {
      const term = Object.assign(new Term(), { id, text: this.#texts.get(id)! });
      return Object.assign(new TermMatch(), { ...match, term, part });
    });
  }

  async #catchUp(): Promise<void> {
    const changed = await this.#questions.termsSince(this.#next);
    for (const [at, { id, spelled, is_deleted, place }] of changed.entries()) {
      if (at % termsATurn === termsATurn - 1) await turnOfOthers();
      if (is_deleted) {
        this.#matcher.delete(id);
        this.#texts.delete(id);
      } else {
        this.#matcher.add(id, spelled);
        this.#texts.set(id, spelled);
      }
      this.#next = Number(place) + 1;
    }
  }
}
