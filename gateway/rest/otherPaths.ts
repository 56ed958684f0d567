import type { OpenApi } from './openapi.ts';

/** Like /livez, and as one of the earlier systems said it. */
export const health = { status: 'ok' };

const refused = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
});
const refusals = {
  400: refused('The body is wrong. The text says where.'),
  413: refused('The body is too large.'),
  415: refused('The Content-Type is another one.'),
  503: refused('Kafka does not answer.'),
};
const taken = (schema: string) => ({
  description: 'Accepted by Kafka.',
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
});

/** What is served beside the operations of the graph: bodies of many lines, see ../uploads.ts, and a sign of life. */
export const otherPaths: OpenApi['paths'] = {
  '/api/v1/health': {
    get: {
      operationId: 'getHealth',
      tags: ['health'],
      summary: 'Whether the gateway serves. Of the stores it says nothing.',
      security: [],
      responses: { 200: { description: 'It does.', content: { 'application/json': { schema: { const: health } } } } },
    },
  },
  '/occupancy/readings': {
    post: {
      operationId: 'uploadReadings',
      tags: ['readings'],
      summary: 'Readings of sensors that were offline: up to 16 MiB and 250,000 lines.',
      requestBody: {
        required: true,
        content: {
          'application/x-ndjson': {
            schema: { type: 'string', description: 'A line a reading, as on the topic occupancy.readings.' },
            example: '{"dpu_id": 283, "timestamp": "2026-01-31T12:00:00Z", "direction": 1, "reading_id": "283-1"}\n',
          },
        },
      },
      responses: { 200: taken('Receipt'), ...refusals },
    },
  },
  '/menu/items': {
    post: {
      operationId: 'uploadMenu',
      tags: ['menus'],
      summary: 'A menu of any size, in whose items brand names are looked for.',
      requestBody: {
        required: true,
        content: {
          'text/csv': {
            schema: { type: 'string', description: 'MenuId, ProductName, perhaps ProductDescription and ItemId.' },
            example: 'MenuId,ProductName,ProductDescription\n7,Lager,A cold Lindbrau\n',
          },
          'application/x-ndjson': {
            schema: { type: 'string', description: 'A line an item, as on the topic menu.items.' },
          },
        },
      },
      responses: { 200: taken('MenuReceipt'), ...refusals },
    },
  },
};

export const otherSchemas = {
  Refusal: {
    type: 'object',
    required: ['errors'],
    properties: {
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['message'],
          properties: { message: { type: 'string' }, extensions: { type: 'object' } },
        },
      },
    },
  },
  MenuReceipt: {
    type: 'object',
    required: ['accepted', 'broken', 'position'],
    properties: {
      accepted: { type: 'integer', description: 'How many rows Kafka has.' },
      broken: { type: 'integer', description: 'How many of them are no items; they are in the dead letters.' },
      firstBroken: { type: 'string', description: 'The first of those: where it is, and why.' },
      position: { type: ['string', 'null'], description: 'Of the last row, for the header Read-After.' },
    },
  },
};
