import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { readScratch, startScratch } from '../servers/scratch.ts';

/** The benchmarks by name; each prints its figures beside those of a reference measured in the same run. */
const benchmarks: Record<string, () => Promise<{ run(settings: Settings, args: string[]): Promise<void> }>> = {
  air: () => import('./air.ts'),
  gateway: () => import('./gateway.ts'),
  menu: () => import('./menu.ts'),
  occupancy: () => import('./occupancy.ts'),
  people: () => import('./people.ts'),
  streams: () => import('./streams.ts'),
  wiki: () => import('./wiki.ts'),
};

const name = process.argv[2] ?? '';
if (!Object.hasOwn(benchmarks, name)) {
  console.error(`Which benchmark? npm run bench ${Object.keys(benchmarks).join('|')}`);
  process.exit(1);
}
const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
const scratch = await readScratch();
const servers = scratch ? undefined : await startScratch(folder, { say: console.log, progress: () => {} });
try {
  console.log(`Load before: ${loadavg()[0]!.toFixed(2)} (1 minute), Node ${process.version}`);
  const { run } = await benchmarks[name]!();
  await run({ ...(scratch ?? servers!.settings), TRIBUTARY_DATA: folder }, process.argv.slice(3));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
} finally {
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit();
