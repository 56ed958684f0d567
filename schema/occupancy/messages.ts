import { type Static, type TSchema, Type } from 'typebox';
import { momentPattern } from '../moment.ts';

const optional = <T extends TSchema>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));
const text = (description: string) => Type.String({ minLength: 1, maxLength: 1000, description });
const moment = (description: string) => Type.String({ pattern: momentPattern, description });
// 283 and "283" are the same; larger numbers could not be told apart by JSON readers that keep them as doubles.
const id = (description: string) =>
  Type.Union(
    [Type.String({ minLength: 1, maxLength: 200 }), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
    { description },
  );
/** With as many readings again it is still a GraphQL Int. */
const mostPeople = 1_000_000_000;

const message = <Name extends string, Data extends TSchema>(type: Name, description: string, data: Data) =>
  Type.Object({ type: Type.Literal(type), data }, { title: type, description });

/**
 * The messages of occupancy.topology. Of each thing the latest message counts, for all times: who renames a space or
 * corrects a doorway says how it always was. Only mounts and calibrations have a time of their own.
 */
export const topologyMessages = {
  Space: message(
    'Space',
    'A room, floor or building in which people are counted, or new facts about one.',
    Type.Object({
      id: id('Identity of the space'),
      name: text('Name'),
      latitude: optional(Type.Number({ minimum: -90, maximum: 90 })),
      longitude: optional(Type.Number({ minimum: -180, maximum: 180 })),
      company: optional(id('The company whose space it is, by its id in people.events')),
    }),
  ),
  SpaceDeleted: message('SpaceDeleted', 'A space is no more.', Type.Object({ id: id('The space') })),
  Doorway: message(
    'Doorway',
    'A way into a space, or new facts about one.',
    Type.Object({
      id: id('Identity of the doorway'),
      name: text('Name'),
      ingress: id('The space that people enter who are counted as 1'),
      egress: optional(id('The space that they come from; missing: from outdoors')),
    }),
  ),
  DoorwayDeleted: message('DoorwayDeleted', 'A doorway is no more.', Type.Object({ id: id('The doorway') })),
  Dpu: message('Dpu', 'A sensor that counts who passes it.', Type.Object({ id: id('Identity of the DPU') })),
  DpuDeleted: message('DpuDeleted', 'A DPU is no more.', Type.Object({ id: id('The DPU') })),
  Mount: message(
    'Mount',
    'A DPU hangs over a doorway. DPU and begin are its identity. It ends where the next mount of the DPU begins, so a DPU never hangs over two doorways.',
    Type.Object({
      dpu: id('The DPU'),
      doorway: id('The doorway'),
      from: moment('The first moment'),
      to: optional(moment('The moment after the last one, where it ends before the next mount begins')),
    }),
  ),
  MountDeleted: message(
    'MountDeleted',
    'A mount has never been.',
    Type.Object({ dpu: id('The DPU'), from: moment('The begin of the mount') }),
  ),
  Calibration: message(
    'Calibration',
    'So many people were in a space at a moment; later counts start from it. Space and moment are its identity.',
    Type.Object({
      space: id('The space'),
      at: moment('When they were counted; who passes a sensor at this very moment is among them'),
      count: Type.Integer({ minimum: 0, maximum: mostPeople, description: 'How many there were' }),
    }),
  ),
  CalibrationDeleted: message(
    'CalibrationDeleted',
    'A calibration was wrong.',
    Type.Object({ space: id('The space'), at: moment('The moment of the calibration') }),
  ),
} as const;

type TopologyMessageType = keyof typeof topologyMessages;
export type TopologyMessage = {
  [Name in TopologyMessageType]: Static<(typeof topologyMessages)[Name]>;
}[TopologyMessageType];

/** A message of occupancy.readings. Properties that are not named here are kept in the log and otherwise ignored. */
export const readingMessage = Type.Object(
  {
    dpu_id: id('The DPU'),
    timestamp: moment('When somebody passed it, at most a day after Kafka took the message'),
    direction: Type.Enum([1, -1], {
      description: '1 for somebody who enters the ingress space of the doorway, -1 for somebody who leaves it',
    }),
    reading_id: optional(id('Identity of the reading at its DPU and time; without it, its place in Kafka')),
  },
  { title: 'Reading', description: 'Somebody passed a DPU.' },
);

export type ReadingMessage = Static<typeof readingMessage>;
