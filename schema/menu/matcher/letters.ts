import { fold } from '../../fold.ts';

/** A blank or hyphen or symbol, which ends a word. */
export const wordBreak = ' ';
/** Ends a word too, but the two that it stands between count as one. */
export const apostrophe = "'";
/** Belongs to the letter before it, which stays the same letter. */
export const accent = '\u0301';

/**
 * What a character means to the matcher: the small letters and digits that it is folded to (É is e, ß is ss, ½ is 12), or
 * `wordBreak`, `apostrophe` or `accent`, or nothing for a character that is not to be seen, such as a soft hyphen.
 */
export function lettersOf(char: string): string {
  if (apostrophes.test(char)) return apostrophe;
  if (accents.test(char)) return accent;
  if (hidden.test(char)) return '';
  if (!ofWords.test(char)) return wordBreak;
  const bare = fold(char).normalize('NFKD').replace(notOfWords, '');
  return bare.replace(unfolded, (letter) => plain[letter]!) || accent;
}

/** A text with its letters folded, apostrophes left out, and blanks and hyphens as one blank; other signs stay. */
export function foldSigns(text: string): string {
  const folded = Array.from(text, (char) => {
    const letters = lettersOf(char);
    if (letters === wordBreak) return blanks.test(char) ? ' ' : char;
    return letters === apostrophe || letters === accent ? '' : letters;
  });
  return folded.join('').replace(/ +/g, ' ');
}

const apostrophes = /['’‘‛`´ʼʹ′＇]/u;
/** Marks that inherit the script of their letter, which those of kana do not, and the vowel points of Hebrew. */
const accents = /[[\p{Script=Inherited}&&\p{M}]--[\u3099\u309a]]|[\p{Script=Hebrew}&&\p{Mn}]/v;
const hidden = /\p{Cf}/u;
const ofWords = /[\p{L}\p{N}\p{M}]/u;
const notOfWords = /[^\p{L}\p{N}\p{M}]|[[\p{Script=Inherited}&&\p{M}]--[\u3099\u309a]]/gv;
const blanks = /[\s\p{Pd}−]/u;

/** Letters with a stroke or of two, which Unicode does not take apart. */
const plain: Record<string, string> = {
  ...{ æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ħ: 'h', ı: 'i', ŋ: 'ng', ŧ: 't' },
};
const unfolded = new RegExp(`[${Object.keys(plain).join('')}]`, 'g');
