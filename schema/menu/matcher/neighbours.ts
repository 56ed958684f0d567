import { Postings } from './postings.ts';
import { pack, without } from './spelling.ts';

/**
 * Terms by how they begin, or end, with one edit forgiven: a deletion neighbourhood. When at most one edit leads from the
 * first letters of a term to those of a text, then the two are equal after leaving out some letter of each. So a term is
 * filed under all that is left of its first letters when one is left out, and a text is looked up the same way.
 */
export class Neighbours {
  private readonly postings = new Postings();
  private readonly keys = new Int32Array(6);
  private readonly blocks = new Int32Array(6);

  /**
   * @param length how many letters are looked at: 5 or 6
   * @param step 1 to look at the first letters, -1 to look at the last ones, backwards
   */
  constructor(
    private readonly length: number,
    private readonly step: 1 | -1,
  ) {}

  add(letters: Uint16Array, slot: number): void {
    const count = this.findKeys(letters, this.step === 1 ? 0 : letters.length - 1, letters.length);
    for (let key = 0; key < count; key++) this.postings.add(this.keys[key]!, packedOf(letters, slot));
  }

  remove(letters: Uint16Array, slot: number): void {
    const count = this.findKeys(letters, this.step === 1 ? 0 : letters.length - 1, letters.length);
    for (let key = 0; key < count; key++) this.postings.remove(this.keys[key]!, packedOf(letters, slot));
  }

  /**
   * Meets all terms that may begin so, some of them several times, and some that do not, each as `slot << 5 | lengthBit`.
   * @param first the place of the first letter, or of the last when looking backwards
   * @param left how many letters there are from there on
   * @param lengths which lengths of terms are of interest, a bit each
   */
  meet(letters: Uint16Array, first: number, left: number, lengths: number, met: (value: number) => void) {
    const { postings } = this;
    const count = this.findKeys(letters, first, left);
    // All blocks before the first of them is read, so that the processor waits for the memory of all of them at once.
    for (let key = 0; key < count; key++) this.blocks[key] = postings.find(this.keys[key]!);
    for (let key = 0; key < count; key++) {
      const block = this.blocks[key]!;
      const terms = postings.count(block);
      for (let index = 0; index < terms; index++) {
        const value = postings.value(block, index);
        if (((lengths >>> (value & 31)) & 1) === 1) met(value);
      }
    }
  }

  /** Leaving out either of two equal letters gives one key. */
  private findKeys(letters: Uint16Array, first: number, left: number): number {
    const packed = pack(letters, first, Math.min(left, this.length), this.step);
    let count = 0;
    for (let place = 0; place < this.length; place++) {
      const key = without(packed, place);
      if (count === 0 || this.keys[count - 1] !== key) this.keys[count++] = key;
    }
    return count;
  }
}

const packedOf = (letters: Uint16Array, slot: number) => (slot << 5) | lengthBit(letters.length);

/** The bit that stands for a length; all from 31 on have one. */
export const lengthBit = (length: number) => Math.min(length, 31);
