import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGatewayRuntime, type GatewayRuntime } from '@graphql-hive/gateway-runtime';
import type { Executor } from '@graphql-tools/utils';
import type { Settings } from '../platform/config.ts';
import type { Logger } from '../platform/log.ts';
import { projectRoot } from '../platform/root.ts';
import { inSpan } from '../platform/trace.ts';
import { Identity } from '../subgraphs/identity/identity.ts';
import type { Streams } from '../subgraphs/streams/stream.ts';
import type { Subgraph } from '../subgraphs/subgraph.ts';
import { useCacheHeaders } from './cacheHeaders.ts';
import { maskError } from './errors.ts';
import { localExecutor } from './executor.ts';
import { Documents } from './limits/documents.ts';
import type { OperationLimits } from './limits/limits.ts';
import { useLimits } from './limits/plugin.ts';
import { useObservation } from './observed.ts';
import { planner } from './planner.ts';
import { recorded, useQueryPlan } from './queryPlan.ts';
import { readAfter } from './readAfter.ts';
import { useIdentity } from './signIn.ts';
import { useSubscriptionsOverHttp } from './subscriptions/overHttp.ts';
import { useSharedSubscriptions } from './subscriptions/sharing.ts';

export interface GatewayOptions {
  subgraphs: Subgraph[];
  streams: Streams;
  readAfterTimeoutMs: number;
  limits: OperationLimits & Pick<Settings, 'TRIBUTARY_INTROSPECTION'>;
  log: Logger;
  /** Who may ask (default: anybody). */
  identity?: Identity;
}

/** The federated graph as a request handler: plans over the checked-in supergraph, runs the subgraphs in this process. */
export async function openGateway({
  subgraphs,
  streams,
  readAfterTimeoutMs,
  limits,
  log,
  identity = Identity.none,
}: GatewayOptions): Promise<GatewayRuntime> {
  const wait = readAfter(streams, readAfterTimeoutMs);
  const executors = new Map(
    subgraphs.map((subgraph): [string, Executor] => {
      const run = localExecutor(subgraph.schema, wait(subgraph));
      const traced: Executor = (request) => inSpan(`subgraph ${subgraph.name}`, {}, () => run(request));
      return [subgraph.name, recorded(subgraph.name, traced)];
    }),
  );
  const { TRIBUTARY_INTROSPECTION: introspection } = limits;
  const mayIntrospect = introspection === 'auto' ? !identity.isConfigured : introspection === 'on';
  const documents = new Documents(limits, mayIntrospect);
  const gateway = createGatewayRuntime({
    supergraph: readFileSync(join(projectRoot, 'schema', 'supergraph.graphql'), 'utf8'),
    unifiedGraphHandler: planner,
    transports: {
      local: { getSubgraphExecutor: ({ subgraphName }: { subgraphName: string }) => executors.get(subgraphName)! },
    },
    transportEntries: { '*.http': { kind: 'local' } },
    maskedErrors: { maskError: maskError(log) },
    plugins: () => [
      useIdentity(identity),
      useQueryPlan(mayIntrospect),
      useLimits(limits, documents, log),
      useSubscriptionsOverHttp(documents),
      useSharedSubscriptions(documents),
      useCacheHeaders(),
      useObservation(log),
    ],
    subgraphErrors: false, // it writes into errors that compiled queries have frozen
    graphqlEndpoint: '/graphql',
    cors: false, // see ../platform/origin.ts
    requestId: false, // the server has its own, which it checks
    graphiql: false,
    landingPage: false,
    logging: false,
  });
  await gateway.getSchema(); // or the first operation over a socket fails
  return gateway;
}
