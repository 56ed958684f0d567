import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Row } from '../log/events.ts';
import { chosenOperation } from '../resume.ts';
import { Observable } from '../ui/observable.ts';
import { type Missing, type Reading, readingOf } from './extract.ts';
import { Layout } from './layout.ts';
import { type Answer, type Pages, pagesOf, questions } from './neighbours.ts';
import { type Edge, type GraphNode, type NodeType, Relations } from './relations.ts';
import type { View } from './view.ts';

/** The most that is drawn, and the most events that are read without a pause. */
export const bounds = { nodes: 500, edges: 2_000, rowsAtOnce: 500 };

/** Asks the gateway. */
export type Ask = (query: string, variables: Record<string, unknown>) => Promise<Answer>;

/** What the graph has answered about the neighbours of a node. */
export interface Expansion {
  relations: Relations;
  /** Undefined before the first answer. */
  pages?: Pages;
  error?: Error | undefined;
  isLoading: boolean;
}

export interface Shown {
  nodes: GraphNode[];
  edges: Edge[];
  /** The edges at each node that has some. */
  edgesAt: Map<string, Edge[]>;
  /** How many nodes there are beyond the bound. */
  left: number;
  /** How many nodes were hidden by hand. */
  hidden: number;
  /** Whether there is more than could even be held. */
  isFull: boolean;
}

/** The people and companies of one run: those of its result, and those that were added by expanding. */
export class Picture extends Observable {
  readonly layout = new Layout();
  /** What the operation did not ask for. */
  readonly missing: Missing;
  readonly expansions = new Map<string, Expansion>();
  shown: Shown = { nodes: [], edges: [], edgesAt: new Map(), left: 0, hidden: 0, isFull: false };
  /** The key of a node or an edge. */
  selected: string | undefined;
  /** Fitted to all that is shown, until somebody has moved it. */
  view: View | undefined;
  isFitted = true;
  readonly #result = new Relations();
  readonly #hidden = new Set<string>();
  readonly #reading: Reading;
  readonly #answers: Record<NodeType, Reading>;
  readonly #ask: Ask;
  #last: ExecutionResult | undefined;
  #lastRow = 0;

  /** @throws Error when the query is not GraphQL */
  constructor(
    ask: Ask,
    schema: GraphQLSchema,
    operation: { query: string; operationName?: string | undefined; variables?: Record<string, unknown> | undefined },
  ) {
    super();
    this.#ask = ask;
    this.#reading = readerOf(schema, operation);
    this.#answers = {
      Person: readerOf(schema, { query: questions.Person }),
      Company: readerOf(schema, { query: questions.Company }),
    };
    this.missing = this.#reading.missing;
  }

  readResult(result: ExecutionResult): void {
    if (result === this.#last) return;
    this.#last = result;
    this.#reading.read(result.data, this.#result);
    this.#arrange();
  }

  /**
   * Reads events that it has not read yet.
   * @returns whether there are more
   */
  readRows(rows: readonly Row[]): boolean {
    const begin = Math.max(this.#lastRow + 1 - (rows[0]?.number ?? 0), 0);
    const some = rows.slice(begin, begin + bounds.rowsAtOnce);
    for (const row of some) if (row.type === 'event') this.#reading.read(JSON.parse(row.text).data, this.#result);
    this.#lastRow = some.at(-1)?.number ?? this.#lastRow;
    if (some.length > 0) this.#arrange();
    return begin + some.length < rows.length;
  }

  /** Adds what a node is connected with. What is expanded or under way stays as it is. */
  async expand(key: string): Promise<void> {
    const known = this.expansions.get(key);
    if (!known || (known.error && !known.pages)) await this.#load(key);
  }

  /** Adds the next page of what a node is connected with. */
  async more(key: string): Promise<void> {
    const known = this.expansions.get(key);
    if (known?.pages?.left && !known.isLoading) await this.#load(key, known);
  }

  /** Takes away what only the expansion of this node has brought. */
  collapse(key: string): void {
    this.expansions.delete(key);
    this.#arrange();
  }

  hide(key: string): void {
    this.#hidden.add(key);
    this.#arrange();
  }

  showHidden(): void {
    this.#hidden.clear();
    this.#arrange();
  }

  select(key: string | undefined): void {
    if (this.selected === key) return;
    this.selected = key;
    this.changed();
  }

  layOutAgain(): void {
    this.layout.again();
    this.isFitted = true;
    this.changed();
  }

  async #load(key: string, known?: Expansion): Promise<void> {
    const node = this.shown.nodes.find((one) => one.key === key);
    if (!node) return;
    const expansion: Expansion = { relations: new Relations(), ...known, error: undefined, isLoading: true };
    this.expansions.set(key, expansion);
    this.isFitted = false; // what stands stays where it is seen
    this.changed();
    const answered = await this.#answerTo(node, expansion);
    if (this.expansions.get(key) !== expansion) return; // collapsed meanwhile
    this.expansions.set(key, { ...expansion, ...answered, isLoading: false });
    this.#arrange();
  }

  async #answerTo({ type, id }: GraphNode, { relations, pages }: Expansion): Promise<Partial<Expansion>> {
    try {
      const data = await this.#ask(questions[type], { id, ...pages?.after });
      const next = pagesOf(data, pages);
      if (!next) return { error: new Error(`The graph has no ${type.toLowerCase()} with the id ${id}.`) };
      this.#answers[type].read(data, relations);
      return { pages: next };
    } catch (error) {
      return { error: error as Error };
    }
  }

  #arrange(): void {
    const all = this.expansions.size === 0 ? this.#result : new Relations();
    if (all !== this.#result) {
      all.add(this.#result);
      for (const { relations } of this.expansions.values()) all.add(relations);
    }
    const visible = [...all.nodes.values()].filter(({ key }) => !this.#hidden.has(key));
    const nodes = visible.slice(0, bounds.nodes);
    const drawn = new Set(nodes.map(({ key }) => key));
    const joined = [...all.edges.values()].filter(({ from, to }) => drawn.has(from) && drawn.has(to));
    const edges = joined.slice(0, bounds.edges);
    const edgesAt = new Map<string, Edge[]>();
    for (const edge of edges) {
      for (const end of new Set([edge.from, edge.to])) {
        const others = edgesAt.get(end);
        if (others) others.push(edge);
        else edgesAt.set(end, [edge]);
      }
    }
    this.shown = {
      ...{ nodes, edges, edgesAt, isFull: all.isFull || edges.length < joined.length },
      left: visible.length - nodes.length,
      hidden: all.nodes.size - visible.length,
    };
    this.layout.show(nodes, edges);
    const isShown = drawn.has(this.selected ?? '') || edges.some(({ key }) => key === this.selected);
    if (!isShown) this.selected = undefined;
    this.changed();
  }
}

function readerOf(
  schema: GraphQLSchema,
  { query, operationName, variables }: ConstructorParameters<typeof Picture>[2],
): Reading {
  const chosen = chosenOperation(query, operationName);
  if (!chosen) throw new Error('What was run is not GraphQL.');
  return readingOf({ schema, ...chosen, variables });
}
