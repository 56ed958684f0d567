import type { IncomingMessage } from 'node:http';
import { type Answer, answerOf } from './answer.ts';
import { bodyOf, within } from './body.ts';
import type { Executed } from './execute.ts';
import { bodyVariable, type Variables } from './input.ts';
import { jsonBodyOf } from './jsonBody.ts';
import type { Plan } from './plan.ts';
import { Problem, problemOf, refused } from './problem.ts';
import { quoted, type Target } from './target.ts';

/** Asks the graph on behalf of a request. */
type Ask = (query: string, variables: Variables) => Promise<Executed>;

/** What a GET is answered with. @throws Problem */
export async function read(plan: Plan, variables: Variables, target: Target, ask: Ask): Promise<Answer> {
  const { data, headers } = answered(await ask(plan.text, variables));
  const found = within(data, plan.answer);
  if (found === null) throw notFound(plan, variables);
  const body = bodyOf(plan.shape, found);
  if ('next' in body && typeof body.next === 'string') headers.link = `<${nextPage(target, body.next)}>; rel="next"`;
  return answerOf(200, body, headers);
}

/**
 * A write is accepted by Kafka. Whether its thing was there is what the view says, which may lag behind, so no condition
 * on a version could be kept.
 * @throws Problem
 */
export async function write(plan: Plan, inPath: Variables, request: IncomingMessage, ask: Ask): Promise<Answer> {
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
  return answerOf(isReplaced ? 200 : 201, plan.present ? { id, ...receipt } : receipt, headers);
}

/** @throws Problem for the first error: in REST there are no answers in part */
function answered({ status, headers, result }: Executed): { data: unknown; headers: Record<string, string> } {
  const [error] = result.errors ?? [];
  if (!error) return { data: result.data, headers: { ...headers } };
  const problem = problemOf(error, status);
  throw new Problem(problem.status, problem.code, problem.detail, { ...problem.headers, ...headers });
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
