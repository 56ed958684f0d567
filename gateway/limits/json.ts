import { randomInt } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { beyond, type OperationLimits } from './limits.ts';

/** The object of the request, and its variables or extensions, stand around their values. */
const around = 3;
/** Nobody can choose names of one hash without knowing it. */
const seed = randomInt(2 ** 31);
/** Of FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv */
const prime = 0x01000193;

/**
 * Whether JSON is nested deeply, or has many different names: both cost a parser many times what other JSON of the size
 * costs. It reads each byte once, and knows no more of JSON than where texts end.
 */
export function jsonBeyond(
  json: Uint8Array,
  { LIMIT_DEPTH, LIMIT_FIELDS }: Pick<OperationLimits, 'LIMIT_DEPTH' | 'LIMIT_FIELDS'>,
): GraphQLError | undefined {
  const names = new Set<number>();
  let depth = 0;
  let text = 0;
  for (let at = 0; at < json.length; at++)
    switch (json[at]) {
      case 0x22: // "
        text = seed;
        for (at++; at < json.length && json[at] !== 0x22; at++) {
          // What follows a backslash is part of the text, whatever it is; and so is the backslash, or n were \n.
          if (json[at] === 0x5c) text = Math.imul(text ^ json[at++]!, prime);
          text = Math.imul(text ^ json[at]!, prime);
        }
        break;
      case 0x3a: // :
        names.add(text);
        if (names.size > LIMIT_FIELDS) return beyond('names', undefined, LIMIT_FIELDS);
        break;
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > LIMIT_DEPTH + around) return beyond('depth', undefined, LIMIT_DEPTH);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
    }
  return undefined;
}
