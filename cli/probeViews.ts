import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { type ViewName, viewNames } from '../ingest/ingest.ts';
import { appliedOffsets } from '../ingest/people/statements.ts';
import type { Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { Graph } from '../platform/neo4j.ts';
import { within } from '../platform/within.ts';
import { topicNames, viewGroup, viewsOf } from '../schema/topics.ts';
import type { ViewFacts } from './diagnosis.ts';
import { lineWithoutSecrets, withAdmin } from './probeServers.ts';

/** How long a view is watched for a sign of progress when it is behind, in milliseconds. */
const watchMs = 2_500;

/** How every view stands to its topics. @param askGraph whether Neo4j can be asked too */
export function viewFacts(settings: Settings, askGraph: boolean, patienceMs: number): Promise<ViewFacts[]> {
  return Promise.all(
    viewNames.map((name) => {
      const { group, read } = readingOf(name, settings);
      const look = withAdmin(settings, (admin) => lookAtView(admin, settings, { name, group }, read, askGraph));
      return within(patienceMs + watchMs, look).catch(
        (error): ViewFacts => ({
          ...{ name, group, readers: 0, lag: 0, moved: false, lost: 0, beyond: 0 },
          failure: lineWithoutSecrets(settings, messageOf(error)),
        }),
      );
    }),
  );
}

/** The consumer group of a view, and the topics that it reads, as they are called in Kafka. */
function readingOf(name: ViewName, { KAFKA_PREFIX: prefix }: Settings): { group: string; read: string[] } {
  const read = topicNames.filter((topic) => viewsOf(topic).some((view) => view.name === name));
  return { group: prefix + viewGroup(name), read: read.map((topic) => prefix + topic) };
}

/** How many messages each of these views has not taken yet. */
export function viewLags(settings: Settings, names: readonly ViewName[], patienceMs: number): Promise<number[]> {
  const lags = (admin: Admin) =>
    Promise.all(
      names.map(async (name) => {
        const { group, read } = readingOf(name, settings);
        return lagOf(await placesOf(admin, group, read));
      }),
    );
  return withAdmin(settings, lags, patienceMs);
}

interface Place {
  topic: string;
  partition: number;
  /** Up to here the group says that it has taken; 0 when it has said nothing. */
  committed: number;
  /** The oldest offset that Kafka still has; a group that has said nothing begins there. */
  oldest: number;
  /** The offset after the newest message. */
  end: number;
}

async function lookAtView(
  admin: Admin,
  settings: Settings,
  view: Pick<ViewFacts, 'name' | 'group'>,
  read: string[],
  askGraph: boolean,
): Promise<ViewFacts> {
  const present = new Set(await admin.listTopics());
  const names = read.filter((topic) => present.has(topic));
  const { groups } = await admin.describeGroups([view.group]);
  const readPlaces = () => placesOf(admin, view.group, names);
  let places = await readPlaces();
  const before = committedOf(places);
  if (lagOf(places) > 0) {
    await delay(watchMs);
    places = await readPlaces();
  }
  const stored =
    view.name === 'people' && askGraph ? await compareWithGraph(settings, places, readPlaces) : { lost: 0, beyond: 0 };
  return {
    ...view,
    readers: groups[0]?.members.length ?? 0,
    lag: lagOf(places),
    moved: committedOf(places) > before,
    ...stored,
  };
}

async function placesOf(admin: Admin, groupId: string, names: string[]): Promise<Place[]> {
  const committed = await admin.fetchOffsets({ groupId, topics: names });
  const ends = await Promise.all(names.map((name) => admin.fetchTopicOffsets(name)));
  return names.flatMap((topic, at) => {
    const taken = committed.find((group) => group.topic === topic)?.partitions ?? [];
    return ends[at]!.map(({ partition, low, high }) => {
      const committed = Number(taken.find((place) => place.partition === partition)?.offset ?? -1);
      return { topic, partition, committed: Math.max(0, committed), oldest: Number(low), end: Number(high) };
    });
  });
}

const sumOf = (places: Place[], of: (place: Place) => number) =>
  places.reduce((sum, place) => sum + Math.max(0, of(place)), 0);
const lagOf = (places: Place[]) => sumOf(places, ({ committed, oldest, end }) => end - Math.max(committed, oldest));
const committedOf = (places: Place[]) => sumOf(places, ({ committed }) => committed);

/**
 * Holds the graph's own offsets, which move together with what they stand for, against those of the group, which
 * follow. They are read between the two sides, so that what goes on meanwhile is not taken for a fault.
 */
async function compareWithGraph(
  settings: Settings,
  before: Place[],
  readAgain: () => Promise<Place[]>,
): Promise<Pick<ViewFacts, 'lost' | 'beyond'>> {
  const graph = new Graph(settings);
  try {
    const rows = await graph.read<{ partition: number; next: number }>(appliedOffsets);
    const applied = new Map(rows.map(({ partition, next }) => [partition, next]));
    const nextOf = ({ partition }: Place) => applied.get(partition) ?? 0;
    return {
      lost: sumOf(before, (place) => place.committed - nextOf(place)),
      beyond: sumOf(await readAgain(), (place) => nextOf(place) - place.end),
    };
  } finally {
    graph.close().catch(() => {});
  }
}
