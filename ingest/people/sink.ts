import type { KafkaMessage } from 'kafkajs';
import neo4j, { type ManagedTransaction } from 'neo4j-driver';
import { TributaryError } from '../../platform/errors.ts';
import { type Graph, isTransient } from '../../platform/neo4j.ts';
import { oneAtATime } from '../../platform/oneAtATime.ts';
import type { Publisher } from '../../platform/publish.ts';
import { ContractError } from '../../schema/contract.ts';
import { type PeopleChange, parsePeopleMessage } from '../../schema/people/change.ts';
import { unnamed } from '../../schema/people/graph.ts';
import { viewGroup } from '../../schema/topics.ts';
import { type DeadLetter, sendDeadLetters } from '../deadLetters.ts';
import type { Batch, View } from '../view.ts';
import { latestRows, type VersionedChange } from './rows.ts';
import {
  closePartition,
  openPartition,
  writeAcquisitions,
  writeCompanies,
  writeEmployments,
  writePersons,
} from './statements.ts';

/** The view that keeps the people graph in Neo4j. */
export function peopleView(graph: Graph, publisher: Publisher): View {
  // Transactions in parallel get into each other's way at companies that many work for, and are no faster; but while
  // one runs, the messages of other partitions can be read and prepared.
  const inTurn = oneAtATime();
  const apply = (place: { topic: string; partition: number }, placed: PlacedMessage[]) => {
    const next = placed.at(-1)!.offset + 1;
    return inTurn(() => graph.write((transaction) => applyMessages(transaction, place, placed, next)));
  };
  return {
    group: viewGroup('people'),
    topics: ['people.events'],
    batchSize: 2_000, // larger ones are slower: what a transaction holds no longer fits the caches
    concurrency: 4,
    async write(batch) {
      const { placed, letters } = read(batch);
      await apply(batch, placed);
      // Last, or whatever makes the batch be written again would send them again.
      await sendDeadLetters(publisher, letters);
    },
    mark: () => graph.written,
    isTransient: (error) => isTransient(error) || error instanceof TributaryError,
    async refuse(topic, partition, message, reason) {
      await sendDeadLetters(publisher, [{ topic, partition, message, reason }]);
      await apply({ topic, partition }, [placeOf(message)]); // it has had its turn: nobody need wait for it
    },
  };
}

/** A message with its place in the partition. `at` is the broker's time of append, ms since 1970. */
export interface PlacedMessage {
  offset: number;
  at: number;
  /** Missing when the message broke its contract. */
  change?: PeopleChange;
}

function placeOf({ offset, timestamp }: KafkaMessage): PlacedMessage {
  return { offset: Number(offset), at: Number(timestamp) };
}

function read({ topic, partition, messages }: Batch): { placed: PlacedMessage[]; letters: DeadLetter[] } {
  const placed: PlacedMessage[] = [];
  const letters: DeadLetter[] = [];
  for (const message of messages) {
    const place = placeOf(message);
    placed.push(place);
    try {
      place.change = parsePeopleMessage(message.value?.toString() ?? null);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      letters.push({ topic, partition, message, reason: error.message });
    }
  }
  return { placed, letters };
}

/**
 * Applies messages of one partition and moves its offset node to `next`, in one transaction. What lies before the
 * offset node was applied by an earlier transaction and is left out, so a repeated batch, or that of a writer which
 * has lost its partition, changes nothing.
 */
export async function applyMessages(
  transaction: ManagedTransaction,
  { topic, partition }: { topic: string; partition: number },
  placed: PlacedMessage[],
  next: number,
): Promise<void> {
  const place = { topic, partition: neo4j.int(partition) };
  const [record] = (await transaction.run(openPartition, place)).records;
  const stored = record!.toObject() as { next: number; clock: number; generation: number };
  if (stored.next >= next) return;
  const clock = new Clock(partition, stored.clock);
  const changes = versioned(
    placed.filter(({ offset }) => offset >= stored.next),
    clock,
  );
  await writeChanges(transaction, changes, stored.generation);
  await transaction.run(closePartition, { ...place, next: neo4j.int(next), clock: neo4j.int(clock.now) });
}

/** The changes among the messages, with their versions. Every message moves the clock, also one without a change. */
export function versioned(placed: PlacedMessage[], clock: Clock): VersionedChange[] {
  const changes: VersionedChange[] = [];
  for (const { at, change } of placed) {
    const version = clock.version(at);
    if (change) changes.push({ change, version });
  }
  return changes;
}

/** Writes the latest change of each entity, unless the graph has a later one. */
export async function writeChanges(
  transaction: ManagedTransaction,
  changes: VersionedChange[],
  generation: number,
): Promise<void> {
  const rows = latestRows(changes);
  const stored = generation === 0 ? null : neo4j.int(generation); // before the first rebuild it need not be kept
  const run = async (statement: string, of: object[]) => {
    if (of.length > 0) await transaction.run(statement, { rows: of, unnamed, generation: stored });
  };
  await Promise.all([
    run(writePersons, rows.persons),
    run(writeCompanies, rows.companies),
    run(writeEmployments, rows.employments),
    run(writeAcquisitions, rows.acquisitions),
  ]);
}

/**
 * Makes versions: numbers that put the messages of all partitions into one order, by time of append, then by
 * partition. Within a partition they never go back, whatever the broker's clock does.
 */
export class Clock {
  constructor(
    readonly partition: number,
    public now: number,
  ) {}

  /** Fits into 53 bits until September 2039. */
  version(at: number): number {
    this.now = Math.max(this.now, at);
    return this.now * 4096 + (this.partition % 4096);
  }
}
