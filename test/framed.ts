import avsc from 'avsc';
import type { AvroRecord, AvroType } from '../schema/avro.ts';

/** A message in Avro as others write it, who have the schema and a library, but not our code. */
export function inAvro(schema: AvroRecord, message: object): Buffer {
  const type = avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true });
  return type.toBuffer(new Writer(schema.namespace!).valueOf(schema, message));
}

/** Framed as Confluent's serialisers do it. */
export function framed(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, body]);
}

/** Values of messages as avsc takes them: those of unions under the name of their branch. */
class Writer {
  constructor(readonly namespace: string) {}

  /** @param messageType which of several records a value is */
  valueOf(type: AvroType, value: unknown, messageType?: string): unknown {
    if (Array.isArray(type)) {
      if (value == null) return null;
      const branch = type.find((one) => isOf(one, value, messageType))!;
      return { [this.#nameOf(branch)]: this.valueOf(branch, value) };
    }
    if (typeof type === 'string' || type.type === 'enum') return value;
    if (type.type !== 'record') {
      const isDay = type.logicalType === 'date';
      const time = Date.parse((value as string).slice(0, isDay ? 10 : undefined));
      return isDay ? time / 86_400_000 : time;
    }
    const data = value as Record<string, unknown>;
    const only = type.name === 'Message' ? String(data.type) : undefined;
    return Object.fromEntries(type.fields.map(({ name, type }) => [name, this.valueOf(type, data[name], only)]));
  }

  #nameOf(branch: AvroType): string {
    if (typeof branch === 'string') return branch;
    return 'name' in branch ? `${this.namespace}.${branch.name}` : (branch as { type: string }).type;
  }
}

function isOf(type: AvroType, value: unknown, messageType = ''): boolean {
  if (typeof type === 'string') return typeof value === (['int', 'long', 'double'].includes(type) ? 'number' : type);
  if ('logicalType' in type) return typeof value === 'string';
  return typeof value === 'object' && (messageType === '' || (type as AvroRecord).name === messageType);
}
