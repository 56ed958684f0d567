import type { ReadingMessage, TopologyMessage } from '../../schema/occupancy/messages.ts';
import { generator } from '../random.ts';
import { type Door, doors, type Place, wanderer } from './building.ts';

/** A message about the building, and when it is sent, in milliseconds since 1970. */
export interface Invented {
  at: number;
  message: TopologyMessage | ReadingMessage;
}

/** What every id of an invented reading begins with. */
export const idPrefix = 'demo-';

const seed = 20260131;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** In hours of the day, UTC. */
const noon = 12;
const offline = { dpu: 'demo-109', from: 10, to: 12 };
const calibration = { at: 5, spaces: ['terrace', 'third-floor'] };
/** How many of those who step out to the terrace its sensor misses. */
const missed = 1 / 12;

/**
 * A day in the building that nobody lived, in the order in which it is sent: of the same day always the same. People
 * come in the morning, eat at noon, and sit on the terrace in the evening; a few keep watch. At midnight
 * nobody is there, so every day begins anew, but for what a sensor has missed.
 *
 * One sensor is moved at noon. One cannot send for two hours, and then sends what it has seen. One misses people, so
 * that the terrace falls below zero and the third floor rises, until both, which are locked by night, are calibrated in
 * the morning.
 * @param midnight in milliseconds since 1970
 */
export function inventedDay(midnight: number): Invented[] {
  const random = generator(seed ^ Math.floor(midnight / dayMs));
  const readings = everybody(random).flatMap((appointments, person) =>
    [...walk(appointments, random)]
      .filter(({ door, direction }) => !(door.id === 'terrace-door' && direction === 1 && random() < missed))
      .map(({ hour, door: { dpu }, direction }, step): Invented => {
        const time = Math.floor(midnight + hour * hourMs);
        const wasOffline = dpu === offline.dpu && hour >= offline.from && hour < offline.to;
        const message: ReadingMessage = {
          ...{ dpu_id: dpu, timestamp: new Date(time).toISOString(), direction },
          reading_id: `${idPrefix}${person}-${step}`,
        };
        const at = wasOffline ? midnight + offline.to * hourMs : time;
        return { at, message };
      }),
  );
  return [...topologyOf(midnight), ...readings].sort((a, b) => a.at - b.at);
}

function topologyOf(midnight: number): Invented[] {
  const told = (hour: number, toMessage: (moment: string) => TopologyMessage): Invented => {
    const at = midnight + hour * hourMs;
    return { at, message: toMessage(new Date(at).toISOString()) };
  };
  const hung = (hour: number, doorway: string) =>
    told(hour, (from) => ({ type: 'Mount', data: { dpu: wanderer, doorway, from } }));
  return [
    ...[hung(0, 'side-entrance'), hung(noon, 'garden-door')],
    ...calibration.spaces.map((space) =>
      told(calibration.at, (at) => ({ type: 'Calibration', data: { space, at, count: 0 } })),
    ),
  ];
}

/** From this hour on somebody wants to be there; null: outdoors. */
type Appointment = [hour: number, place: Place | null];

/** What everybody who comes has in mind, each in order of time. */
function everybody(random: () => number): Appointment[][] {
  const one = <T>(all: readonly T[]): T => all[Math.floor(all.length * random())]!;
  const around = (hour: number, spread: number) => hour + (random() + random() - 1) * spread;
  const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

  const worker = (): Appointment[] => {
    const desk = one(['first-floor', 'first-floor', 'second-floor', 'second-floor', 'third-floor'] as const);
    const [come, lunch, leave] = [around(8.5, 1.5), around(12.25, 1.25), around(17.25, 1.75)];
    const errands = times(4, (): Appointment[] => {
      const hour = come + 0.5 + random() * (leave - come - 2);
      return [
        [hour, one(['harbour', 'lighthouse', 'harbour', 'lighthouse', 'cafeteria', 'terrace'])],
        [hour + 0.2 + random(), desk],
      ];
    });
    const meal: Appointment[] = [
      [lunch, 'cafeteria'],
      [lunch + 0.4, one([desk, null])],
      [lunch + 0.7, desk],
    ];
    return [[come, desk], ...errands.flat(), ...meal, [leave, null]];
  };
  const eater = (): Appointment[] => {
    const lunch = around(12.25, 0.75);
    return [
      [lunch, 'cafeteria'],
      [lunch + 0.4 + random() / 2, null],
    ];
  };
  const guest = (): Appointment[] => [
    [around(18.25, 0.75), 'terrace'],
    [around(21.5, 0.75), null],
  ];
  const watchman = (from: number, to: number) => (): Appointment[] => {
    const rounds: Appointment[] = [];
    for (let hour = from + random() / 30; hour < to - 1 / 20; hour += around(1 / 10, 1 / 20))
      rounds.push(
        [hour, one(['cafeteria', 'first-floor', 'second-floor', 'harbour', 'lighthouse'])],
        [hour + random() / 20, 'lobby'],
      );
    return [...rounds, [to, null]];
  };
  const all = [
    ...times(250, worker),
    ...times(100, eater),
    ...times(100, guest),
    ...times(14, watchman(0, 8.5)),
    ...times(8, watchman(8.3, 17.7)),
    ...times(14, watchman(17.5, 23.97)),
  ];
  return all.map((appointments) => appointments.sort(([a], [b]) => a - b));
}

interface Pass {
  hour: number;
  door: Door;
  direction: 1 | -1;
}

/** Somebody who comes from outdoors and goes where the appointments say, through one door after the other. */
function* walk(appointments: Appointment[], random: () => number): Generator<Pass> {
  let hour = 0;
  let here: Place | null = null;
  for (const [from, place] of appointments) {
    hour = Math.max(hour, from);
    for (const next of wayTo(place, here, hour)) {
      hour += (5 + 15 * random()) / 3600;
      const open = doors.filter(
        ({ id, ingress, egress }) =>
          (ingress === next ? egress === here : ingress === here && egress === next) &&
          (id !== 'side-entrance' || hour < noon),
      );
      const door: Door = open[Math.floor(open.length * random() ** 2)]!;
      yield { hour, door, direction: door.ingress === next ? 1 : -1 };
      here = next;
    }
  }
}

/** Where one comes from: the way out leads along these. */
const towardsTheEntrance: Record<Place, Place | null> = {
  ...{
    lobby: null,
    cafeteria: 'lobby',
    stairs: 'lobby',
    'first-floor': 'stairs',
    'second-floor': 'stairs',
    'third-floor': 'stairs',
  },
  ...{ harbour: 'first-floor', lighthouse: 'second-floor', terrace: 'third-floor' },
};

/** The places on the way, the last of which is where it leads. */
function wayTo(there: Place | null, here: Place | null, hour: number): (Place | null)[] {
  const isGarden = [here, there].includes('cafeteria') && [here, there].includes(null);
  if (isGarden && hour >= noon) return [there];
  const [out, back] = [wayOut(here), wayOut(there)];
  const turn = out.findIndex((place) => back.includes(place));
  return [...out.slice(1, turn + 1), ...back.slice(0, back.indexOf(out[turn]!)).reverse()];
}

function wayOut(place: Place | null): (Place | null)[] {
  return place === null ? [null] : [place, ...wayOut(towardsTheEntrance[place])];
}
