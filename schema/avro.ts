import type { TSchema } from 'typebox';
import { itemMessages, termMessages } from './menu/messages.ts';
import { momentPattern } from './moment.ts';
import { readingMessage, topologyMessages } from './occupancy/messages.ts';
import { dayPattern, peopleMessages } from './people/messages.ts';
import type { TopicName } from './topics.ts';
import { recentChange } from './wiki/messages.ts';

/** What texts of these forms are in Avro. */
const logicalTypes: Record<string, AvroType> = {
  [momentPattern]: { type: 'long', logicalType: 'timestamp-millis' },
  [dayPattern]: { type: 'int', logicalType: 'date' },
};

/**
 * Avro schemas (https://avro.apache.org/docs/1.12.0/specification/) of the topics to which others write. They are made
 * of the contracts of the JSON messages, so a value in Avro says what the message in JSON says.
 */
export const avroSchemas = {
  'people.events': ofSeveral('people.events', peopleMessages),
  'wiki.edits': ofOne('wiki.edits', recentChange),
  'occupancy.topology': ofSeveral('occupancy.topology', topologyMessages),
  'occupancy.readings': ofOne('occupancy.readings', readingMessage),
  'menu.terms': ofSeveral('menu.terms', termMessages),
  'menu.items': ofSeveral('menu.items', itemMessages),
} satisfies Partial<Record<TopicName, AvroRecord>>;

export type AvroTopic = keyof typeof avroSchemas;

/** The file that holds the schema of a topic. */
export const avroFile = (topic: AvroTopic) => `schema/${topic.split('.')[0]}/${topic}.avsc`;

export type AvroType =
  | string
  | AvroType[]
  | AvroRecord
  | { type: 'enum'; name: string; symbols: string[] }
  | { type: 'int' | 'long'; logicalType: string };

export interface AvroRecord {
  type: 'record';
  name: string;
  namespace?: string;
  doc?: string;
  fields: { name: string; type: AvroType; doc?: string; default?: null }[];
}

/** As much of JSON Schema as the contracts use. */
interface JsonSchema {
  type?: string;
  title?: string;
  description?: string;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

function ofOne(topic: string, schema: TSchema): AvroRecord {
  const { title, description, ...shape } = schema as JsonSchema;
  return recordOf(title!, shape, { namespace: `tributary.${topic}`, doc: description! });
}

/** Messages that say by `type` what they are: a record with all types, and what the message of each holds. */
function ofSeveral(topic: string, schemas: Record<string, TSchema>): AvroRecord {
  const shapes = Object.entries(schemas).map(([name, schema]): [string, JsonSchema] => [name, schema as JsonSchema]);
  const types: AvroType = { type: 'enum', name: 'MessageType', symbols: Object.keys(schemas) };
  return {
    type: 'record',
    name: 'Message',
    namespace: `tributary.${topic}`,
    doc: 'The type says which of the records the data is.',
    fields: [
      { name: 'type', type: types },
      {
        name: 'data',
        type: shapes.map(([name, { properties, description }]) =>
          recordOf(name, properties!.data!, { doc: description! }),
        ),
      },
    ],
  };
}

function recordOf(
  name: string,
  { properties = {}, required = [] }: JsonSchema,
  about: { namespace?: string; doc?: string } = {},
): AvroRecord {
  const fields = Object.entries(properties).map(([field, schema]) => {
    const type = typeOf(schema, `${name}${field[0]!.toUpperCase()}${field.slice(1)}`);
    const doc = docOf(schema);
    return {
      name: field,
      ...(required.includes(field) ? { type } : { type: optional(type), default: null }),
      ...(doc ? { doc } : {}),
    };
  });
  return { type: 'record', name, ...about, fields };
}

function docOf({ description, anyOf = [] }: JsonSchema): string | undefined {
  return description ?? anyOf.map(docOf).find((doc) => doc !== undefined);
}

/** Null comes first, because it is the default. */
function optional(type: AvroType): AvroType {
  const branches = [type].flat().filter((branch) => branch !== 'null');
  return ['null', ...branches];
}

/** @param name of the type, if it needs one */
function typeOf(schema: JsonSchema, name: string): AvroType {
  if (schema.anyOf) return schema.anyOf.flatMap((branch) => typeOf(branch, name));
  if (schema.enum?.every((value) => typeof value === 'number')) return 'int';
  if (schema.enum) return { type: 'enum', name, symbols: schema.enum.map(String) };
  switch (schema.type) {
    case 'object':
      return recordOf(name, schema);
    case 'string':
      return logicalTypes[schema.pattern ?? ''] ?? 'string';
    case 'integer': {
      const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
      return minimum >= -(2 ** 31) && maximum < 2 ** 31 ? 'int' : 'long';
    }
    case 'number':
      return 'double';
    default:
      return schema.type!; // boolean and null
  }
}
