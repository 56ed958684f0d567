import { fold } from '../../fold.ts';
import type { MatchKind } from '../messages.ts';
import { distance } from './distance.ts';
import { foldSigns } from './letters.ts';
import { Words } from './words.ts';

export const exactScore = 1;
export const foldedScore = 0.95;
/** The score of letters that are all the same, but parted into words or by signs in another way. */
export const fuzzyScore = 0.9;

export const kindOf = (score: number): MatchKind =>
  score === exactScore ? 'EXACT' : score === foldedScore ? 'FOLDED' : 'FUZZY';

/** Letters and digits that a term may have. */
export const mostLetters = 256;

/** UTF-16 code units that a window may have: one that is longer holds little but signs, and would be told with all of them. */
export const longestWindow = 2 * mostLetters;

/** How many misspelled letters are forgiven in a term with so many: a slip in a short word makes another word of it. */
export const editsAllowed = (letters: number) => (letters < 6 ? 0 : letters < 10 ? 1 : mostEdits);
export const mostEdits = 2;

/** What the rule needs to know of a term. */
export interface Term {
  id: string;
  /** From the first word to the last, without signs around them. */
  text: string;
  letters: Uint16Array;
  words: number;
  digits: string;
  edits: number;
  /** Made when they are first needed. */
  forms?: Forms;
}

/** What of a text counts for EXACT, and for FOLDED. */
interface Forms {
  folded: string;
  signs: string;
}

const formsOf = (text: string): Forms => ({ folded: fold(text), signs: foldSigns(text) });

/** The window that was looked at last: many terms may have its letters. */
let last: Forms & { text: string } = { text: '', ...formsOf('') };

const reader = new Words();

/** @throws RangeError when the text has more than 256 letters and digits. */
export function termOf(id: string, text: string): Term {
  const words = reader.read(text);
  const length = words.at[words.count]!;
  if (length > mostLetters)
    throw new RangeError(`Term ${id} has ${length} letters, and a term may have ${mostLetters}. Give its name alone.`);
  const letters = words.letters.slice(0, length);
  return {
    ...{ id, letters, text: words.count === 0 ? '' : text.slice(words.from[0], words.to[words.count - 1]) },
    words: words.count === 0 ? 0 : words.number[words.count - 1]! + 1,
    digits: digitsOf(letters, 0, length),
    edits: editsAllowed(length),
  };
}

/**
 * How sure it is that the words of a text from `first` to before `end` mean the term: from 0, not at all, to 1. This is
 * the rule that docs/matching.md tells.
 */
export function scoreOf(term: Term, text: string, words: Words, first: number, end: number): number {
  const [from, to] = [words.at[first]!, words.at[end]!];
  if (words.to[end - 1]! - words.from[first]! > longestWindow) return 0;
  const more = words.number[end - 1]! - words.number[first]! + 1 - term.words;
  if (more > 1 || Math.abs(to - from - term.letters.length) > term.edits) return 0;
  const misspelled = distance(term.letters, words.letters, from, to, term.edits);
  if (misspelled === 0 && more === 0) {
    const found = text.slice(words.from[first], words.to[end - 1]);
    if (found === term.text) return exactScore;
    if (found !== last.text) last = { text: found, ...formsOf(found) };
    term.forms ??= formsOf(term.text);
    if (last.folded === term.forms.folded) return exactScore;
    if (last.signs === term.forms.signs) return foldedScore;
  }
  const edits = misspelled === 0 ? Math.max(0, more) : misspelled + Math.abs(more);
  if (edits > term.edits) return 0;
  if (misspelled > 0) {
    if (words.ordinary.subarray(first, end).every((ordinary) => ordinary === 1)) return 0;
    if (digitsOf(words.letters, from, to) !== term.digits) return 0;
  }
  return fuzzyScore * (1 - edits / Math.max(term.letters.length, to - from));
}

function digitsOf(letters: Uint16Array, from: number, to: number): string {
  let digits = '';
  for (let letter = from; letter < to; letter++) {
    const unit = letters[letter]!;
    if (unit >= 0x30 && unit <= 0x39) digits += String.fromCharCode(unit);
  }
  return digits;
}
