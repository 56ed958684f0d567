/*
 * Letters are UTF-16 code units. What is computed of them here is right for every script, and most telling for those whose
 * small letters differ in their last five bits, as in Latin, Greek and Cyrillic.
 */

const base = 0x01000193;
const mostPowers = 512;
const powers = new Int32Array(mostPowers + 1).fill(1);
for (let power = 1; power <= mostPowers; power++) powers[power] = Math.imul(powers[power - 1]!, base);

export function hashOf(letters: Uint16Array, from: number, to: number): number {
  let hash = 0;
  for (let letter = from; letter < to; letter++) hash = (Math.imul(hash, base) + letters[letter]!) | 0;
  return hash;
}

/** The hash of the letters of two hashes one after another, given how many the second has (up to 512). */
export function joinHashes(first: number, second: number, letters: number): number {
  return (Math.imul(first, powers[letters]!) + second) | 0;
}

/** Which letters there are, a bit each; `twice`: which are there more than once. One edit changes at most two of all bits. */
export function setOf(letters: Uint16Array, from: number, to: number, twice: boolean): number {
  let [once, more] = [0, 0];
  for (let letter = from; letter < to; letter++) {
    const bit = 1 << letters[letter]!;
    more |= once & bit;
    once |= bit;
  }
  return twice ? more : once;
}

export function sizeOf(set: number): number {
  let bits = set - ((set >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Up to six letters of five bits each in a number, the first in the lowest bits; `step` -1 packs backwards. */
export function pack(letters: Uint16Array, first: number, count: number, step: 1 | -1): number {
  let packed = 0;
  for (let letter = 0; letter < count; letter++) packed |= (letters[first + letter * step]! & 31) << (5 * letter);
  return packed;
}

/** The packed letters without the one at a place. */
export function without(packed: number, place: number): number {
  const before = (1 << (5 * place)) - 1;
  return (packed & before) | ((packed >>> 5) & ~before);
}
