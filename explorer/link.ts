/** A question that a link carries. */
export interface Shared {
  query: string;
  /** JSON, as it stands in the editor. */
  variables?: string | undefined;
}

/**
 * The address that opens the explorer with a question. It stands behind the `#`, which browsers do not send, so it is in
 * no log of a server; headers and tokens are never part of it.
 */
export function linkTo({ query, variables }: Shared, page: string): string {
  const params = new URLSearchParams({ query, ...(variables?.trim() && { variables }) });
  return `${page.replace(/#.*/s, '')}#${params}`;
}

/** What the page's link holds. It opens its tab once; when the page is loaded again, it is a tab like the others. */
export function takeShared(): Shared | undefined {
  const shared = sharedBy(location.hash);
  history.replaceState(null, '', location.pathname + location.search);
  return shared;
}

/** @param hash of the address, with its `#` */
export function sharedBy(hash: string): Shared | undefined {
  const params = new URLSearchParams(hash.slice(1));
  const query = params.get('query');
  return query ? { query, variables: params.get('variables') ?? undefined } : undefined;
}
