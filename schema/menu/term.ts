import { ContractError, contractByType, parseJson, quote } from '../contract.ts';
import { publicTenant } from '../tenant.ts';
import { idOf, textOf } from './item.ts';
import { termOf } from './matcher/rule.ts';
import { type TermMessage, termMessages } from './messages.ts';

/** A name that is looked for. */
export interface Term {
  id: string;
  text: string;
}

/** What is true of a term from now on; null: it is deleted. */
export interface TermChange {
  id: string;
  saved: Term | null;
}

const check = contractByType<TermMessage>(termMessages, '');

/** @throws ContractError when the texts are no message of menu.terms. */
export function parseTermMessage(key: string | null, value: string | null, tenant: string): TermChange {
  if (value === null)
    throw new ContractError('the message has no value; menu.terms takes deletions as messages of their own');
  const change = toTermChange(parseJson(value));
  // Kafka keeps the latest of each key, so under another key it would outlive, or push out, what it is not about.
  const expected = termKey(tenant, change.id);
  if (key !== expected) throw new ContractError(`the key must be ${quote(expected)}, not ${quote(key)}`);
  return change;
}

/** @throws ContractError when the object is no message of menu.terms. */
export function toTermChange(message: unknown): TermChange {
  const { type, data } = check(message);
  const id = idOf(data.id);
  return { id, saved: type === 'Term' ? { id, text: findable(id, textOf('text', data.text)) } : null };
}

/** The text, unless a character in it stands for so many letters that all are more than a matcher takes. */
function findable(id: string, text: string): string {
  try {
    termOf(id, text);
    return text;
  } catch (error) {
    if (error instanceof RangeError) throw new ContractError(error.message);
    throw error;
  }
}

/** The key of a message of menu.terms. A slash follows a tenant, whom a public id with one must not be taken to name. */
export function termKey(tenant: string, id: string): string {
  return tenant === publicTenant && !id.includes('/') ? id : `${tenant}/${id}`;
}
