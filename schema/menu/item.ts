import { hash } from 'node:crypto';
import { ContractError, contractByType, parseJson } from '../contract.ts';
import { type ItemMessage, itemMessages } from './messages.ts';

/** A line of a menu. */
export interface MenuItem {
  id: string;
  menu: string;
  name: string;
  description: string | null;
}

/** What is true of an item from now on; null: it is deleted. */
export interface ItemChange {
  id: string;
  saved: MenuItem | null;
}

const check = contractByType<ItemMessage>(itemMessages, '');

/** @throws ContractError when the text is no message of menu.items. */
export function parseItemMessage(value: string | null): ItemChange {
  if (value === null)
    throw new ContractError('the message has no value; menu.items takes deletions as messages of their own');
  return toItemChange(parseJson(value));
}

/** @throws ContractError when the object is no message of menu.items. */
export function toItemChange(message: unknown): ItemChange {
  const { type, data } = check(message);
  const id = idOf(data.id);
  if (type === 'MenuItemDeleted') return { id, saved: null };
  const description = data.description?.toWellFormed().trim() || null;
  return { id, saved: { id, menu: idOf(data.menu), name: textOf('name', data.name), description } };
}

/**
 * The id of an item that was given none: the same row of the same menu is the same item, however often it is sent.
 * It begins with the menu, so that what is asked for together is kept together.
 */
export function derivedItemId(menu: string, name: string, description: string | null): string {
  const digest = hash('sha256', JSON.stringify([menu, name, description]), 'hex');
  return `${menu.slice(0, 150)}/${digest.slice(0, 16)}`;
}

/** An id as texts compare; half of a surrogate pair is no character: stores take none, and UTF-8 has none. */
export function idOf(id: string | number): string {
  return String(id).toWellFormed();
}

/** A text without the space around it. The space within it stays, because matches tell their places. */
export function textOf(property: string, text: string): string {
  const trimmed = text.toWellFormed().trim();
  if (trimmed === '') throw new ContractError(`data.${property} is empty`);
  return trimmed;
}
