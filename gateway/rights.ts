/** What a request may see, as a text: who has the same may share results. Everybody is anonymous so far. */
export function rightsOf(_context: unknown): string {
  return 'anonymous';
}
