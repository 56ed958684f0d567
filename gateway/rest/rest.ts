import type { IncomingMessage } from 'node:http';
import type { GatewayRuntime } from '@graphql-hive/gateway-runtime';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from '../../platform/log.ts';
import type { Handler } from '../uploads.ts';
import { accepts } from './accept.ts';
import { type Answer, answerOfProblem, json, send } from './answer.ts';
import { type Exchange, type Execute, executeThrough } from './execute.ts';
import { type Variables, variablesOf } from './input.ts';
import { openapi } from './openapi.ts';
import { health } from './otherPaths.ts';
import { docsPage } from './page.ts';
import { type Plan, plansOver } from './plan.ts';
import { Problem } from './problem.ts';
import { quoted, targetOf } from './target.ts';
import { read, write } from './verbs.ts';

export interface Rest {
  /** Whether a path belongs to REST. */
  serves(path: string): boolean;
  handle: Handler;
}

/** A path with the plan of each of its verbs. */
interface Resource {
  segments: string[];
  plans: Map<string, Plan>;
}

/** After an answer the rest of a body is dropped for so long: it may never end, but who sends it must see the answer. */
const dropMs = 5_000;

/** REST over a gateway. @throws Error when the graph lacks what a route asks for */
export async function openRest(gateway: GatewayRuntime, log: Logger): Promise<Rest> {
  return createRest(await gateway.getSchema(), executeThrough(gateway), log);
}

/**
 * The paths of REST, each made of an operation of the graph.
 * @param execute runs an operation through the gateway as if its client had sent it
 * @throws Error when the graph lacks what a route asks for
 */
export function createRest(graph: GraphQLSchema, execute: Execute, log: Logger): Rest {
  const plans = plansOver(graph);
  const resources = resourcesOf(plans);
  const description = openapi(plans);
  const pages = new Map([
    ['/openapi.json', { type: json, text: `${JSON.stringify(description)}\n` }],
    ['/api/v1/health', { type: json, text: `${JSON.stringify(health)}\n` }],
    ['/docs', { type: 'text/html', text: docsPage(description) }],
  ]);
  const roots = new Set([
    ...resources.map(({ segments }) => segments[0]!),
    ...[...pages.keys()].map((p) => p.slice(1)),
  ]);

  async function answerTo(exchange: Exchange): Promise<Answer> {
    const { request } = exchange;
    const target = targetOf(request.url!);
    const page = pages.get(target.path);
    if (page) return answerOfPage(page, request);
    const found = resources.filter(({ segments }) => isOf(segments, target.segments));
    if (found.length === 0)
      throw new Problem(404, 'NOT_FOUND', `Nothing is at ${quoted(target.path)}. /docs has all paths.`);
    const [{ segments, plans }] = found as [Resource];
    const method = request.method === 'HEAD' ? 'GET' : request.method!;
    const allow = allowed([...plans.keys()]);
    if (method === 'OPTIONS') return { status: 204, headers: { allow } };
    const plan = plans.get(method);
    if (!plan) throw notAllowed(method, allow);
    if (!accepts(request.headers.accept, json)) throw notAcceptable(json);
    const inPath = new Map(
      segments.flatMap((name, at) => (isName(name) ? [[nameIn(name), target.segments[at]!]] : [])),
    );
    const variables = variablesOf(plan, inPath, target.query);
    const ask = (query: string, variables: Variables) => execute({ query, variables }, exchange);
    return method === 'GET' ? read(plan, variables, target, ask) : write(plan, variables, request, ask);
  }

  return {
    serves: (path) => roots.has(path.split('/')[1]!),
    async handle(request, response) {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      let answer: Answer;
      try {
        answer = await answerTo({ request, response, signal: gone.signal });
      } catch (error) {
        if (gone.signal.aborted) return;
        answer = answerOfProblem(error, log);
      }
      send(answer, request, response);
      if (!request.complete) setTimeout(() => request.complete || request.destroy(), dropMs).unref();
    },
  };
}

function answerOfPage({ type, text }: { type: string; text: string }, { method, headers }: IncomingMessage): Answer {
  if (method === 'OPTIONS') return { status: 204, headers: { allow: allowed(['GET']) } };
  if (method !== 'GET' && method !== 'HEAD') throw notAllowed(method!, allowed(['GET']));
  if (!accepts(headers.accept, type)) throw notAcceptable(type);
  return {
    status: 200,
    headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' },
    body: text,
  };
}

const isName = (segment: string) => segment.startsWith('{');
const nameIn = (segment: string) => segment.slice(1, -1);

/** Paths with the plans of their verbs. */
function resourcesOf(plans: Plan[]): Resource[] {
  const byPath = Map.groupBy(plans, ({ path }) => path);
  return [...byPath].map(([path, plans]) => ({
    segments: path.slice(1).split('/'),
    plans: new Map(plans.map((plan) => [plan.method, plan])),
  }));
}

function isOf(segments: string[], asked: string[]): boolean {
  return (
    segments.length === asked.length &&
    segments.every((segment, at) => (isName(segment) ? asked[at] !== '' : asked[at] === segment))
  );
}

function allowed(methods: string[]): string {
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

function notAllowed(method: string, allow: string): Problem {
  return new Problem(405, 'METHOD_NOT_ALLOWED', `${method} is not possible here; these are: ${allow}.`, { allow });
}

function notAcceptable(type: string): Problem {
  return new Problem(406, 'NOT_ACCEPTABLE', `The answer is ${type}, which the Accept header does not let through.`);
}
