/** What a caller may see. Who has the same may share the results of a subscription, so it must hold nothing else. */
export type Rights = Readonly<Record<string, string>>;

/**
 * The rights of a request. Everybody is anonymous so far.
 * @param _request undefined over WebSocket. @param _context what the server knows: there, `connectionParams`
 */
export function rightsOf(_request: Request | undefined, _context: unknown): Rights {
  return {};
}
