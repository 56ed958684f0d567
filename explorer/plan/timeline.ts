import type { ExecutionResult } from 'graphql';

/** What the gateway tells of an operation in `extensions.plan`: docs/operations.md. Times are in milliseconds. */
export interface QueryPlan {
  tookMs: number;
  checkedMs: number;
  calls: SubgraphCall[];
  callCount: number;
}

interface SubgraphCall {
  subgraph: string;
  query: string;
  representations?: number;
  begunMs: number;
  /** Null: it was not over. */
  tookMs: number | null;
  errors: number;
}

/** A stretch of time, in milliseconds since the gateway first looked at the operation. */
export interface Span {
  from: number;
  to: number;
}

export interface TimedCall extends SubgraphCall, Span {
  /** One more than that of the last call that was over before this one began, so calls of one step ran side by side. */
  step: number;
}

/** When the parts of a plan were at work. Times are in milliseconds. */
export interface Timeline {
  calls: TimedCall[];
  callCount: number;
  subgraphs: number;
  steps: number;
  /** The whole. */
  took: number;
  /** When the gateway itself was at work, and no subgraph. */
  gateway: Span[];
  /** How long at least one subgraph was at work. */
  working: number;
  /** The rest, by what the gateway did. */
  checking: number;
  planning: number;
  joining: number;
}

/** The plan that a result tells, if its gateway is one of ours and tells any. */
export function planIn(result: ExecutionResult | undefined): QueryPlan | undefined {
  const plan = result?.extensions?.plan as Partial<QueryPlan> | null | undefined;
  return typeof plan?.tookMs === 'number' && Array.isArray(plan.calls) ? (plan as QueryPlan) : undefined;
}

export function timelineOf({ tookMs: took, checkedMs: checking, calls: told, callCount }: QueryPlan): Timeline {
  const calls: TimedCall[] = [];
  const gateway: Span[] = [];
  let busyUntil = 0;
  for (const call of told) {
    const from = call.begunMs;
    const to = call.tookMs === null ? took : from + call.tookMs;
    const before = calls.filter((other) => other.to <= from);
    calls.push({ ...call, from, to, step: 1 + Math.max(0, ...before.map(({ step }) => step)) });
    if (from > busyUntil) gateway.push({ from: busyUntil, to: from });
    busyUntil = Math.max(busyUntil, to);
  }
  if (took > busyUntil) gateway.push({ from: busyUntil, to: took });
  const rest = gateway.reduce((sum, { from, to }) => sum + to - from, 0);
  const planning = (calls[0]?.from ?? took) - checking;
  return {
    ...{ calls, callCount, gateway, took, checking, planning },
    subgraphs: new Set(calls.map(({ subgraph }) => subgraph)).size,
    steps: Math.max(0, ...calls.map(({ step }) => step)),
    working: took - rest,
    joining: Math.max(0, rest - checking - planning),
  };
}

/** Round times from 0 to at most `took`, of which an axis has room for as many as are asked for. */
export function ticks(took: number, most: number): number[] {
  if (took <= 0) return [0];
  const power = 10 ** Math.floor(Math.log10(took / most));
  const every = [1, 2, 5, 10].map((factor) => factor * power).find((step) => took / step <= most)!;
  return Array.from({ length: Math.floor(took / every) + 1 }, (_, at) => Number((at * every).toPrecision(12)));
}

/** A time with three digits, and its unit. */
export function told(ms: number): string {
  if (ms >= 999.5) return `${(ms / 1_000).toFixed(2)} s`;
  return `${ms.toFixed(ms >= 99.95 ? 0 : ms >= 9.995 ? 1 : 2)} ms`;
}
