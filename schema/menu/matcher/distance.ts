/**
 * The Damerau-Levenshtein distance of two words in its form of optimal string alignment: how many letters have to be
 * left out, put in, replaced or exchanged with the next one to come from one to the other, no letter being touched twice.
 * @see https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance#Optimal_string_alignment_distance
 * @param b the letters of the second word are those from `from` to `to`
 * @returns the distance, or `most` + 1 when it is more than `most`
 */
export function distance(a: Uint16Array, b: Uint16Array, from: number, to: number, most: number): number {
  if (!within(a, 0, b, from, to, most)) return most + 1;
  let edits = most;
  while (edits > 0 && within(a, 0, b, from, to, edits - 1)) edits--;
  return edits;
}

/** Equal letters at the front are best left as they are; where two differ, there are four ways to go on. */
function within(a: Uint16Array, i: number, b: Uint16Array, j: number, to: number, edits: number): boolean {
  while (i < a.length && j < to && a[i] === b[j]) {
    i++;
    j++;
  }
  const [left, right] = [a.length - i, to - j];
  if (left === 0 || right === 0 || edits === 0) return left + right <= edits;
  const exchanged = left > 1 && right > 1 && a[i] === b[j + 1] && a[i + 1] === b[j];
  return (
    (exchanged && within(a, i + 2, b, j + 2, to, edits - 1)) ||
    within(a, i + 1, b, j + 1, to, edits - 1) ||
    within(a, i + 1, b, j, to, edits - 1) ||
    within(a, i, b, j + 1, to, edits - 1)
  );
}
