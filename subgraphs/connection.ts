import { type ClassType, Directive, Field, Int, ObjectType } from 'type-graphql';
import { TributaryError } from '../platform/errors.ts';

const defaultFirst = 50;
const maximumFirst = 1000;

@Directive('@shareable')
@ObjectType()
export class PageInfo {
  @Field() hasNextPage!: boolean;
  @Field() hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true }) startCursor!: string | null;
  @Field(() => String, { nullable: true }) endCursor!: string | null;
}

export interface UncountedConnection<Node> {
  edges: { node: Node; cursor: string }[];
  pageInfo: PageInfo;
}
export interface Connection<Node> extends UncountedConnection<Node> {
  readonly totalCount: Promise<number>;
}

/** The Relay connection types of a node type: PersonConnection with PersonEdge, and so on. */
export function connectionType<Node extends object>(node: ClassType<Node>): ClassType<Connection<Node>> {
  const NodeConnection = uncountedConnectionType(node) as ClassType<Connection<Node>>;
  Field(() => Int, { description: 'How many there are on all pages.' })(NodeConnection.prototype, 'totalCount');
  return NodeConnection;
}

/** Those of a list that cannot be counted at a bearable cost. */
export function uncountedConnectionType<Node extends object>(
  node: ClassType<Node>,
): ClassType<UncountedConnection<Node>> {
  @ObjectType(`${node.name}Edge`)
  class Edge {
    @Field(() => node) node!: Node;
    @Field() cursor!: string;
  }
  @ObjectType(`${node.name}Connection`)
  class NodeConnection {
    @Field(() => [Edge]) edges!: Edge[];
    @Field(() => PageInfo) pageInfo!: PageInfo;
  }
  return NodeConnection;
}

/** @throws TributaryError BAD_USER_INPUT when `first` is not 0 to 1000; 50 when it is left out. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? defaultFirst;
  if (size >= 0 && size <= maximumFirst) return size;
  throw new TributaryError('BAD_USER_INPUT', `first must be between 0 and ${maximumFirst}, not ${size}.`);
}

/** The sort key of a node: what its order rests on, so that a page goes on right after it whatever has changed. */
export type SortKey = (string | number)[];

export interface PageRequest {
  first: number;
  after: SortKey | null;
}

/**
 * Checks the paging arguments. `first` defaults to 50 and may be 0 to 1000; `shape` is an example of the sort key, in
 * which digits stand for a whole number that may be too large for JavaScript.
 * @throws TributaryError BAD_USER_INPUT
 */
export function pageRequest(
  first: number | null | undefined,
  after: string | null | undefined,
  shape: SortKey,
): PageRequest {
  return { first: pageSize(first), after: after == null ? null : decodeKey(after, shape) };
}

/** One page out of rows that hold one more than was asked for, when there are more. */
export function page<Row, Node>(
  rows: Row[],
  { first, after }: PageRequest,
  keyOf: (row: Row) => SortKey,
  nodeOf: (row: Row) => Node,
  count: () => Promise<number>,
): Connection<Node> {
  const edges = rows.slice(0, first).map((row) => ({ node: nodeOf(row), cursor: encodeKey(keyOf(row)) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    // Counting costs a statement, so only who asks for it pays.
    get totalCount() {
      return count();
    },
  };
}

function encodeKey(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Every number of so many digits fits into a UInt64. */
const digits = /^\d{1,19}$/;

function decodeKey(cursor: string, shape: SortKey): SortKey {
  try {
    const key = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const fits = (part: unknown, at: number) => {
      const example = shape[at]!;
      if (typeof example === 'number') return Number.isSafeInteger(part);
      return typeof part === 'string' && (!digits.test(example) || digits.test(part));
    };
    if (Array.isArray(key) && key.length === shape.length && key.every(fits)) return key;
  } catch {
    // said below
  }
  throw new TributaryError('BAD_USER_INPUT', 'after is not a cursor of this list. Use an endCursor of the same field.');
}
