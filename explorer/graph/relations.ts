/** A person or a company. */
export interface GraphNode {
  /** Type and id: tells nodes apart. */
  key: string;
  type: NodeType;
  id: string;
  /** Undefined while it is not known, null where the graph has none. */
  name?: string | null | undefined;
  headcount?: number | null | undefined;
}

export type NodeType = 'Person' | 'Company';

export interface Edge {
  key: string;
  type: EdgeType;
  /** The person of an employment, the buyer of an acquisition. */
  from: string;
  to: string;
  /** Of an employment, as far as the result tells. */
  stints: readonly Stint[];
  /** Of an acquisition. */
  merged?: boolean | undefined;
  /** How many acquisitions it takes, where the ones between are not told. */
  depth?: number | undefined;
}

/**
 * `descent` is reached by acquisitions that are not told one by one, and of a `deal` it is not told who bought whom.
 */
export type EdgeType = 'employment' | 'acquisition' | 'descent' | 'deal' | 'colleagues';

/** What was not asked for is undefined. */
export interface Stint {
  title?: string | null | undefined;
  startDate?: string | null | undefined;
  endDate?: string | null | undefined;
  current?: boolean | undefined;
}

/** The most nodes, edges and stints together that are held of one source. */
export const limits = { held: 20_000 };

/** People and companies and what joins them. The same from several places is there once. */
export class Relations {
  readonly nodes = new Map<string, GraphNode>();
  readonly edges = new Map<string, Edge>();
  /** Whether there was more than is held. */
  isFull = false;
  #held = 0;

  /** @returns its key; undefined when no more is held */
  node(type: NodeType, id: string, { name, headcount }: Pick<GraphNode, 'name' | 'headcount'> = {}) {
    const key = `${type}:${id}`;
    const known = this.nodes.get(key);
    if (!known && !this.#hasRoom()) return undefined;
    const node = known ?? { key, type, id };
    if (!known || tellsMore({ name, headcount }, known))
      this.nodes.set(key, { ...node, ...defined({ name, headcount }) });
    return key;
  }

  /** Joins two nodes that are there. */
  join(type: EdgeType, from: string, to: string, details: Pick<Edge, 'merged' | 'depth'> & { stint?: Stint } = {}) {
    const { stint, ...others } = details;
    const isDirected = type !== 'deal' && type !== 'colleagues';
    const [first, second] = isDirected || from < to ? [from, to] : [to, from];
    if (type === 'deal' && (this.#has('acquisition', from, to) || this.#has('acquisition', to, from))) return;
    if (type === 'acquisition') {
      const [low, high] = from < to ? [from, to] : [to, from];
      if (this.edges.delete(keyOf('deal', low, high))) this.#held -= 1;
    }
    const key = keyOf(type, first, second);
    const known = this.edges.get(key);
    if (!known && !this.#hasRoom()) return;
    const edge = known ?? { key, type, from: first, to: second, stints: [] };
    const stints = stint ? this.#withStint(edge.stints, stint) : edge.stints;
    if (!known || stints !== edge.stints || tellsMore(others, edge))
      this.edges.set(key, { ...edge, ...defined(others), stints });
  }

  add({ nodes, edges, isFull }: Relations): void {
    for (const node of nodes.values()) {
      if (this.nodes.has(node.key)) this.node(node.type, node.id, node);
      else if (this.#hasRoom()) this.nodes.set(node.key, node); // the same object: what draws it need not draw again
    }
    for (const { type, from, to, stints, merged, depth } of edges.values()) {
      if (!this.nodes.has(from) || !this.nodes.has(to)) continue;
      this.join(type, from, to, { merged, depth });
      for (const stint of stints) this.join(type, from, to, { stint });
    }
    this.isFull ||= isFull;
  }

  #has(type: EdgeType, from: string, to: string): boolean {
    return this.edges.has(keyOf(type, from, to));
  }

  #withStint(stints: readonly Stint[], stint: Stint): readonly Stint[] {
    const index = stints.findIndex((one) => isSame(one, stint));
    if (index < 0) return this.#hasRoom() ? [...stints, stint] : stints;
    const known = stints[index]!;
    return tellsMore(stint, known) ? stints.with(index, { ...known, ...defined(stint) }) : stints;
  }

  #hasRoom(): boolean {
    const hasRoom = this.#held < limits.held;
    if (hasRoom) this.#held += 1;
    else this.isFull = true;
    return hasRoom;
  }
}

/** Whether it goes on: by what the graph says, or else begun and not ended. Undefined when it cannot be told. */
export function isCurrent({ current, startDate, endDate }: Stint): boolean | undefined {
  if (current !== undefined) return current;
  if (typeof endDate === 'string') return false;
  return startDate === undefined || endDate === undefined ? undefined : startDate !== null;
}

/** Whether any of the stints goes on; undefined when none is known to, and not all are known to be over. */
export function isPresent({ stints }: Edge): boolean | undefined {
  const current = stints.map(isCurrent);
  if (current.includes(true)) return true;
  return current.length === 0 || current.includes(undefined) ? undefined : false;
}

function keyOf(type: EdgeType, from: string, to: string): string {
  return `${type} ${from} ${to}`;
}

/**
 * Title and start are the identity of a stint between the same two. What was not asked for agrees with anything; where
 * that is a part of the identity, stints are told apart by their end.
 */
function isSame(one: Stint, other: Stint): boolean {
  const isTold = (name: keyof Stint) => one[name] !== undefined && other[name] !== undefined;
  const agree = (name: keyof Stint) => !isTold(name) || one[name] === other[name];
  const isIdentified = isTold('title') && isTold('startDate');
  return agree('title') && agree('startDate') && (isIdentified || (agree('endDate') && agree('current')));
}

function tellsMore(details: object, known: object): boolean {
  return Object.entries(details).some(([name, value]) => value !== undefined && known[name as never] !== value);
}

function defined<Details extends object>(details: Details): Details {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)) as Details;
}
