import { ContractError, contract, parseJson } from '../contract.ts';
import { momentInWords, parseMoment } from '../moment.ts';
import { idOf } from './item.ts';
import { type MatchKind, type MatchMessage, type MatchPart, matchMessage } from './messages.ts';

/** A term in a text of an item, as both were in the messages that are named. */
export interface Match {
  item: string;
  menu: string;
  itemPartition: number;
  itemOffset: number;
  /** When Kafka took the message of the item, in milliseconds since 1970. */
  itemAt: number;
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

const check = contract<MatchMessage>(matchMessage, momentInWords);

/** @throws ContractError when the text is no message of menu.matches. */
export function parseMatch(value: string | null): Match {
  if (value === null) throw new ContractError('the message has no value; menu.matches takes no deletions');
  const match = check(parseJson(value));
  if (match.end <= match.start) throw new ContractError(`end ${match.end} is not after start ${match.start}`);
  const itemAt = parseMoment('itemAt', match.itemAt);
  return { ...match, item: idOf(match.item), menu: idOf(match.menu), itemAt, term: idOf(match.term) };
}
