import type { GatewayPlugin } from '@graphql-hive/gateway-runtime';
import type { ExecutionRequest, ExecutionResult, Executor } from '@graphql-tools/utils';
import { Kind, print, type TypeNode } from 'graphql';

/** How a query or a mutation was answered: `plan` in the extensions of its result. Times are in milliseconds. */
export interface QueryPlan {
  /** From when the operation was first looked at until its answer stood, not yet written as JSON. */
  tookMs: number;
  /** Of these, how long it took to find the operation valid and within the limits. Then it was planned. */
  checkedMs: number;
  /** The calls of subgraphs, in the order in which they began: at most the first 1,000. */
  calls: SubgraphCall[];
  /** How many calls there were. */
  callCount: number;
}

/** One operation that a subgraph was asked. */
export interface SubgraphCall {
  subgraph: string;
  /** Its text, at most 20,000 characters. The values of variables are not told. */
  query: string;
  /** How many entities it was asked for by their keys; absent when it was not asked for any. */
  representations?: number;
  /** When it began, counted from when the operation was first looked at. */
  begunMs: number;
  /** Null: it was still at work when the answer was given, because the operation's time was over. */
  tookMs: number | null;
  /** How many errors it gave. */
  errors: number;
}

const mostCalls = 1_000;
const longestText = 20_000;

/** By the contexts of operations that are executed, and whose plan is asked for. */
const recordings = new WeakMap<object, Recording>();

/**
 * Tells who asks with `"extensions": {"plan": true}` how a query or mutation was answered. It must come before the
 * plugins that check operations, whose time counts. Subscriptions do not tell: what joins their events is done once for
 * all who ask the same.
 * @param isAllowed whether the schema may be asked about, of which a plan tells as well; else the wish is not heard
 */
export function useQueryPlan(isAllowed: boolean): GatewayPlugin {
  if (!isAllowed) return {};
  const asked = new WeakMap<object, number>();
  return {
    onParams({ params, context }) {
      // Nobody has looked yet at what was sent.
      const wishes = (params as { extensions?: { plan?: unknown } | null } | null)?.extensions;
      if (wishes?.plan === true) asked.set(context, performance.now());
    },
    onExecute({ args: { contextValue } }) {
      const begun = asked.get(contextValue);
      if (begun !== undefined) recordings.set(contextValue, new Recording(begun));
    },
    onExecutionResult({ context, result, setResult }) {
      const plan = recordings.get(context)?.plan();
      if (!plan) return;
      const answer = result as ExecutionResult;
      setResult({ ...answer, extensions: { ...answer.extensions, plan } });
    },
  };
}

/** The executor of a subgraph, with its calls told where somebody asks for them. */
export function recorded(subgraph: string, run: Executor): Executor {
  return ((request: ExecutionRequest) => {
    const recording = recordings.get(request.context);
    return recording ? recording.call(subgraph, request, run) : run(request);
  }) as Executor;
}

type Call = Omit<SubgraphCall, 'query' | 'representations'> & { request: ExecutionRequest };

class Recording {
  readonly #begun: number;
  readonly #checkedMs: number;
  readonly #calls: Call[] = [];
  #count = 0;

  /** @param begun when the operation was first looked at */
  constructor(begun: number) {
    this.#begun = begun;
    this.#checkedMs = this.#now();
  }

  async call(subgraph: string, request: ExecutionRequest, run: Executor): Promise<ExecutionResult> {
    const call: Call = { subgraph, request, begunMs: this.#now(), tookMs: null, errors: 0 };
    if (++this.#count <= mostCalls) this.#calls.push(call);
    try {
      const result = (await run(request)) as ExecutionResult;
      call.errors = result.errors?.length ?? 0;
      return result;
    } catch (error) {
      call.errors = 1;
      throw error;
    } finally {
      call.tookMs = rounded(this.#now() - call.begunMs);
    }
  }

  plan(): QueryPlan {
    return {
      tookMs: this.#now(),
      checkedMs: this.#checkedMs,
      calls: this.#calls.map(({ subgraph, request, ...rest }) => ({ subgraph, ...describe(request), ...rest })),
      callCount: this.#count,
    };
  }

  #now(): number {
    return rounded(performance.now() - this.#begun);
  }
}

function describe({ document, variables }: ExecutionRequest): Pick<SubgraphCall, 'query' | 'representations'> {
  const text = print(document);
  const query = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  const keys = document.definitions
    .flatMap((definition) => ('variableDefinitions' in definition ? (definition.variableDefinitions ?? []) : []))
    .filter(({ type }) => nameOf(type) === '_Any')
    .flatMap(({ variable }) => (variables as Record<string, unknown[]>)[variable.name.value]!);
  return { query, ...(keys.length > 0 && { representations: keys.length }) };
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

/** To the microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
