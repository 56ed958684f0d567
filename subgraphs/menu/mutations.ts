import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { Publisher } from '../../platform/publish.ts';
import { quote } from '../../schema/contract.ts';
import type { TermMessage } from '../../schema/menu/messages.ts';
import { termKey, toTermChange } from '../../schema/menu/term.ts';
import type { Context } from '../context.ts';
import type { PerTenant } from '../perTenant.ts';
import { published, Receipt } from '../receipt.ts';
import { checked, refused } from '../refused.ts';
import type { Streams } from '../streams/stream.ts';
import type { MenuQuestions } from './questions.ts';
import { TermInput } from './types.ts';

const greatestBatch = 10_000;

@Resolver()
export class MenuMutationResolver {
  constructor(
    readonly publisher: Publisher,
    readonly streams: Streams,
    readonly questions: PerTenant<MenuQuestions>,
    /** Waits until the questions see everything that was written to menu.terms before. */
    readonly upToDate: () => Promise<void>,
  ) {}

  @Mutation(() => Receipt, {
    description: `New terms, or other texts of terms: all items are looked through for them. At most ${greatestBatch} at once. All are taken, or none when one is wrong.`,
  })
  async saveTerms(@Ctx() { caller }: Context, @Arg('terms', () => [TermInput]) terms: TermInput[]): Promise<Receipt> {
    const { tenant } = caller;
    if (terms.length === 0) throw refused('terms is empty; send at least one.');
    if (terms.length > greatestBatch)
      throw refused(`terms holds ${terms.length}; send at most ${greatestBatch} at once.`);
    const ids = new Set<string>();
    const messages = terms.map(({ id, text }, at) => {
      const message = toMessage(tenant, { type: 'Term', data: { id, text } }, `terms[${at}]: `);
      if (ids.has(id)) throw refused(`terms[${at}]: the id ${quote(id)} is there twice.`);
      ids.add(id);
      return message;
    });
    return published(this, 'menu.terms', messages, tenant);
  }

  @Mutation(() => Receipt, { description: 'Its matches are gone with it. Saved again, it is looked for again.' })
  async deleteTerm(@Ctx() context: Context, @Arg('id', () => ID) id: string): Promise<Receipt> {
    const { tenant } = context.caller;
    await this.upToDate();
    if (!(await this.questions(context).term(id))) throw refused(`There is no term ${quote(id)}.`);
    return published(this, 'menu.terms', [toMessage(tenant, { type: 'TermDeleted', data: { id } })], tenant);
  }
}

function toMessage(tenant: string, message: TermMessage, where = '') {
  const { id } = checked(
    () => toTermChange(message),
    (reason) => where + reason.replaceAll('data.', ''),
  );
  return { key: termKey(tenant, id), value: JSON.stringify(message) };
}
