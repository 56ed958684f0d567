import type { TopologyMessage } from '../../schema/occupancy/messages.ts';

/** Whose building it is: a company of the demo of which menus speak too. */
const company = 2010;
const [latitude, longitude] = [60.3945, 5.3189];
/** Since when its sensors hang where they hang. */
const opened = '2026-01-01T00:00:00Z';

const spaces = {
  lobby: 'Lobby',
  cafeteria: 'Cafeteria',
  stairs: 'Stairs',
  'first-floor': 'First floor',
  'second-floor': 'Second floor',
  'third-floor': 'Third floor',
  harbour: 'Meeting room Harbour',
  lighthouse: 'Meeting room Lighthouse',
  terrace: 'Roof terrace',
};
export type Place = keyof typeof spaces;

export interface Door {
  id: string;
  name: string;
  ingress: Place;
  /** Null: outdoors. */
  egress: Place | null;
  dpu: string;
}

const door = (id: string, name: string, ingress: Place, egress: Place | null, dpu: string): Door => ({
  ...{ id, name, ingress, egress, dpu },
});

/** All doorways count into a room or from outdoors, but none into the stairs: who is there is inferred. */
export const doors: Door[] = [
  door('main-entrance', 'Main entrance', 'lobby', null, 'demo-101'),
  door('side-entrance', 'Side entrance', 'lobby', null, 'demo-102'),
  door('garden-door', 'Garden door', 'cafeteria', null, 'demo-102'),
  door('stairs-gate', 'Gate to the stairs', 'lobby', 'stairs', 'demo-103'),
  door('first-floor-door', 'Door of the first floor', 'first-floor', 'stairs', 'demo-104'),
  door('second-floor-door', 'Door of the second floor', 'second-floor', 'stairs', 'demo-105'),
  door('third-floor-door', 'Door of the third floor', 'third-floor', 'stairs', 'demo-106'),
  door('harbour-door', 'Door of Harbour', 'harbour', 'first-floor', 'demo-107'),
  door('lighthouse-door', 'Door of Lighthouse', 'lighthouse', 'second-floor', 'demo-108'),
  door('cafeteria-door', 'Door of the cafeteria', 'cafeteria', 'lobby', 'demo-109'),
  door('terrace-door', 'Door of the terrace', 'terrace', 'third-floor', 'demo-110'),
];

/** It hangs over the side entrance before noon and over the garden door after, and so only one of them is open. */
export const wanderer = 'demo-102';

/** Every id that the messages of the building speak of. */
export const buildingIds = [...new Set([...Object.keys(spaces), ...doors.flatMap(({ id, dpu }) => [id, dpu])])];

/** The building as it stands, but for the sensor that wanders. */
export function buildingDemo(): TopologyMessage[] {
  return [
    ...Object.entries(spaces).map(([id, name]): TopologyMessage => {
      return { type: 'Space', data: { id, name, latitude, longitude, company } };
    }),
    ...doors.map(({ id, name, ingress, egress }): TopologyMessage => {
      return { type: 'Doorway', data: { id, name, ingress, egress } };
    }),
    ...doors.flatMap(({ id, dpu }): TopologyMessage[] => [
      { type: 'Dpu', data: { id: dpu } },
      ...(dpu === wanderer ? [] : [{ type: 'Mount' as const, data: { dpu, doorway: id, from: opened } }]),
    ]),
  ];
}
