import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../platform/config.ts';
import { lockFolder } from '../servers/lock.ts';
import { offerScratch, startScratch } from '../servers/scratch.ts';
import { type RunningServers, startServers } from '../servers/servers.ts';
import { runRole } from './role.ts';
import { TerminalReport } from './terminal.ts';

/** Runs the three servers alone; `scratch`: on free ports with throw-away data, for tests to use while it runs. */
export function servers(settings: Settings, { scratch }: { scratch: boolean }): Promise<void> {
  return runRole(undefined, () => (scratch ? startThrowAway() : startKept(settings)));
}

async function startKept(settings: Settings) {
  const report = new TerminalReport();
  const unlock = await lockFolder(settings.TRIBUTARY_DATA);
  const running = await startServers(settings, report);
  tell(running, report);
  return {
    async stop() {
      await running.stop();
      await unlock();
    },
  };
}

async function startThrowAway() {
  const report = new TerminalReport();
  const folder = await mkdtemp(join(tmpdir(), 'tributary-scratch-'));
  const running = await startScratch(folder, report);
  const takeBack = await offerScratch(running.settings);
  tell(running, report);
  return {
    async stop() {
      await takeBack();
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function tell({ settings }: RunningServers, report: TerminalReport): void {
  report.say(
    `KAFKA_BROKERS=${settings.KAFKA_BROKERS}\nNEO4J_URI=${settings.NEO4J_URI}\nCLICKHOUSE_URL=${settings.CLICKHOUSE_URL}`,
  );
}
