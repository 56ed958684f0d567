import { ContractError, contract, parseJson } from '../contract.ts';
import { idOf } from './item.ts';
import { type MatchKind, type MatchMessage, type MatchPart, matchMessage } from './messages.ts';

/** A term in a text of an item, as both were in the messages that are named. */
export interface Match {
  item: string;
  itemPartition: number;
  itemOffset: number;
  term: string;
  termOffset: number;
  part: MatchPart;
  kind: MatchKind;
  /** From 0 to 1. */
  score: number;
  found: string;
  /** In UTF-16 code units of the text, from start up to, but not at, the end. */
  start: number;
  end: number;
}

const check = contract<MatchMessage>(matchMessage, '');

/** @throws ContractError when the text is no message of menu.matches. */
export function parseMatch(value: string | null): Match {
  if (value === null) throw new ContractError('the message has no value; menu.matches takes no deletions');
  const match = check(parseJson(value));
  if (match.end <= match.start) throw new ContractError(`end ${match.end} is not after start ${match.start}`);
  return { ...match, item: idOf(match.item), term: idOf(match.term) };
}
