import type { TSchema } from 'typebox';
import { stringify } from 'yaml';
import { feedMessages, resultMessages } from './air/messages.ts';
import { type AvroTopic, avroFile, avroSchemas } from './avro.ts';
import { itemMessages, matchMessage, termMessages } from './menu/messages.ts';
import { readingMessage, topologyMessages } from './occupancy/messages.ts';
import { peopleMessages } from './people/messages.ts';
import { publicTenant, tenantHeader } from './tenant.ts';
import { deadLetterHeaders, redriveHeader, sourceHeaders, type TopicName, topics } from './topics.ts';
import { recentChange } from './wiki/messages.ts';

/** AsyncAPI 3.1 (https://www.asyncapi.com/docs/reference/specification/v3.1.0) of the topics, for producers in any language. */
export function asyncapi(): string {
  return stringify(
    {
      asyncapi: '3.1.0',
      info: {
        title: 'Tributary topics',
        version: '1.0.0',
        description:
          'What goes over Kafka: topics, keys, headers and the shapes of the messages. Values are JSON in UTF-8 or, where SCHEMA_REGISTRY_URL is set, Avro that is framed as Confluent’s serialisers do it: byte 0, the id of the schema in four bytes, the value. A message in Avro says what the same message in JSON says; of its schema the registry has the latest version under the name of the topic with -value behind it.',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      defaultContentType: 'application/json',
      servers: {
        local: { host: '127.0.0.1:9092', protocol: 'kafka', description: 'The broker that `npm start` runs.' },
      },
      channels: {
        peopleEvents: channel('people.events', Object.keys(peopleMessages)),
        wikiEdits: channel('wiki.edits', ['RecentChange']),
        occupancyTopology: channel('occupancy.topology', Object.keys(topologyMessages)),
        occupancyReadings: channel('occupancy.readings', ['Reading']),
        airFeeds: channel('air.feeds', Object.keys(feedMessages)),
        airResults: channel('air.results', Object.keys(resultMessages)),
        menuTerms: channel('menu.terms', Object.keys(termMessages)),
        menuItems: channel('menu.items', Object.keys(itemMessages)),
        menuMatches: channel('menu.matches', ['Match']),
        deadLetters: channel('dead.letters', ['DeadLetter']),
      },
      operations: {
        publishPeople: {
          action: 'receive',
          channel: { $ref: '#/channels/peopleEvents' },
          summary: 'Anybody writes here; Tributary reads.',
        },
        publishWikiEdits: {
          action: 'receive',
          channel: { $ref: '#/channels/wikiEdits' },
          summary: 'Anybody writes here, `tributary source wiki` among them; Tributary reads.',
        },
        publishTopology: {
          action: 'receive',
          channel: { $ref: '#/channels/occupancyTopology' },
          summary: 'Anybody writes here; Tributary reads.',
        },
        publishReadings: {
          action: 'receive',
          channel: { $ref: '#/channels/occupancyReadings' },
          summary: 'Anybody writes here, `tributary produce occupancy` among them; Tributary reads.',
        },
        scheduleFeeds: {
          action: 'receive',
          channel: { $ref: '#/channels/airFeeds' },
          summary: 'The mutations startFeed and stopFeed write here, and `tributary source air`; Tributary reads.',
        },
        readResults: {
          action: 'send',
          channel: { $ref: '#/channels/airResults' },
          summary: 'Workers write here; anybody reads.',
        },
        publishTerms: {
          action: 'receive',
          channel: { $ref: '#/channels/menuTerms' },
          summary: 'Anybody writes here, `tributary produce terms` among them; Tributary reads.',
        },
        publishItems: {
          action: 'receive',
          channel: { $ref: '#/channels/menuItems' },
          summary: 'Anybody writes here, `tributary produce menu` among them; Tributary reads.',
        },
        readMatches: {
          action: 'send',
          channel: { $ref: '#/channels/menuMatches' },
          summary: 'The workers that match write here; anybody reads.',
        },
        readDeadLetters: {
          action: 'send',
          channel: { $ref: '#/channels/deadLetters' },
          summary: 'Tributary writes here; operators read.',
        },
      },
      components: {
        messages: {
          ...described('people.events', peopleMessages, 'Headers'),
          ...described('occupancy.topology', topologyMessages, 'TenantHeaders'),
          ...described('occupancy.readings', { Reading: readingMessage }, 'TenantHeaders'),
          ...described('air.feeds', feedMessages, 'TenantHeaders'),
          ...described('air.results', resultMessages, 'TenantHeaders'),
          ...described('menu.terms', termMessages, 'TenantHeaders'),
          ...described('menu.items', itemMessages, 'TenantHeaders'),
          ...described('menu.matches', { Match: matchMessage }, 'TenantHeaders'),
          ...described('wiki.edits', { RecentChange: recentChange }, 'SourceHeaders'),
          ...inAvro(),
          DeadLetter: {
            name: 'DeadLetter',
            summary: topics['dead.letters'].description,
            headers: { $ref: '#/components/schemas/DeadLetterHeaders' },
            payload: { description: 'The bytes of the original message.' },
            bindings: { kafka: { key: { type: 'string', description: topics['dead.letters'].key } } },
          },
        },
        schemas: {
          ...peopleMessages,
          ...topologyMessages,
          ...feedMessages,
          ...resultMessages,
          ...termMessages,
          ...itemMessages,
          Match: matchMessage,
          Reading: readingMessage,
          RecentChange: recentChange,
          Headers: {
            type: 'object',
            description: 'All optional.',
            properties: commonHeaders,
          },
          TenantHeaders: {
            type: 'object',
            description: 'All optional.',
            properties: {
              ...commonHeaders,
              [tenantHeader]: { type: 'string', default: publicTenant, description: 'Whose the message is' },
            },
          },
          SourceHeaders: {
            type: 'object',
            description:
              'All optional. Those that begin with `source` are how `tributary source wiki` finds where to go on; others leave them out.',
            properties: {
              ...commonHeaders,
              [sourceHeaders.url]: {
                type: 'string',
                format: 'uri',
                description: 'The stream that the event came from',
              },
              [sourceHeaders.after]: {
                type: 'string',
                description: 'Id of an event of the stream: up to it, all are in the topic',
              },
              [sourceHeaders.position]: {
                type: 'string',
                pattern: '^\\d+(,\\d+)*$',
                description: 'Offset of each partition at which those end; what is newer in the stream lies behind it',
              },
              [sourceHeaders.id]: {
                type: 'string',
                description: 'Id that the stream gave with this very event, where the event has no meta.id',
              },
            },
          },
          DeadLetterHeaders: {
            type: 'object',
            description: 'Beside the headers of the original message.',
            required: Object.values(deadLetterHeaders).filter((name) => name !== deadLetterHeaders.key),
            properties: {
              [deadLetterHeaders.reason]: { type: 'string', description: 'What is wrong, in words for a person' },
              [deadLetterHeaders.topic]: { type: 'string', description: 'Where the message came from' },
              [deadLetterHeaders.partition]: { type: 'string', pattern: '^\\d+$' },
              [deadLetterHeaders.offset]: { type: 'string', pattern: '^\\d+$' },
              [deadLetterHeaders.key]: {
                type: 'string',
                description: 'The key of the original message, when it had one',
              },
            },
          },
        },
      },
    },
    { lineWidth: 120, aliasDuplicateObjects: false },
  );
}

const commonHeaders = {
  'content-type': { type: 'string', default: 'application/json' },
  // W3C Trace Context, https://www.w3.org/TR/trace-context/
  traceparent: { type: 'string', description: 'The trace that the message is part of; what is done for it is, too' },
  [redriveHeader]: {
    type: 'string',
    pattern: '^\\d+/\\d+$',
    description:
      'Partition and offset, in the same topic, of the message that had become a dead letter and for which this one was sent',
  },
};

type Schemas = Record<string, TSchema>;

/** A topic, and what its messages are called. */
function channel(topic: TopicName, messages: string[]) {
  const names = topic in avroSchemas ? [...messages, avroName(topic)] : messages;
  const references = names.map((name) => [name, { $ref: `#/components/messages/${name}` }]);
  return { address: topic, description: topics[topic].description, messages: Object.fromEntries(references) };
}

/** What the messages of a topic are called together, in Avro: PeopleEventsInAvro. */
function avroName(topic: string): string {
  const words = topic.split('.').map((word) => word[0]!.toUpperCase() + word.slice(1));
  return `${words.join('')}InAvro`;
}

function inAvro() {
  const messages = (Object.keys(avroSchemas) as AvroTopic[]).map((topic) => [
    avroName(topic),
    {
      name: avroName(topic),
      summary: `The messages of ${topic} in Avro, by ${avroFile(topic)} or a schema of the producer's own.`,
      contentType: 'application/vnd.apache.avro',
      payload: { schemaFormat: 'application/vnd.apache.avro;version=1.12.0', schema: avroSchemas[topic] },
      bindings: {
        kafka: {
          key: { type: 'string', description: topics[topic].key },
          schemaIdLocation: 'payload',
          schemaIdPayloadEncoding: 'confluent',
          schemaLookupStrategy: 'TopicNameStrategy',
        },
      },
    },
  ]);
  return Object.fromEntries(messages);
}

/** The messages of a topic, each by the name of its schema. */
function described(topic: TopicName, schemas: Schemas, headers: string) {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      {
        name,
        summary: (schema as { description?: string }).description,
        headers: { $ref: `#/components/schemas/${headers}` },
        payload: { $ref: `#/components/schemas/${name}` },
        bindings: { kafka: { key: { type: 'string', description: topics[topic].key } } },
      },
    ]),
  );
}
