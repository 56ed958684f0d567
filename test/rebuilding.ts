import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { roleCommand } from '../cli/up.ts';
import { topicLog } from '../ingest/log/topicLog.ts';
import { rebuiltTables } from '../ingest/tables.ts';
import type { TableView } from '../ingest/tableView.ts';
import { viewGroup } from '../schema/topics.ts';
import { Child } from '../servers/child.ts';
import type { Run } from './command.ts';
import type { World } from './world.ts';

/** Starts ingest in a process of its own, until the world ends. */
export async function ingestApart({ settings, onDispose }: World): Promise<void> {
  await mkdir(join(settings.TRIBUTARY_DATA, 'logs'));
  const ingest = new Child(roleCommand('ingest', settings), () => {});
  onDispose(() => ingest.stop());
  await ingest.start();
}

/** What a reader of a table has seen while it was rebuilt. */
interface Watched {
  reads: number;
  /** What was there before and then was not. */
  gaps: string[];
}

/** Of those rows that come meanwhile no one may be gone again. */
export async function watchCount(world: World, table: string, where: string, stopped: AbortSignal): Promise<Watched> {
  const gaps: string[] = [];
  let reads = 0;
  for (let most = 0; !stopped.aborted; reads++) {
    const [now] = await read<{ rows: string }>(world, `SELECT count() AS rows FROM ${table} FINAL WHERE ${where}`);
    if (Number(now!.rows) < most) gaps.push(`${now!.rows} of ${most} rows of ${table}`);
    most = Math.max(most, Number(now!.rows));
  }
  return { reads, gaps };
}

/** Offsets from here on are of no message that ever was. */
export const nowhere = 900_000_000;

/** Whatever the view says that it has taken can be read. */
export async function watchReadAfter(world: World, view: TableView, stopped: AbortSignal): Promise<Watched> {
  const gaps: string[] = [];
  let reads = 0;
  for (; !stopped.aborted; reads++)
    for (const { topic, table } of view.tables) {
      const log = topicLog(world.kafka, world.clickhouse, world.settings, topic);
      const position = await log.committed(viewGroup(view.name));
      const counts = await read<{ partition: number; newest: string }>(
        world,
        `SELECT partition, max(offset) AS newest FROM ${table} WHERE offset < ${nowhere} GROUP BY partition`,
      );
      const newest = new Map(counts.map(({ partition, newest }) => [partition, Number(newest)]));
      // The last ones may be broken, or have come before.
      for (const [partition, next] of position.entries())
        if ((newest.get(partition) ?? 0) < next - 12)
          gaps.push(`${table} ${partition}: ${newest.get(partition)} before ${next}`);
    }
  return { reads, gaps };
}

/** The new tables that rebuilds of a view are filling, or have left behind. */
export async function leftBehind({ clickhouse }: World, view: TableView): Promise<string[]> {
  return (await Promise.all(view.tables.map(({ table }) => rebuiltTables(clickhouse, table)))).flat();
}

/** Kills a rebuild as soon as it has made a new table, so that it leaves one behind. */
export async function killMidway(world: World, view: TableView, { process, exitCode }: Run): Promise<void> {
  const before = await leftBehind(world, view);
  while ((await leftBehind(world, view)).every((table) => before.includes(table)));
  process.kill('SIGKILL');
  await exitCode;
  expect(await leftBehind(world, view)).not.toEqual([]);
}

/** How a run of `tributary` has ended, when it has. */
export async function ended({ exitCode, output }: Run): Promise<{ code: number | null; said: string }> {
  return { code: await exitCode, said: output() };
}

async function read<Row>({ clickhouse }: World, query: string): Promise<Row[]> {
  return (await clickhouse.query({ query, format: 'JSONEachRow' })).json<Row>();
}
