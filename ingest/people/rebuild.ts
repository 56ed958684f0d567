import neo4j from 'neo4j-driver';
import type { LoggedMessage } from '../../platform/messageLog.ts';
import type { Graph } from '../../platform/neo4j.ts';
import { unlessBroken } from '../../schema/contract.ts';
import { parsePeopleMessage } from '../../schema/people/change.ts';
import { unnamed } from '../../schema/people/graph.ts';
import { logGroup } from '../../schema/topics.ts';
import { type TopicLog, taken } from '../log/topicLog.ts';
import { Clock, type PlacedMessage, versioned, writeChanges } from './sink.ts';
import * as cypher from './statements.ts';

export interface RebuildOptions {
  /** Go on although offsets are missing in the log, because no message ever had them. */
  acceptHoles: boolean;
}

export interface RebuildResult {
  /** Messages read from the log. */
  messages: number;
  /** Of them, how many break the present contract and wrote nothing. */
  refused: number;
}

/**
 * Builds the people graph anew from the log, in place, while it serves and while new messages are written.
 *
 * Every message that an earlier writer has applied is applied again by the present parser; those after it are written
 * by ingest. A message has the same version as before, and the graph keeps the latest, so no entity goes back in time
 * meanwhile. Messages of one millisecond have one version, and the one written last counts, so a millisecond is read to
 * its end. What no message has written is removed at last. A rebuild that was interrupted leaves a graph that is right
 * for what it has reached; run it again.
 * @throws Error when the log does not hold every message the graph was built from: the rest would be lost
 */
export async function rebuildPeople(
  graph: Graph,
  log: TopicLog,
  { acceptHoles }: RebuildOptions,
  stopped: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<RebuildResult> {
  if (!acceptHoles) await refuseHoles(log);
  const { generation, applied } = await begin(graph, (await log.range()).end.length);
  const ends = await taken(log, logGroup, stopped, () => {});
  const total = (await log.coverage(applied)).reduce((sum, { messages }) => sum + messages, 0);
  const result: RebuildResult = { messages: 0, refused: 0 };
  progress(0, total);
  for (const [partition, end] of ends.entries()) {
    const clock = new Clock(partition, 0);
    const due = applied[partition] ?? 0;
    for (let from = 0; from < end; ) {
      stopped.throwIfAborted();
      const isDue = from < due;
      const read = await log.read(partition, from, isDue ? due : end);
      const later = isDue ? -1 : read.findIndex(({ at }) => at > clock.now);
      const messages = later < 0 ? read : read.slice(0, later);
      const placed = messages.map(parsed);
      const changes = versioned(placed, clock);
      await graph.write(async (transaction) => {
        const [now] = (await transaction.run(cypher.presentGeneration)).records;
        await writeChanges(transaction, changes, now!.get('generation') as number);
      });
      result.messages += messages.length;
      result.refused += messages.length - changes.length;
      progress(result.messages, total);
      if (messages.length > 0) from = messages.at(-1)!.offset + 1;
      else if (isDue) from = due;
      else break;
    }
  }
  const parameters = { generation: neo4j.int(generation), unnamed };
  await graph.command(cypher.removeStaleRelationships, parameters);
  await graph.command(cypher.makeStaleNodesPlaceholders, parameters);
  await graph.command(cypher.removeLonePlaceholders);
  return result;
}

function parsed({ offset, at, value }: LoggedMessage): PlacedMessage {
  const change = unlessBroken(() => parsePeopleMessage(value));
  return change ? { offset, at, change } : { offset, at };
}

/** @returns the new generation, and the offset up to which each partition was applied by writers of the old one */
async function begin(graph: Graph, partitions: number): Promise<{ generation: number; applied: number[] }> {
  return graph.write(async (transaction) => {
    const { records } = await transaction.run(cypher.beginRebuild, {
      partitions: Array.from({ length: partitions }, (_, at) => neo4j.int(at)),
    });
    const applied: number[] = [];
    for (const record of records) applied[record.get('partition')] = record.get('next');
    return { generation: records[0]!.get('generation'), applied };
  });
}

async function refuseHoles(log: TopicLog): Promise<void> {
  const ends = await log.committed(logGroup);
  for (const [partition, { messages, first }] of (await log.coverage(ends)).entries()) {
    const end = ends[partition]!;
    if (messages === end) continue;
    throw new Error(
      `The log lacks ${end - messages} of the first ${end} messages of people.events, partition ${partition} (it begins at offset ${first}). A graph built from it would lose what they say, so nothing was changed. If no message ever had these offsets (transactions leave such holes), add --accept-holes.`,
    );
  }
}
