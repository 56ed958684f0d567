import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';

/** Asks a gateway of this machine over one connection that is kept. @throws Error when the answer holds errors. */
export function askGraph(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return async (query: string, variables: object = {}): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const call = request({ port, path: '/graphql', method: 'POST', agent, headers });
    call.end(JSON.stringify({ query, variables }));
    const [response] = await once(call, 'response');
    const answer = (await json(response)) as { errors?: unknown };
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer;
  };
}
