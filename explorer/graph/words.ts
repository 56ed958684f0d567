import { type Edge, type GraphNode, isCurrent, type Stint } from './relations.ts';

/** What a node is called: its name, or its type and id. */
export function nameOf({ name, type, id }: GraphNode): string {
  return name || `${type} ${id}`;
}

/** As in `Data Engineer, 2024-03-01 – now`. What was not asked for is left out. */
export function stintText(stint: Stint): string {
  const { title, startDate, endDate } = stint;
  const current = isCurrent(stint);
  const end = endDate ?? (current ? 'now' : undefined);
  const isDated = startDate || typeof endDate === 'string';
  const dates = isDated
    ? `${startDate ?? 'unknown'} – ${end ?? 'unknown'}`
    : current === true
      ? 'now'
      : current === false
        ? 'past'
        : undefined;
  return [title, dates].filter(Boolean).join(', ') || 'nothing more was asked for';
}

/** The stints of an edge, the first one first. */
export function inOrder(stints: readonly Stint[]): Stint[] {
  return stints.toSorted((one, other) => (one.startDate ?? '').localeCompare(other.startDate ?? ''));
}

/** What joins a node with the other end of an edge, seen from the node: one text for each stint. */
export function relationTexts({ type, from, stints, merged, depth }: Edge, key: string): string[] {
  const isFirst = from === key;
  switch (type) {
    case 'employment':
      return stints.length === 0 ? ['employment'] : inOrder(stints).map(stintText);
    case 'acquisition':
      return [`${isFirst ? 'bought' : 'bought by'}${merged ? ', merged' : ''}`];
    case 'descent':
      return [`${isFirst ? 'reaches' : 'reached from'}${depth ? ` by ${depth} acquisitions` : ' by acquisitions'}`];
    case 'deal':
      return ['bought, or bought by'];
    case 'colleagues':
      return ['colleague'];
  }
}

/** The key of the other end. */
export function otherEnd({ from, to }: Edge, key: string): string {
  return from === key ? to : from;
}
