import type { KafkaMessage } from 'kafkajs';
import { fold } from '../../schema/fold.ts';
import { parseReading } from '../../schema/occupancy/reading.ts';
import { earlinessOf } from '../../schema/occupancy/tables.ts';
import { parseTopologyMessage, type TopologyChange } from '../../schema/occupancy/topology.ts';
import { tenantOf } from '../../schema/tenant.ts';

/** A row of occupancy_readings, by the names of its columns. */
export interface ReadingRow {
  tenant: string;
  dpu: string;
  time: number;
  direction: number;
  id: string;
  earliness: string;
}

/** @throws ContractError when the message is not a reading. */
export function toReadingRow(_topic: string, partition: number, message: KafkaMessage): ReadingRow {
  const { offset, timestamp, value, headers } = message;
  const { id, ...reading } = parseReading(value?.toString() ?? null, Number(timestamp));
  return { tenant: tenantOf(headers), ...reading, id: id ?? '', earliness: earlinessOf(partition, offset) };
}

/** A row of occupancy_topology, by the names of its columns; those that a kind does not have are left out. */
export interface TopologyRow {
  tenant: string;
  kind: string;
  id: string;
  moment: number;
  deleted: boolean;
  at: number;
  partition: number;
  offset: string;
  [column: string]: unknown;
}

/** @throws ContractError when the message is no topology. */
export function toTopologyRow(_topic: string, partition: number, message: KafkaMessage): TopologyRow {
  const { offset, timestamp, value, headers } = message;
  const change = parseTopologyMessage(value?.toString() ?? null);
  const { kind, id, moment, saved } = change;
  return {
    ...{ tenant: tenantOf(headers), kind, id, moment, deleted: saved === null },
    ...columnsOf(change),
    ...{ at: Number(timestamp), partition, offset },
  };
}

function columnsOf({ kind, saved }: TopologyChange): object {
  if (saved === null) return {};
  switch (kind) {
    case 'SPACE': {
      const { name, latitude, longitude, company } = saved;
      return { name, folded: fold(name), latitude, longitude, company };
    }
    case 'DOORWAY':
      return { name: saved.name, folded: fold(saved.name), ingress: saved.ingress, egress: saved.egress };
    case 'DPU':
      return {};
    case 'MOUNT':
      return { doorway: saved.doorway, until: saved.to };
    case 'CALIBRATION':
      return { people: saved.count };
  }
}
