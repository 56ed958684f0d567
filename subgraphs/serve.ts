import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Settings } from '../platform/config.ts';
import { TributaryError } from '../platform/errors.ts';
import { refuseOpenHost } from '../platform/loopback.ts';
import { requestSeconds, requests } from '../platform/metrics.ts';
import { foreignRequest } from '../platform/origin.ts';
import { inRequest, requestIdHeader } from '../platform/request.ts';
import { inServing, traceHeader } from '../platform/trace.ts';
import type { Context } from './context.ts';
import { Identity } from './identity/identity.ts';
import { credentialsOf, refusal } from './identity/overHttp.ts';
import { type Extra, signingIn } from './identity/overWebSocket.ts';
import type { Session } from './identity/session.ts';
import { isSettled, settledCacheControl } from './settled.ts';
import type { Subgraph } from './subgraph.ts';

const largestBody = 1024 * 1024;

/** Tells a router, which answers out of several subgraphs, whether this part of the answer may be kept. */
const cacheControl: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ contextValue: { request }, response: { body, http } }) {
        const mayBeKept = body.kind === 'single' && !body.singleResult.errors && isSettled(request!);
        http.headers.set('cache-control', mayBeKept ? settledCacheControl : 'no-store');
      },
    };
  },
};

/** Counts and times what is asked. The codes of errors are those of this program and of Apollo Server, so they are few. */
const measured: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    const begun = performance.now();
    return {
      async willSendResponse({ operation, response: { body } }) {
        const [error] = (body.kind === 'single' && body.singleResult.errors) || [];
        const of = { operation: operation?.operation ?? 'none', transport: 'http' };
        requests.inc({ ...of, code: error ? String(error.extensions?.code) : 'OK' });
        requestSeconds.observe(of, (performance.now() - begun) / 1_000);
      },
    };
  },
};

/** Serves one subgraph by itself: queries over HTTP (Apollo Server), subscriptions over WebSocket, at /graphql. */
export async function serveSubgraph(
  subgraph: Subgraph,
  settings: Pick<Settings, 'HOST' | 'PORT' | 'TRIBUTARY_TRUST_NETWORK'>,
  identity = Identity.none,
): Promise<{ url: string; stop(): Promise<void> }> {
  refuseOpenHost(settings, identity.isConfigured);
  const { HOST: host, PORT: port, TRIBUTARY_TRUST_NETWORK: trust } = settings;
  const rules = { trustNetwork: trust || identity.isConfigured, origins: [] };
  const apollo = new ApolloServer<Context>({
    schema: subgraph.schema,
    includeStacktraceInErrorResponses: false,
    plugins: [
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      cacheControl,
      measured,
    ],
  });
  await apollo.start();
  const http = createServer((request, response) => {
    const trace = request.headers[traceHeader] as string | undefined;
    inRequest(request.headers[requestIdHeader], (id) => {
      response.setHeader(requestIdHeader, id);
      const foreign = foreignRequest(request, rules);
      if (foreign) return void response.writeHead(403, { 'content-type': 'text/plain' }).end(`${foreign}\n`);
      inServing('graphql', {}, trace, () => answer(apollo, identity, request, response)).catch(() =>
        response.writeHead(500).end(),
      );
    });
  });
  const graphqlWs = useServer(
    {
      schema: subgraph.schema,
      context: ({ extra: { session } }: { extra: Extra }) => ({ caller: session!.caller }),
      onConnect: signingIn(identity),
    },
    new WebSocketServer({
      server: http,
      path: '/graphql',
      maxPayload: largestBody,
      verifyClient: ({ req }, answer) => {
        const foreign = foreignRequest(req, rules);
        answer(foreign === undefined, 403, foreign);
      },
    }),
  );
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject).listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${(http.address() as AddressInfo).port}/graphql`,
    async stop() {
      await graphqlWs.dispose();
      await new Promise((resolve) => {
        http.close(resolve);
        http.closeAllConnections();
      });
      await apollo.stop();
    },
  };
}

async function answer(
  apollo: ApolloServer<Context>,
  identity: Identity,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://subgraph');
  if (url.pathname !== '/graphql') return void response.writeHead(404).end();
  if (Number(request.headers['content-length'] ?? 0) > largestBody) return void response.writeHead(413).end();
  const signedIn = await signIn(identity, request, response);
  if (!signedIn) return;
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, String(value));
  const sent = request.method === 'POST' ? await bodyOf(request) : '';
  if (sent === undefined) return void response.writeHead(413, { connection: 'close' }).end();
  const body = parseJson(sent);
  const result = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method ?? 'GET', headers, search: url.search, body },
    context: async () => ({ request: {}, caller: signedIn.caller }),
  });
  response.writeHead(result.status ?? 200, Object.fromEntries(result.headers));
  if (result.body.kind === 'complete') response.end(result.body.string);
  else {
    for await (const chunk of result.body.asyncIterator) response.write(chunk);
    response.end();
  }
}

async function signIn(
  identity: Identity,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Session | undefined> {
  const credentials = credentialsOf(request.headers);
  try {
    return await identity.signIn(credentials);
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    const { status, headers, body } = refusal(error, credentials);
    requests.inc({ operation: 'none', transport: 'http', code: error.code });
    response.writeHead(status, headers).end(body);
    return undefined;
  }
}

/** @returns undefined when there is more than a body may have */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The connection stays for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Apollo Server answers a body that is no object with 400 and says why. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
