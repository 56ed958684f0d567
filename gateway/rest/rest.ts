import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayRuntime } from '@graphql-hive/gateway-runtime';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from '../../platform/log.ts';
import { matchesTag } from '../cacheHeaders.ts';
import type { Handler } from '../uploads.ts';
import { accepts } from './accept.ts';
import { bodyOf, within } from './body.ts';
import { type Exchange, type Execute, type Executed, executeThrough } from './execute.ts';
import { bodyVariable, type Variables, variablesOf } from './input.ts';
import { jsonBodyOf } from './jsonBody.ts';
import { openapi } from './openapi.ts';
import { health } from './otherPaths.ts';
import { docsPage } from './page.ts';
import { type Plan, plansOver } from './plan.ts';
import { Problem, problemOf, refused } from './problem.ts';
import { quoted, type Target, targetOf } from './target.ts';

export interface Rest {
  /** Whether a path belongs to REST. */
  serves(path: string): boolean;
  handle: Handler;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body?: string;
}

/** A path with the plan of each of its verbs. */
interface Resource {
  segments: string[];
  plans: Map<string, Plan>;
}

const json = 'application/json';

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

type Ask = (query: string, variables: Variables) => Promise<Executed>;

async function read(plan: Plan, variables: Variables, target: Target, ask: Ask): Promise<Answer> {
  const { data, headers } = answered(await ask(plan.text, variables));
  const found = within(data, plan.answer);
  if (found === null) throw notFound(plan, variables);
  const body = bodyOf(plan.shape, found);
  if ('next' in body && typeof body.next === 'string') headers.link = `<${nextPage(target, body.next)}>; rel="next"`;
  return { status: 200, headers: { ...headers, 'content-type': json }, body: `${JSON.stringify(body)}\n` };
}

/**
 * A write is accepted by Kafka. Whether its thing was there is what the view says, which may lag behind, so no condition
 * on a version could be kept.
 */
async function write(plan: Plan, inPath: Variables, request: IncomingMessage, ask: Ask): Promise<Answer> {
  if (request.headers['if-match'] !== undefined || request.headers['if-unmodified-since'] !== undefined)
    throw refused('A write is not held against a version: leave out If-Match and If-Unmodified-Since.');
  const variables = plan.body ? bodyVariable(plan, await jsonBodyOf(request), inPath.id) : inPath;
  const { id } = (plan.body ? variables[plan.body.variable] : variables) as { id?: string };
  const isThere = async () => within(answered(await ask(plan.present!, { id })).data, 'present') !== null;
  const isReplaced = plan.body !== undefined && plan.present !== undefined && (await isThere());
  if (isReplaced && plan.method === 'POST')
    throw new Problem(409, 'CONFLICT', `There is ${quoted(id!)} already. Replace it with PUT ${plan.path}/{id}.`);

  const executed = await ask(plan.text, variables);
  // It has waited until the view was up to date, so now the view knows.
  if (plan.method === 'DELETE' && executed.result.errors?.[0]?.extensions?.code === 'BAD_USER_INPUT') {
    if (await isThere()) throw new Problem(409, 'CONFLICT', executed.result.errors[0].message);
    throw notFound(plan, inPath);
  }
  const { data, headers } = answered(executed);
  const receipt = within(data, plan.answer) as { position: string };
  headers['read-after'] = receipt.position;
  if (plan.method === 'DELETE') return { status: 204, headers };
  if (plan.present && !isReplaced) headers.location = `${plan.path.replace('/{id}', '')}/${encodeURIComponent(id!)}`;
  const body = `${JSON.stringify(plan.present ? { id, ...receipt } : receipt)}\n`;
  return { status: isReplaced ? 200 : 201, headers: { ...headers, 'content-type': json }, body };
}

/** @throws Problem for the first error: in REST there are no answers in part */
function answered({ status, headers, result }: Executed): { data: unknown; headers: Record<string, string> } {
  const [error] = result.errors ?? [];
  if (!error) return { data: result.data, headers: { ...headers } };
  const problem = problemOf(error, status);
  throw new Problem(problem.status, problem.code, problem.detail, { ...problem.headers, ...headers });
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

function answerOfProblem(thrown: unknown, log: Logger): Answer {
  let problem = thrown as Problem;
  if (!(thrown instanceof Problem)) {
    log.error({ err: thrown }, 'an unexpected error was withheld from a client of REST');
    problem = new Problem(
      500,
      'INTERNAL_SERVER_ERROR',
      'Something went wrong on our side; the server log has the details.',
    );
  }
  const headers = { ...problem.headers, 'content-type': 'application/problem+json' };
  return { status: problem.status, headers, body: `${JSON.stringify(problem.document)}\n` };
}

/** Sends an answer, or that it is what the client has already. */
function send({ status, headers, body }: Answer, request: IncomingMessage, response: ServerResponse): void {
  const told: Record<string, string> = { 'cache-control': 'no-store', ...headers };
  if (status === 200 && (request.method === 'GET' || request.method === 'HEAD')) {
    told.etag = `"${createHash('sha256').update(body!).digest('base64url')}"`;
    if (matchesTag(request.headers['if-none-match'], told.etag)) {
      delete told['content-type'];
      response.writeHead(304, told).end();
      return;
    }
  }
  if (body !== undefined) told['content-length'] = String(Buffer.byteLength(body));
  response.writeHead(status, told).end(body);
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

function nextPage({ path, query }: Target, next: string): string {
  const parameters = [...query].filter(([name]) => name !== 'after');
  const text = [...parameters, ['after', next]].map((pair) => pair.map(encodeURIComponent as never).join('='));
  return `${path}?${text.join('&')}`;
}

function notFound({ path }: Plan, variables: Variables): Problem {
  const [, kind, name] = /([^/]+)\/\{(\w+)\}/.exec(path)!;
  const others = name === 'id' ? kind : `${name}s`;
  return new Problem(404, 'NOT_FOUND', `There is no ${quoted(String(variables[name!]))} among the ${others}.`);
}

function notAllowed(method: string, allow: string): Problem {
  return new Problem(405, 'METHOD_NOT_ALLOWED', `${method} is not possible here; these are: ${allow}.`, { allow });
}

function notAcceptable(type: string): Problem {
  return new Problem(406, 'NOT_ACCEPTABLE', `The answer is ${type}, which the Accept header does not let through.`);
}
