import { type ViewName, viewNames } from '../ingest/ingest.ts';
import type { Settings } from '../platform/config.ts';
import { Health, type Probe } from '../platform/health.ts';
import { lineWithoutSecrets, lookAtClickHouse, lookAtKafka, lookAtNeo4j } from './probeServers.ts';
import { viewLags } from './probeViews.ts';

/** How long a server may take to answer a probe, in milliseconds. */
const patienceMs = 2_000;

/** What a role needs to do its work. */
export interface Needs {
  servers: readonly ('kafka' | 'neo4j' | 'clickhouse')[];
  /** The views that it serves, or keeps. */
  views: readonly ViewName[];
}

export const needsOfGateway: Needs = { servers: ['kafka', 'neo4j', 'clickhouse'], views: viewNames };

/** Those of a subgraph: its view, and the log, which subscriptions read history from. */
export function needsOfSubgraph(name: string): Needs {
  const views = viewNames.filter((view) => view === name || view === 'log' || (name === 'menu' && view === 'matcher'));
  return { servers: name === 'people' ? ['kafka', 'neo4j', 'clickhouse'] : ['kafka', 'clickhouse'], views };
}

export function needsOfIngest(views: readonly ViewName[]): Needs {
  const stores = views.every((view) => view === 'people') ? [] : (['clickhouse'] as const);
  return { servers: ['kafka', ...(views.includes('people') ? (['neo4j'] as const) : []), ...stores], views };
}

/** A source needs only what it publishes to. */
export const needsOfSource: Needs = { servers: ['kafka'], views: [] };

/** The health of a role, found by the same looks as `tributary doctor` takes. */
export function healthOf(settings: Settings, { servers, views }: Needs): Health {
  const looks = {
    kafka: () => lookAtKafka(settings, patienceMs),
    neo4j: () => lookAtNeo4j(settings),
    clickhouse: () => lookAtClickHouse(settings),
  };
  const probes = servers.map((server): [string, Probe] => [
    server,
    async () => {
      const missing = await looks[server]();
      return missing.length === 0 ? undefined : `lacks ${missing.join(', ')}, which ingest makes when it starts`;
    },
  ]);
  if (settings.READY_LAG > 0 && views.length > 0) probes.push(['views', () => late(settings, views)]);
  return new Health(Object.fromEntries(probes), { patienceMs, tell: (reason) => lineWithoutSecrets(settings, reason) });
}

async function late(settings: Settings, views: readonly ViewName[]): Promise<string | undefined> {
  const lags = await viewLags(settings, views, patienceMs);
  const behind = views.flatMap((view, at) =>
    lags[at]! > settings.READY_LAG ? [`${view} is ${lags[at]} messages behind`] : [],
  );
  return behind.length === 0 ? undefined : `${behind.join(', ')}; READY_LAG allows ${settings.READY_LAG}`;
}
