import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings, type Settings } from '../platform/config.ts';
import { projectRoot } from '../platform/root.ts';
import { type Report, type RunningServers, startServers } from './servers.ts';

const file = join(projectRoot, 'node_modules', '.tributary-scratch.json');

/** The three servers on free ports, with their data in a folder that may be thrown away. */
export function startScratch(folder: string, report: Report): Promise<RunningServers> {
  const anyPort = { KAFKA_PORT: '0', KAFKA_CONTROLLER_PORT: '0', NEO4J_PORT: '0', CLICKHOUSE_PORT: '0', PORT: '0' };
  const { XDG_CACHE_HOME, TRIBUTARY_CACHE } = process.env;
  return startServers(readSettings({ XDG_CACHE_HOME, TRIBUTARY_CACHE, ...anyPort, TRIBUTARY_DATA: folder }), report);
}

/** Tells test runs on this machine which servers they may use. @returns what takes it back */
export async function offerScratch(settings: Settings): Promise<() => Promise<void>> {
  await writeFile(file, JSON.stringify({ holder: process.pid, settings }));
  return () => rm(file, { force: true });
}

/** The settings of scratch servers that are up; undefined when there are none. */
export async function readScratch(): Promise<Settings | undefined> {
  try {
    const { holder, settings } = JSON.parse(await readFile(file, 'utf8')) as { holder: number; settings: Settings };
    process.kill(holder, 0);
    // The servers may have been started by a version that knew fewer settings.
    return { ...readSettings({}), ...settings };
  } catch {
    return undefined;
  }
}
