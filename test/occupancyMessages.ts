import type { Message } from 'kafkajs';
import { cursorKeys } from '../platform/cursorKeys.ts';
import type { TopologyMessage } from '../schema/occupancy/messages.ts';
import { Cursors } from '../subgraphs/streams/cursor.ts';
import { parseKeyRing } from '../subgraphs/streams/keys.ts';
import type { World } from './world.ts';

const iso = (time: number) => new Date(time).toISOString();

export const space = (id: string, name = `Space ${id}`): TopologyMessage => ({ type: 'Space', data: { id, name } });
export const doorway = (id: string, ingress: string, egress: string | null = null): TopologyMessage => ({
  type: 'Doorway',
  data: { id, name: `Doorway ${id}`, ingress, egress },
});
export const dpu = (id: string | number): TopologyMessage => ({ type: 'Dpu', data: { id } });
export const mount = (
  dpu: string | number,
  doorway: string,
  from: number,
  to: number | null = null,
): TopologyMessage => ({
  type: 'Mount',
  data: { dpu, doorway, from: iso(from), to: to === null ? null : iso(to) },
});
export const calibration = (space: string, at: number, count: number): TopologyMessage => ({
  type: 'Calibration',
  data: { space, at: iso(at), count },
});
export const reading = (dpu_id: string | number, time: number, direction: number, reading_id?: string) => ({
  ...{ dpu_id, timestamp: iso(time), direction },
  ...(reading_id === undefined ? {} : { reading_id }),
});

/** Publishes as any Kafka client does. @returns the header with which a query sees what was published */
export function publishTopology(world: World, messages: TopologyMessage[]): Promise<{ 'Read-After': string }> {
  return send(
    world,
    'occupancy.topology',
    messages.map((message) => ({ key: keyOf(message), value: JSON.stringify(message) })),
  );
}

export function publishReadings(
  world: World,
  readings: { dpu_id: string | number }[],
): Promise<{ 'Read-After': string }> {
  return send(
    world,
    'occupancy.readings',
    readings.map((reading) => ({ key: String(reading.dpu_id), value: JSON.stringify(reading) })),
  );
}

function keyOf({ data }: TopologyMessage): string {
  return String('id' in data ? data.id : 'dpu' in data ? data.dpu : data.space);
}

async function send(world: World, topic: string, messages: Message[]): Promise<{ 'Read-After': string }> {
  const position = await world.publisher.publish(topic, messages);
  const cursors = new Cursors(parseKeyRing(await cursorKeys(world.settings)));
  return { 'Read-After': cursors.receipt(topic, position) };
}
