/**
 * The form of a text in which two spellings that differ only in case are equal, in any script: compatibility
 * composition (Unicode NFKC), then upper and lower case in turn, so that ß meets SS and ς meets Σ.
 */
export function fold(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
