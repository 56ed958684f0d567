import type { MatchKind } from '../messages.ts';
import { lengthBit, Neighbours } from './neighbours.ts';
import { Postings } from './postings.ts';
import { editsAllowed, kindOf, mostEdits, mostLetters, scoreOf, type Term, termOf } from './rule.ts';
import { hashOf, joinHashes, setOf, sizeOf } from './spelling.ts';
import { Words } from './words.ts';

/** A window has at least a letter, and two more than the longest term at most. */
const mostWindows = mostLetters + 2 * mostEdits + 1;

/** Room for more letters than these is given back. */
const mostRoom = 1 << 16;

/** Sets of lengths, a bit for each. */
const tenOrEleven = 0b11 << 10;
const twelveOrMore = -1 << 12;
/** How long terms may be that are misspelled with so many letters. */
const lengthsNear = Int32Array.from({ length: 32 }, (_, found) => {
  let lengths = 0;
  for (let length = 0; length < 32; length++) {
    const edits = editsAllowed(length);
    if (edits > 0 && Math.abs(length - found) <= edits) lengths |= 1 << length;
  }
  return lengths;
});

/** A term found in a text. */
export interface Match {
  /** The id of the term. */
  term: string;
  kind: MatchKind;
  /** How sure, above 0 and up to 1. */
  score: number;
  /** The words of the text that mean the term, as they stand there. */
  found: string;
  /** Where they begin, and the place after their last, in UTF-16 code units. */
  start: number;
  end: number;
}

/**
 * Finds terms in texts, by the rule of docs/matching.md. The terms stand in indexes, so that a text is compared only with
 * those few which are alike. What is found depends on the term and the text alone, never on other terms or texts.
 */
export class Matcher {
  private readonly slots = new Map<string, number>();
  private readonly terms: (Term | undefined)[] = [];
  private readonly free: number[] = [];
  /** Which letters the term of each slot has, and then which more than once. */
  private sets = new Int32Array(32);
  /** Letters of the longest term there was. */
  private longest = 0;

  private readonly byHash = new Postings();
  private readonly byFirst5 = new Neighbours(5, 1);
  private readonly byFirst6 = new Neighbours(6, 1);
  private readonly byLast5 = new Neighbours(5, -1);
  private readonly byLast6 = new Neighbours(6, -1);

  private words = new Words();
  private text = '';
  private readonly best = new Map<number, Match>();

  /** The windows that are open: words from the first to before the end, how many letters they have, and which. */
  private windows = 0;
  private readonly windowFirst = new Int32Array(mostWindows);
  private readonly windowEnd = new Int32Array(mostWindows);
  private readonly windowLength = new Int32Array(mostWindows);
  private readonly windowSet = new Int32Array(mostWindows);
  private readonly windowTwice = new Int32Array(mostWindows);
  /** How long terms may be that are misspelled in one of these windows, a bit for each length. */
  private lengths = 0;

  /** How many terms there are. */
  get size(): number {
    return this.slots.size;
  }

  /**
   * Adds a term, or gives it another text. A text without letters and digits is found nowhere.
   * @throws RangeError when the text has more than 256 letters and digits.
   */
  add(id: string, text: string): void {
    const term = termOf(id, text);
    this.delete(id);
    const slot = this.free.pop() ?? this.terms.length;
    this.slots.set(id, slot);
    this.terms[slot] = term;
    const { letters } = term;
    if (slot * 2 === this.sets.length) this.sets = grown(this.sets);
    this.sets[slot * 2] = setOf(letters, 0, letters.length, false);
    this.sets[slot * 2 + 1] = setOf(letters, 0, letters.length, true);
    this.longest = Math.max(this.longest, letters.length);
    this.byHash.add(hashOf(letters, 0, letters.length), slot);
    for (const index of this.neighboursFor(term)) index.add(letters, slot);
  }

  /** @returns whether there was such a term. */
  delete(id: string): boolean {
    const slot = this.slots.get(id);
    if (slot === undefined) return false;
    const term = this.terms[slot]!;
    this.byHash.remove(hashOf(term.letters, 0, term.letters.length), slot);
    for (const index of this.neighboursFor(term)) index.remove(term.letters, slot);
    this.terms[slot] = undefined;
    this.slots.delete(id);
    this.free.push(slot);
    return true;
  }

  /** The best match of each term, in the order of the text. */
  match(text: string): Match[] {
    this.best.clear();
    this.search(text);
    if (this.words.letters.length > mostRoom) this.words = new Words();
    return [...this.best.values()].sort((a, b) => a.start - b.start || a.end - b.end || (a.term < b.term ? -1 : 1));
  }

  /**
   * Where at most two edits are, at most one is among the first letters or at most one among the last, when these do not
   * overlap: five and five of ten or eleven letters.
   */
  private neighboursFor({ edits, letters }: Term): Neighbours[] {
    if (edits === 0) return [];
    if (edits === 1) return [this.byFirst6];
    return letters.length < 12 ? [this.byFirst5, this.byLast5] : [this.byFirst6, this.byLast6];
  }

  private search(text: string): void {
    this.text = text;
    const { letters, at, count, ordinary } = this.words.read(text);
    for (let first = 0; first < count; first++) this.findEqual(first);
    for (let first = count - 1, rare = count; first >= 0; first--) {
      if (ordinary[first] === 0) rare = first;
      this.openFrom(first, rare);
      const left = at[count]! - at[first]!;
      if (this.lengths & tenOrEleven) this.byFirst5.meet(letters, at[first]!, left, this.lengths, this.consider);
      if (this.lengths & ~tenOrEleven) this.byFirst6.meet(letters, at[first]!, left, this.lengths, this.consider);
    }
    for (let end = 1, rare = -1; end <= count; end++) {
      if (ordinary[end - 1] === 0) rare = end - 1;
      this.openTo(end, rare);
      const last = at[end]! - 1;
      if (this.lengths & tenOrEleven) this.byLast5.meet(letters, last, last + 1, this.lengths, this.consider);
      if (this.lengths & twelveOrMore) this.byLast6.meet(letters, last, last + 1, this.lengths, this.consider);
    }
  }

  /** Compares the terms that have the very letters of some words from one on. */
  private findEqual(first: number): void {
    const { at, hashes, count } = this.words;
    let hash = 0;
    for (let end = first + 1; end <= count && at[end]! - at[first]! <= this.longest; end++) {
      hash = joinHashes(hash, hashes[end - 1]!, at[end]! - at[end - 1]!);
      const block = this.byHash.find(hash);
      for (let index = 0; index < this.byHash.count(block); index++)
        this.compare(this.byHash.value(block, index), first, end);
    }
  }

  /** Opens the windows from a word on that reach beyond a rare one: others are no misspellings. */
  private openFrom(first: number, rare: number): void {
    this.windows = this.lengths = 0;
    const { at, sets, twice, count } = this.words;
    if (rare === count || at[rare + 1]! - at[first]! > this.longest + mostEdits) return;
    let set = 0;
    let more = 0;
    for (let end = first + 1; end <= count && at[end]! - at[first]! <= this.longest + mostEdits; end++) {
      more |= twice[end - 1]! | (set & sets[end - 1]!);
      set |= sets[end - 1]!;
      if (end > rare) this.open(first, end, set, more);
    }
  }

  /** The same for the windows up to the end of a word that begin with a rare one or before it. */
  private openTo(end: number, rare: number): void {
    this.windows = this.lengths = 0;
    const { at, sets, twice } = this.words;
    if (rare === -1 || at[end]! - at[rare]! > this.longest + mostEdits) return;
    let set = 0;
    let more = 0;
    for (let first = end - 1; first >= 0 && at[end]! - at[first]! <= this.longest + mostEdits; first--) {
      more |= twice[first]! | (set & sets[first]!);
      set |= sets[first]!;
      if (first <= rare) this.open(first, end, set, more);
    }
  }

  private open(first: number, end: number, set: number, twice: number): void {
    const length = lengthBit(this.words.at[end]! - this.words.at[first]!);
    const lengths = lengthsNear[length]!;
    if (lengths === 0) return;
    this.lengths |= lengths;
    this.windowFirst[this.windows] = first;
    this.windowEnd[this.windows] = end;
    this.windowLength[this.windows] = length;
    this.windowSet[this.windows] = set;
    this.windowTwice[this.windows] = twice;
    this.windows++;
  }

  /** Compares a term that was met with those windows that it may equal by their letters, in whatever order. */
  private readonly consider = (value: number) => {
    const [slot, length] = [value >>> 5, value & 31];
    const edits = editsAllowed(length);
    for (let window = 0; window < this.windows; window++) {
      if (Math.abs(this.windowLength[window]! - length) > edits) continue;
      const others = sizeOf(this.windowSet[window]! ^ this.sets[slot * 2]!);
      if (others <= 2 * edits && others + sizeOf(this.windowTwice[window]! ^ this.sets[slot * 2 + 1]!) <= 2 * edits)
        this.compare(slot, this.windowFirst[window]!, this.windowEnd[window]!);
    }
  };

  private compare(slot: number, first: number, until: number): void {
    const { words, text } = this;
    const best = this.best.get(slot);
    if (best?.kind === 'EXACT') return;
    const term = this.terms[slot]!;
    const score = scoreOf(term, text, words, first, until);
    if (score === 0) return;
    const start = words.from[first]!;
    const end = words.to[until - 1]!;
    if (best && (best.score - score || start - best.start || end - best.end) >= 0) return;
    const found = text.slice(start, end);
    this.best.set(slot, { ...{ term: term.id, kind: kindOf(score), score, found }, start, end });
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
