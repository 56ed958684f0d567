import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Settings } from '../platform/config.ts';
import { readScratch, startScratch } from '../servers/scratch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Settings with the addresses of servers whose data tests may throw away. */
    settings: Settings;
    /** Whether no other file runs that writes people and companies. */
    ownsGraph: boolean;
  }
}

/** Of the run: each project has modules of its own, but all are set up in one process, one after the other. */
const run = globalThis as { tributaryServers?: Settings };

/**
 * One set of the three servers for all projects of the run, on free ports, with data that is thrown away. While
 * `tributary servers --scratch` runs, its servers are used instead, so that a single file takes seconds.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const present = run.tributaryServers ?? (await readScratch());
  if (present) {
    project.provide('settings', present);
    return async () => {};
  }
  const folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  const servers = await startScratch(folder, { say: console.log, progress: () => {} });
  run.tributaryServers = servers.settings;
  project.provide('settings', servers.settings);
  return async () => {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
