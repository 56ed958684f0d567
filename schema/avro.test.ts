import fc from 'fast-check';
import type { TSchema } from 'typebox';
import { expect, test } from 'vitest';
import { avroReader } from '../platform/avro.ts';
import { inAvro } from '../test/framed.ts';
import { type AvroTopic, avroSchemas } from './avro.ts';
import { ContractError } from './contract.ts';
import { parseItemMessage } from './menu/item.ts';
import { itemMessages, termMessages } from './menu/messages.ts';
import { parseTermMessage, termKey } from './menu/term.ts';
import { momentPattern } from './moment.ts';
import { readingMessage, topologyMessages } from './occupancy/messages.ts';
import { parseReading } from './occupancy/reading.ts';
import { parseTopologyMessage } from './occupancy/topology.ts';
import { parsePeopleMessage } from './people/change.ts';
import { dayPattern, peopleMessages } from './people/messages.ts';
import { publicTenant } from './tenant.ts';
import { parseWikiEdit } from './wiki/edit.ts';
import { recentChange } from './wiki/messages.ts';

const place = { topic: 'wiki.edits', partition: 0, offset: 0 };
const termsKey = (text: string) => termKey(publicTenant, String(JSON.parse(text).data.id).toWellFormed());

/** The contracts of the topics, and what a text says by them. */
const contracts: Record<AvroTopic, { messages: TSchema[]; parse(text: string): unknown }> = {
  'people.events': { messages: Object.values(peopleMessages), parse: parsePeopleMessage },
  'wiki.edits': { messages: [recentChange], parse: (text) => parseWikiEdit(text, place) },
  'occupancy.topology': { messages: Object.values(topologyMessages), parse: parseTopologyMessage },
  'occupancy.readings': { messages: [readingMessage], parse: (text) => parseReading(text, Date.UTC(2099, 11, 31)) },
  'menu.terms': {
    messages: Object.values(termMessages),
    parse: (text) => parseTermMessage(termsKey(text), text, publicTenant),
  },
  'menu.items': { messages: Object.values(itemMessages), parse: parseItemMessage },
};

test.each(Object.keys(contracts) as AvroTopic[])('%s: a message in Avro says what it says in JSON', (topic) => {
  const { messages, parse } = contracts[topic];
  const read = avroReader(avroSchemas[topic]);
  let understood = 0;
  const said = (text: string) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      return error;
    }
  };
  const message = fc.oneof(...messages.map((schema) => valid(schema as JsonSchema))) as fc.Arbitrary<object>;
  fc.assert(
    fc.property(message, (message) => {
      const inJson = said(JSON.stringify(message));
      const inAvroToo = said(read(inAvro(avroSchemas[topic], message)));
      if (inJson instanceof ContractError) expect(inAvroToo).toBeInstanceOf(ContractError);
      else expect(inAvroToo).toEqual(inJson);
      if (!(inJson instanceof ContractError)) understood++;
    }),
  );
  expect(understood).toBeGreaterThan(20);
});

test('a field that a message may leave out has a default, so that it can be added and left out of a schema', () => {
  const names: string[] = [];
  JSON.stringify(avroSchemas, (_, value) => {
    if (Array.isArray(value?.type) && value.type[0] === 'null') {
      names.push(value.name);
      expect(value.default, value.name).toBeNull();
    }
    return value;
  });
  expect(names).toEqual(expect.arrayContaining(['headcount', 'reading_id', 'egress', 'meta', 'description']));
});

interface JsonSchema {
  type?: string;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

/** Messages as a JSON Schema allows them, as far as the contracts use it. */
function valid(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valid));
  const { minimum = -1e15, maximum = 1e15, minLength = 0, maxLength = 1_000 } = schema;
  switch (schema.type) {
    case 'object': {
      const required = schema.required as never[] | undefined;
      const members = Object.entries(schema.properties ?? {}).map(([name, property]) => [name, valid(property)]);
      return fc.record(Object.fromEntries(members), { requiredKeys: required ?? [] });
    }
    case 'string': {
      const time = fc.date({ min: new Date(0), max: new Date('2098-12-31'), noInvalidDate: true });
      if (schema.pattern === momentPattern) return time.map((date) => date.toISOString());
      if (schema.pattern === dayPattern) return time.map((date) => date.toISOString().slice(0, 10));
      return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 20) });
    }
    case 'integer':
      // Without bounds are only the seconds since 1970 of wiki.edits. The largest that is safe avsc does not write.
      return schema.minimum === undefined
        ? fc.integer({ min: 980_000_000, max: 4_000_000_000 })
        : fc.integer({ min: minimum, max: maximum - 1 });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    default:
      return fc.constant(null);
  }
}
