/**
 * The form of a text in which two spellings that differ only in case are equal, in any script: compatibility
 * composition (Unicode NFKC), then lower, upper and lower case in turn, so that ß meets both SS and ẞ, and ς meets Σ.
 * An i loses what is left of the dot of a Turkish İ.
 */
export function fold(text: string): string {
  const lower = text.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return lower.normalize('NFKD').replaceAll(dotOfI, '').normalize('NFKC');
}

const dotOfI = /(?<=i\p{M}*)\u0307/gu;
