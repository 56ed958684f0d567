import { ContractError, contractByType, parseJson } from '../contract.ts';
import { momentInWords, parseMoment } from '../moment.ts';
import { type TopologyMessage, topologyMessages } from './messages.ts';
import { idOf } from './reading.ts';

/*
 * What the topology is made of. All times are in milliseconds since 1970.
 */

export interface Space {
  id: string;
  name: string;
  latitude: number | null;
  longitude: number | null;
  company: string | null;
}

export interface Doorway {
  id: string;
  name: string;
  ingress: string;
  /** Null: outdoors. */
  egress: string | null;
}

export interface Dpu {
  id: string;
}

/** A DPU hangs over a doorway in [from, to), or until its next mount begins. */
export interface Mount {
  dpu: string;
  doorway: string;
  from: number;
  to: number | null;
}

export interface Calibration {
  space: string;
  at: number;
  count: number;
}

/**
 * A message of occupancy.topology in its normal form: what is true of a thing from now on, for all times. `id` and
 * `moment` name the thing within its kind; `saved` is null when it is deleted.
 */
export type TopologyChange =
  | Change<'SPACE', Space>
  | Change<'DOORWAY', Doorway>
  | Change<'DPU', Dpu>
  | Change<'MOUNT', Mount>
  | Change<'CALIBRATION', Calibration>;

export interface Change<Kind extends string, Thing> {
  kind: Kind;
  id: string;
  /** Begin of a mount, time of a calibration; 0 for what has no time. */
  moment: number;
  saved: Thing | null;
}

const check = contractByType<TopologyMessage>(topologyMessages, momentInWords);

/** @throws ContractError when the text is not a message of occupancy.topology. */
export function parseTopologyMessage(value: string | null): TopologyChange {
  if (value === null)
    throw new ContractError('the message has no value; occupancy.topology takes deletions as messages of their own');
  return toTopologyChange(parseJson(value));
}

/** @throws ContractError when the object is not a message of occupancy.topology. */
export function toTopologyChange(message: unknown): TopologyChange {
  return normalise(check(message));
}

function normalise({ type, data }: TopologyMessage): TopologyChange {
  switch (type) {
    case 'Space': {
      const { latitude, longitude, company } = data;
      const [id, name] = [idOf(data.id), nameOf(data.name)];
      const place = { latitude: latitude ?? null, longitude: longitude ?? null };
      return lasting('SPACE', id, { id, name, ...place, company: optionalId(company) });
    }
    case 'Doorway': {
      const [id, ingress, egress] = [idOf(data.id), idOf(data.ingress), optionalId(data.egress)];
      if (ingress === egress) throw new ContractError(`doorway ${id} leads from ${ingress} to itself`);
      return lasting('DOORWAY', id, { id, name: nameOf(data.name), ingress, egress });
    }
    case 'Dpu':
      return lasting('DPU', idOf(data.id), { id: idOf(data.id) });
    case 'Mount': {
      const from = parseMoment('data.from', data.from);
      const to = data.to == null ? null : parseMoment('data.to', data.to);
      if (to !== null && to <= from) throw new ContractError(`data.to ${data.to} is not after data.from ${data.from}`);
      const dpu = idOf(data.dpu);
      return { kind: 'MOUNT', id: dpu, moment: from, saved: { dpu, doorway: idOf(data.doorway), from, to } };
    }
    case 'Calibration': {
      const [space, at] = [idOf(data.space), parseMoment('data.at', data.at)];
      return { kind: 'CALIBRATION', id: space, moment: at, saved: { space, at, count: data.count } };
    }
    case 'SpaceDeleted':
      return lasting('SPACE', idOf(data.id), null);
    case 'DoorwayDeleted':
      return lasting('DOORWAY', idOf(data.id), null);
    case 'DpuDeleted':
      return lasting('DPU', idOf(data.id), null);
    case 'MountDeleted':
      return { kind: 'MOUNT', id: idOf(data.dpu), moment: parseMoment('data.from', data.from), saved: null };
    case 'CalibrationDeleted':
      return { kind: 'CALIBRATION', id: idOf(data.space), moment: parseMoment('data.at', data.at), saved: null };
  }
}

function lasting<Kind extends string, Thing>(kind: Kind, id: string, saved: Thing | null): Change<Kind, Thing> {
  return { kind, id, moment: 0, saved };
}

function optionalId(id: string | number | null | undefined): string | null {
  return id == null ? null : idOf(id);
}

function nameOf(name: string): string {
  const trimmed = name.toWellFormed().trim().replace(/\s+/gu, ' ');
  if (trimmed === '') throw new ContractError('data.name is empty');
  return trimmed;
}
