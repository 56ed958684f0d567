import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDemo } from '../ingest/demo.ts';
import type { Settings } from '../platform/config.ts';
import { cursorKeys } from '../platform/cursorKeys.ts';
import { isLoopback } from '../platform/loopback.ts';
import { projectRoot } from '../platform/root.ts';
import { Child } from '../servers/child.ts';
import { lockFolder } from '../servers/lock.ts';
import { claimPort } from '../servers/ports.ts';
import { type RunningServers, startServers } from '../servers/servers.ts';
import { askedToStop, supervised } from './role.ts';
import { TerminalReport } from './terminal.ts';

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
    const port = await claimPort(settings.PORT, 'gateway', 'PORT');
    servers = await startServers(settings, report, stopped);
    stopped.throwIfAborted();
    const running: Settings = { ...servers.settings, PORT: port, TRIBUTARY_CURSOR_KEYS: await cursorKeys(settings) };
    roles = ['ingest', 'gateway'].map((role) => new Child(roleCommand(role, running), (line) => report.say(line)));
    await startAll(roles, report, stopped);
    if (options.demo) await loadDemo(running, report, stopped);
    tell(running, report, (performance.now() - started) / 1000);
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

/** A role of this program as a child of it. */
export function roleCommand(role: string, settings: Settings) {
  const environment = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
  return {
    name: role,
    command: process.execPath,
    args: ['--disable-warning=TimeoutNegativeWarning', join(projectRoot, 'dist', 'cli', 'main.js'), role],
    env: { ...environment, [supervised]: '1' },
    logFile: join(settings.TRIBUTARY_DATA, 'logs', `${role}.log`),
    channel: true,
    readyWithinMs: 60_000,
    ready: (signal: AbortSignal, child: import('node:child_process').ChildProcess) =>
      once(child, 'message', { signal }),
  };
}

function tell(settings: Settings, report: TerminalReport, seconds: number): void {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
  const url = `http://${isLoopback(settings.HOST) ? '127.0.0.1' : settings.HOST}:${settings.PORT}`;
  report.say(`
Tributary ${version} is up after ${seconds.toFixed(1)} s.

  Explorer    ${url}
  GraphQL     ${url}/graphql   (HTTP, WebSocket, server-sent events)
  Kafka       ${settings.KAFKA_BROKERS}
  Neo4j       ${settings.NEO4J_URI}
  ClickHouse  ${settings.CLICKHOUSE_URL}
  Logs        ${join(settings.TRIBUTARY_DATA, 'logs')}

Ctrl-C stops everything.`);
}
