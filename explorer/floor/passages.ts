import type { Doorway } from './questions.ts';

/** How many people passed a doorway, seen from one of its spaces. */
export interface Passed {
  entered: number;
  left: number;
}

/** The most readings of a sensor that one answer has. */
const mostReadings = 1_000;

/** A question each for the readings of the sensors; the graph counts by space, not by doorway. */
export interface ReadingsQuestion {
  query: string;
  variables: Record<string, unknown>;
}

export interface Readings {
  [sensor: string]: {
    totalCount: number;
    edges: { node: { direction: number; doorway: { id: string } | null } }[];
  };
}

/**
 * Asks what the sensors of doorways have seen from a time on and before another, in milliseconds since 1970.
 * Of dozens of sensors the gateway refuses to tell, because it costs too much (LIMIT_COST).
 * @returns undefined when none hung there
 */
export function readingsQuestion(doorways: readonly Doorway[], from: number, to: number): ReadingsQuestion | undefined {
  const hung = doorways.flatMap(({ mounts }) =>
    mounts.filter((mount) => Date.parse(mount.from) < to && (mount.to === null || Date.parse(mount.to) > from)),
  );
  const sensors = [...new Set(hung.map(({ dpu }) => dpu.id))];
  if (sensors.length === 0) return undefined;
  const fields = sensors.map(
    (_, at) => `s${at}: readings(dpu: $s${at}, from: $from, to: $to, first: ${mostReadings}) {
      totalCount edges { node { direction doorway { id } } } }`,
  );
  const parameters = sensors.map((_, at) => `$s${at}: ID!`).join(' ');
  return {
    query: `query FloorReadings($from: DateTime!, $to: DateTime!, ${parameters}) {\n${fields.join('\n')}\n}`,
    variables: {
      ...{ from: new Date(from).toISOString(), to: new Date(to).toISOString() },
      ...Object.fromEntries(sensors.map((sensor, at) => [`s${at}`, sensor])),
    },
  };
}

/** By doorway; none when there were more readings than an answer has, because then the numbers would be wrong. */
export function passedBy(space: string, doorways: readonly Doorway[], readings: Readings): Map<string, Passed> {
  const passed = new Map(doorways.map(({ id }): [string, Passed] => [id, { entered: 0, left: 0 }]));
  const inner = new Map(doorways.map(({ id, ingress }) => [id, ingress.id === space ? 1 : -1]));
  for (const { totalCount, edges } of Object.values(readings)) {
    if (totalCount > edges.length) return new Map();
    for (const { node } of edges) {
      const counted = passed.get(node.doorway?.id ?? '');
      if (counted) counted[node.direction === inner.get(node.doorway!.id) ? 'entered' : 'left'] += 1;
    }
  }
  return passed;
}
