import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stopDemoFeeds } from '../ingest/air/demo.ts';
import { loadDemo, loadMenus } from '../ingest/demo.ts';
import { DemoBuilding } from '../ingest/occupancy/play.ts';
import { whyUnreachable } from '../ingest/wiki/eventStream.ts';
import type { Settings } from '../platform/config.ts';
import { cursorKeys } from '../platform/cursorKeys.ts';
import { messageOf } from '../platform/errors.ts';
import { createLogger } from '../platform/log.ts';
import { isLoopback } from '../platform/loopback.ts';
import { projectRoot, version } from '../platform/root.ts';
import { Child } from '../servers/child.ts';
import { lockFolder } from '../servers/lock.ts';
import { claimPort } from '../servers/ports.ts';
import { type RunningServers, startServers } from '../servers/servers.ts';
import { Identity } from '../subgraphs/identity/identity.ts';
import { askedToStop, supervised } from './role.ts';
import { TerminalReport } from './terminal.ts';

/** How long the stream of edits may take to answer, in milliseconds; the servers start meanwhile. */
const probeMs = 2_000;
/** How long the building of the demo may take to catch up before the rest is said to be up, in milliseconds. */
const catchUpMs = 5_000;
/** How far back the edits of a first start begin, in milliseconds. */
const historyMs = 15 * 60_000;

/** Starts everything on this machine and keeps it running until it is asked to stop. */
export async function up(settings: Settings, options: { demo: boolean }): Promise<void> {
  const started = performance.now();
  const report = new TerminalReport();
  const asked = new AbortController();
  askedToStop().then(() => asked.abort());
  const stopped = asked.signal;
  await mkdir(settings.TRIBUTARY_DATA, { recursive: true });
  const unlock = await lockFolder(settings.TRIBUTARY_DATA);
  let servers: RunningServers | undefined;
  let roles: Child[] = [];
  const stop = async () => {
    await Promise.all(roles.map((role) => role.stop()));
    await servers?.stop();
    await unlock();
  };
  const begin = async () => {
    const probing = options.demo ? whyUnreachable(settings.WIKI_STREAM_URL, probeMs) : undefined;
    const port = await claimPort(settings.PORT, 'gateway', 'PORT');
    servers = await startServers(settings, report, stopped);
    stopped.throwIfAborted();
    const running: Settings = { ...servers.settings, PORT: port, TRIBUTARY_CURSOR_KEYS: await cursorKeys(settings) };
    roles = ['ingest', 'gateway'].map((role) => new Child(roleCommand(role, running), (line) => report.say(line)));
    await startAll(roles, report, stopped);
    let edits: string | undefined;
    if (probing) {
      const source = editsOf(running, await probing, report);
      roles.push(source.child);
      const building = playBuilding(running, report, stopped);
      const menus = loadMenus(running).catch((error) => report.say(messageOf(error))); // the rest runs without them
      [edits] = await Promise.all([source.start(), loadDemo(running, report, stopped), building, menus]);
    }
    await tell(running, edits, report, (performance.now() - started) / 1000);
    await startWorker(running, options, roles, report, stopped);
  };
  try {
    await begin();
    if (!stopped.aborted) await once(stopped, 'abort');
  } catch (error) {
    // What is half started when it is stopped fails.
    if (!stopped.aborted) {
      await stop();
      throw error;
    }
  }
  report.say('Stopping.');
  await stop();
  process.exit(0);
}

async function startAll(roles: Child[], report: TerminalReport, stopped: AbortSignal): Promise<void> {
  const step = 'Starting ingest and gateway';
  let ready = 0;
  report.progress(step, ready, roles.length);
  stopped.addEventListener('abort', () => roles.map((role) => role.stop()));
  await Promise.all(
    roles.map(async (role) => {
      await role.start();
      report.progress(step, ++ready, roles.length);
    }),
  );
}

/** Starts the worker that fetches feeds of air quality. It comes last because nobody has to wait for it. */
async function startWorker(
  settings: Settings,
  { demo }: { demo: boolean },
  roles: Child[],
  report: TerminalReport,
  stopped: AbortSignal,
): Promise<void> {
  const worker = new Child(roleCommand('source air', settings, demo ? ['--demo'] : []), (line) => report.say(line));
  try {
    if (!demo) await stopDemoFeeds(settings);
    if (stopped.aborted) return;
    roles.push(worker);
    await worker.start();
  } catch (error) {
    if (!stopped.aborted) report.say(messageOf(error)); // the rest runs without it
  }
}

/**
 * Plays the building of the demo until it is stopped. Resolves when it has come to the present, or needs long, because
 * much has happened there.
 */
async function playBuilding(settings: Settings, report: TerminalReport, stopped: AbortSignal): Promise<void> {
  const building = new DemoBuilding(settings);
  const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
  building
    .play(stopped, { caughtUp: resolve, warn: (line) => report.say(line) })
    .then(() => building.close())
    .catch(() => {}); // nobody waits for it, because everything ends
  await Promise.race([caughtUp, delay(catchUpMs)]);
}

/**
 * The source of edits: the live stream, or invented ones when it cannot be reached. `start` resolves to what there is
 * to say about it, also when it does not start; the rest runs without it.
 */
function editsOf(settings: Settings, unreachable: string | undefined, report: TerminalReport) {
  const { WIKI_STREAM_URL: url } = settings;
  const since = new Date(Date.now() - historyMs).toISOString();
  const command = roleCommand('source wiki', settings, unreachable === undefined ? ['--since', since] : ['--demo']);
  const child = new Child({ ...command, endsForGood: true }, (line) => report.say(line));
  const edits =
    unreachable === undefined ? `live from ${url}` : `generated, because ${url} cannot be reached (${unreachable})`;
  return {
    child,
    start: () =>
      child.start().then(
        () => edits,
        (error) => {
          report.say(messageOf(error));
          return 'none, because of what is said above';
        },
      ),
  };
}

/** A role of this program as a child of it. */
export function roleCommand(role: string, settings: Settings, options: string[] = []) {
  const own = { ...settings, METRICS_PORT: metricsPortOf(role, settings) };
  const environment = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, String(value)]));
  return {
    name: role,
    command: process.execPath,
    args: [
      '--disable-warning=TimeoutNegativeWarning',
      join(projectRoot, 'dist', 'cli', 'main.js'),
      ...role.split(' '),
      ...options,
    ],
    env: { ...environment, [supervised]: '1' },
    logFile: join(settings.TRIBUTARY_DATA, 'logs', `${role.replace(' ', '-')}.log`),
    channel: true,
    readyWithinMs: 60_000,
    ready: (signal: AbortSignal, child: import('node:child_process').ChildProcess) =>
      once(child, 'message', { signal }),
  };
}

/** The roles of one machine have METRICS_PORT and the ports after it, in this order. */
const rolesInOrder = ['gateway', 'ingest', 'source wiki', 'source air'];

function metricsPortOf(role: string, { METRICS_PORT: first }: Settings): number {
  return first === 0 ? 0 : first + Math.max(0, rolesInOrder.indexOf(role));
}

async function tell(
  settings: Settings,
  edits: string | undefined,
  report: TerminalReport,
  seconds: number,
): Promise<void> {
  const identity = await Identity.open(settings, createLogger('up', 'silent'));
  identity.close();
  const callers = identity.isConfigured
    ? 'sign in with a token or an API key'
    : 'anybody, because no identity is configured';
  const url = `http://${isLoopback(settings.HOST) ? '127.0.0.1' : settings.HOST}:${settings.PORT}`;
  report.say(`
Tributary ${version} is up after ${seconds.toFixed(1)} s.

  Explorer    ${url}
  GraphQL     ${url}/graphql   (HTTP, WebSocket, server-sent events, multipart)
  Callers     ${callers}
  Kafka       ${settings.KAFKA_BROKERS}
  Neo4j       ${settings.NEO4J_URI}
  ClickHouse  ${settings.CLICKHOUSE_URL}${edits === undefined ? '' : `\n  Edits       ${edits}`}
  Logs        ${join(settings.TRIBUTARY_DATA, 'logs')}

Ctrl-C stops everything.`);
}
