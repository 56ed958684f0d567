import { ContractError } from '../contract.ts';
import type { Found } from '../found.ts';
import { publicTenant } from '../tenant.ts';
import { derivedItemId, toItemChange } from './item.ts';
import type { ItemMessage, TermMessage } from './messages.ts';
import { termKey, toTermChange } from './term.ts';

/** A row of a CSV, by the names of its columns in lower case; or what no row can be made of. */
export type Row = { where: string } & ({ values: Record<string, string> } | { text: string; broken: string });

/** The columns that a CSV of menu items must have. There may be ProductDescription and ItemId too. */
export const itemColumns = ['MenuId', 'ProductName'];
/** The columns that a CSV of terms must have. */
export const termColumns = ['TermId', 'Term'];

/** The message of menu.items that a row stands for. */
export function foundItem(row: Row): Found {
  if ('broken' in row) return row;
  const { menuid = '', productname = '', productdescription = '', itemid = '' } = row.values;
  const [menu, name, description] = [menuid.trim(), productname.trim(), productdescription.trim() || null];
  const id = itemid.trim() || derivedItemId(menu, name, description);
  const message: ItemMessage = { type: 'MenuItem', data: { id, menu, name, description } };
  return found(row.where, message, () => toItemChange(message).id);
}

/** The message of menu.terms that a row stands for. */
export function foundTerm(row: Row): Found {
  if ('broken' in row) return row;
  const { termid = '', term = '' } = row.values;
  const message: TermMessage = { type: 'Term', data: { id: termid.trim(), text: term.trim() } };
  return found(row.where, message, () => termKey(publicTenant, toTermChange(message).id));
}

function found(where: string, message: object, keyOf: () => string): Found {
  const text = JSON.stringify(message);
  try {
    return { text, where, key: keyOf() };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return { text, where, broken: error.message };
  }
}
