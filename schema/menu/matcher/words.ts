import { accent, apostrophe, lettersOf, wordBreak } from './letters.ts';
import { isOrdinary } from './ordinary.ts';
import { hashOf, setOf } from './spelling.ts';

/**
 * A text as the matcher sees it: its words, the letters of one after another with nothing between them, and where each
 * stands in the text. One object reads text after text and keeps its room, which is some times that of the longest.
 */
export class Words {
  count = 0;
  letters = new Uint16Array(0);
  /** Where the letters of each word begin; behind the last word, how many letters there are. */
  at = new Int32Array(1);
  /** Where each word begins and ends in the text, in UTF-16 code units. */
  from = new Int32Array(0);
  to = new Int32Array(0);
  /** Counts the words when those that only an apostrophe parts are one. */
  number = new Int32Array(0);
  /** The hash of the letters of each word. */
  hashes = new Int32Array(0);
  /** Which letters each word has, and which more than once, as `setOf` says. */
  sets = new Int32Array(0);
  twice = new Int32Array(0);
  /** 1 for a word that menus are full of. */
  ordinary = new Uint8Array(0);

  private spelled = 0;
  private inside = false;
  private broken = false;

  read(text: string): this {
    this.count = this.spelled = 0;
    this.inside = this.broken = false;
    this.reserve(text.length);
    for (let index = 0, end = 0; index < text.length; index = end) {
      const meaning = meanings[text.charCodeAt(index)] || learn(text.charCodeAt(index));
      end = index + 1;
      if (meaning !== several) this.take(meaning, index, end);
      else {
        const char = text.codePointAt(index)!;
        if (char > 0xffff) end++;
        const letters = spelled.get(char) ?? lettersOf(String.fromCodePoint(char));
        this.reserve(this.spelled + letters.length + text.length - end);
        for (let letter = 0; letter < letters.length; letter++) this.take(letters.charCodeAt(letter), index, end);
      }
    }
    this.at[this.count] = this.spelled;
    for (let word = 0; word < this.count; word++) {
      const [from, to] = [this.at[word]!, this.at[word + 1]!];
      this.hashes[word] = hashOf(this.letters, from, to);
      this.sets[word] = setOf(this.letters, from, to, false);
      this.twice[word] = setOf(this.letters, from, to, true);
      this.ordinary[word] = Number(isOrdinary(this.letters, from, to, this.hashes[word]!));
    }
    return this;
  }

  private take(meaning: number, index: number, end: number): void {
    if (meaning === hidden) return;
    if (meaning === accented) {
      if (this.inside) this.to[this.count - 1] = end;
      return;
    }
    if (meaning === breaking || meaning === glued) {
      this.inside = false;
      this.broken ||= meaning === breaking;
      return;
    }
    if (!this.inside) {
      const word = this.count++;
      this.at[word] = this.spelled;
      this.from[word] = index;
      this.number[word] = word === 0 ? 0 : this.number[word - 1]! + Number(this.broken);
      this.inside = true;
      this.broken = false;
    }
    this.letters[this.spelled++] = meaning;
    this.to[this.count - 1] = end;
  }

  /** Makes room for so many letters, and as many words. */
  private reserve(letters: number): void {
    if (letters <= this.letters.length) return;
    const room = letters * 2;
    const larger = (array: Int32Array<ArrayBuffer>) => {
      const copy = new Int32Array(room + 1);
      copy.set(array);
      return copy;
    };
    const all = new Uint16Array(room);
    all.set(this.letters);
    this.letters = all;
    this.at = larger(this.at);
    this.from = larger(this.from);
    this.to = larger(this.to);
    this.number = larger(this.number);
    this.hashes = new Int32Array(room);
    this.sets = new Int32Array(room);
    this.twice = new Int32Array(room);
    this.ordinary = new Uint8Array(room);
  }
}

/*
 * What each UTF-16 code unit means, found out when it is first met: the letter that it is folded to, a sign by its own code
 * unit, or one of these. Control characters are no letters, so their code units are free.
 */
const meanings = new Uint16Array(0x10000);
const hidden = 1;
/** Half of a character, or more than one letter. */
const several = 2;
const [breaking, glued, accented] = [wordBreak, apostrophe, accent].map((sign) => sign.charCodeAt(0)) as [
  number,
  number,
  number,
];

/** The letters of each character of one code unit that has several, such as ß. */
const spelled = new Map<number, string>();

function learn(unit: number): number {
  const half = unit >= 0xd800 && unit < 0xe000;
  const letters = half ? '' : lettersOf(String.fromCharCode(unit));
  if (letters.length > 1) spelled.set(unit, letters);
  const meaning = half || letters.length > 1 ? several : letters === '' ? hidden : letters.charCodeAt(0);
  meanings[unit] = meaning;
  return meaning;
}
