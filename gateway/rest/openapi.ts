import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { takesList } from './input.ts';
import { otherPaths, otherSchemas } from './otherPaths.ts';
import { type Parameter, type Plan, plansOver } from './plan.ts';
import { examples, parameters } from './routes.ts';
import type { Shape } from './shape.ts';

export type Json = { [name: string]: unknown };

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  security?: Json[];
  parameters?: {
    name: string;
    in: string;
    required: boolean;
    description: string;
    schema: Json;
    example?: unknown;
  }[];
  requestBody?: { required: true; content: Record<string, { schema: Json; example?: unknown }> };
  responses: Json;
}

export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; description: string; license: Json };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Json>;
  [more: string]: unknown;
}

/** The description of REST over a graph. */
export function openapiOf(graph: GraphQLSchema): OpenApi {
  return openapi(plansOver(graph));
}

/** OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html) of REST, made of its plans and the types of the graph in them. */
export function openapi(plans: Plan[]): OpenApi {
  const schemas: Json = { ...fixedSchemas };
  const paths: OpenApi['paths'] = {};
  for (const plan of plans) {
    paths[plan.path] ??= {};
    paths[plan.path]![plan.method.toLowerCase()] = operationOf(plan, schemas);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tributary',
      version: '1.0.0',
      description:
        'The graph for those who speak no GraphQL: each operation here is made of one of the graph, and has its rights, limits and errors.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { apiKey: [] }, {}],
    tags,
    paths: { ...paths, ...otherPaths },
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      headers,
      responses: Object.fromEntries(
        Object.entries(failures).map(([status, why]) => [nameOfProblem(status), failure(why)]),
      ),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
    },
  };
}

const tags = [
  { name: 'people', description: 'Who works and worked where.' },
  { name: 'companies', description: 'Who works there, and what they have bought.' },
  { name: 'spaces', description: 'Rooms, floors and buildings in which people are counted.' },
  { name: 'doorways', description: 'Ways into spaces, from other ones or from outdoors.' },
  { name: 'dpus', description: 'Sensors over doorways, that count who passes.' },
  { name: 'readings', description: 'Who has passed a sensor: 1 into the ingress space of its doorway, -1 out of it.' },
  { name: 'counts', description: 'How many people are in a space, and were.' },
  { name: 'menus', description: 'Menus in which brand names are looked for.' },
  { name: 'health', description: 'Whether the gateway answers.' },
];

const headers = {
  ETag: {
    description: 'Of this very answer. Sent as If-None-Match, it is answered with 304 while it holds.',
    schema: { type: 'string' },
  },
  Link: { description: 'The next page, as rel="next". Absent on the last one.', schema: { type: 'string' } },
  Location: { description: 'Where it can be read.', schema: { type: 'string' } },
  'Read-After': {
    description: 'Sent with a later request, that one sees what was written.',
    schema: { type: 'string' },
  },
  'Retry-After': { description: 'Seconds after which to ask again.', schema: { type: 'string' } },
};

const failures: Record<string, string> = {
  400: 'A parameter or the body is wrong. `detail` says which and how.',
  401: 'Nobody is signed in.',
  403: 'Who is signed in may not do this.',
  404: 'It is not there.',
  406: 'The Accept header does not let the answer through.',
  409: 'Something else stands against it. `detail` says what.',
  413: 'The body is too large.',
  415: 'The Content-Type is another one.',
  429: 'Too many requests.',
  503: 'A store or Kafka does not answer, or has not yet reached the Read-After position. Ask again later.',
  default: 'Anything else that may fail.',
};

const nameOfProblem = (status: number | string) => (status === 'default' ? 'Problem' : `Problem${status}`);

const failure = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const fixedSchemas: Json = {
  ...otherSchemas,
  Problem: {
    type: 'object',
    description: 'RFC 9457.',
    required: ['title', 'status', 'code', 'detail'],
    properties: {
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string', description: 'One of docs/errors.md.' },
      detail: { type: 'string', description: 'What is wrong, where, and what to do.' },
    },
  },
  Receipt: {
    type: 'object',
    description: 'Accepted by Kafka.',
    required: ['accepted', 'position'],
    properties: {
      id: { type: 'string', description: 'Of the thing that was written; not of readings.' },
      accepted: { type: 'integer', description: 'How many messages.' },
      position: { type: 'string', description: 'For the header Read-After of whoever wants to see the write.' },
    },
  },
};

function operationOf(plan: Plan, schemas: Json): Operation {
  return {
    operationId: plan.operationId,
    tags: [plan.tag],
    summary: plan.summary,
    parameters: [
      ...[...plan.inPath].map((entry) => parameterOf('path', ...entry)),
      ...[...plan.inQuery].map((entry) => parameterOf('query', ...entry)),
      ...(plan.method === 'GET' ? [readAfter] : []),
    ],
    ...(plan.body ? { requestBody: requestBodyOf(plan, schemas) } : {}),
    responses: responsesOf(plan, schemas),
  };
}

const readAfter = {
  ...{ name: 'Read-After', in: 'header', required: false, schema: { type: 'string' } },
  description: 'The Read-After of a write, which the answer then holds.',
};

function parameterOf(place: string, name: string, { type, isRequired, byDefault }: Parameter) {
  const { description, example, ...bounds } = parameters[name]!;
  const { type: types, ...schema } = inputSchema(type, {}) as { type: string | string[] };
  // What is not given is absent, and never null.
  const given = { type: Array.isArray(types) ? types[0] : types, ...schema, ...bounds };
  const fallback = byDefault === undefined ? {} : { default: byDefault };
  return { name, in: place, required: isRequired, description, schema: { ...given, ...fallback }, example };
}

function requestBodyOf(plan: Plan, schemas: Json) {
  const one = inputSchema(itemOf(plan.body!.type), schemas);
  const schema = takesList(plan) ? { oneOf: [one, { type: 'array', items: one, minItems: 1, maxItems: 10_000 }] } : one;
  const { name } = itemOf(plan.body!.type) as GraphQLInputObjectType;
  const { id, ...others } = examples[name] as Json;
  const example = plan.inPath.size > 0 ? others : { id, ...others };
  return { required: true as const, content: { 'application/json': { schema, example } } };
}

function itemOf(type: GraphQLInputType): GraphQLInputType {
  const inner = getNullableType(type) as GraphQLInputType;
  return isListType(inner) ? itemOf(inner.ofType) : inner;
}

function responsesOf(plan: Plan, schemas: Json): Json {
  const { method, present, body, inPath, shape } = plan;
  const may = (...statuses: (number | 'default')[]) =>
    Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${nameOfProblem(status)}` }]));
  const always = may(400, 401, 403, 406, 429, 503, 'default');
  const missing = inPath.size > 0 && method !== 'PUT' ? may(404) : {};
  if (method === 'GET') {
    const isPage = shape.kind === 'items' && shape.isPage;
    const schema = answerSchema(shape, schemas);
    const told = { ...header('ETag'), ...(isPage ? header('Link') : {}) };
    return {
      200: { description: 'The answer.', headers: told, content: { 'application/json': { schema } } },
      304: { description: 'It is still the same.', headers: header('ETag') },
      ...always,
      ...missing,
    };
  }
  const receipt = { 'application/json': { schema: { $ref: '#/components/schemas/Receipt' } } };
  const told = header('Read-After');
  const written = (description: string, more = {}) => ({
    description,
    headers: { ...told, ...more },
    content: receipt,
  });
  const created = { 201: written('Created.', present ? header('Location') : {}) };
  if (method === 'DELETE')
    return { 204: { description: 'Deleted.', headers: told }, ...always, ...missing, ...may(409) };
  return {
    ...(method === 'PUT' ? { 200: written('Replaced.') } : {}),
    ...created,
    ...always,
    ...(body ? may(413, 415) : {}),
    ...(present && method === 'POST' ? may(409) : {}),
  };
}

function header(name: keyof typeof headers): Json {
  return { [name]: { $ref: `#/components/headers/${name}` } };
}

function answerSchema(shape: Shape, schemas: Json): Json {
  if (shape.kind !== 'items') return outputSchema(shape, schemas);
  const items = { type: 'array', items: outputSchema(shape.of, schemas) };
  if (!shape.isPage) return { type: 'object', required: ['items'], properties: { items } };
  const next = { type: ['string', 'null'], description: '`after` of the next page; null on the last one.' };
  const total = { type: 'integer', description: 'How many there are on all pages, where `total` asks for it.' };
  return { type: 'object', required: ['items', 'next'], properties: { items, next, total } };
}

function outputSchema(shape: Shape, schemas: Json): Json {
  const described = shape.description ? { description: shape.description } : {};
  if (shape.kind === 'leaf') {
    const values = shape.values ? { enum: shape.values } : {};
    return { ...nullable(scalarSchema(shape.scalar), shape.nullable), ...values, ...described };
  }
  if (shape.kind === 'id')
    return { ...nullable({ type: 'string' }, shape.nullable), description: described.description ?? 'Its id.' };
  if (shape.kind === 'items') return { type: 'array', items: outputSchema(shape.of, schemas), ...described };
  const fields = [...shape.fields].map(([name, field]) => [name, outputSchema(field, schemas)]);
  const object = { type: 'object', required: [...shape.fields.keys()], properties: Object.fromEntries(fields) };
  if (!shape.name) return { ...object, ...described };
  schemas[shape.name] = object;
  return { $ref: `#/components/schemas/${shape.name}`, ...described };
}

function inputSchema(type: GraphQLInputType, schemas: Json): Json {
  const inner = getNullableType(type) as GraphQLInputType;
  if (isListType(inner)) return { type: 'array', items: inputSchema(inner.ofType, schemas) };
  if (!isInputObjectType(inner)) return nullable(scalarSchema((inner as { name: string }).name), !isNonNullType(type));
  const fields = Object.values(inner.getFields());
  // An id may stand in the path instead, or is given.
  const required = fields.filter(({ name, type }) => isNonNullType(type) && name !== 'id').map(({ name }) => name);
  const properties = fields.map(({ name, type, description }) => [
    name,
    { ...inputSchema(type, schemas), ...(description ? { description } : {}) },
  ]);
  schemas[inner.name] = {
    type: 'object',
    required,
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
  return { $ref: `#/components/schemas/${inner.name}` };
}

function nullable(schema: { type?: string }, is: boolean): Json {
  return is && schema.type ? { ...schema, type: [schema.type, 'null'] } : schema;
}

function scalarSchema(name: string): { type?: string; format?: string } {
  return scalars[name] ?? { type: 'string' };
}

const scalars: Record<string, { type?: string; format?: string }> = {
  Boolean: { type: 'boolean' },
  Date: { type: 'string', format: 'date' },
  DateTime: { type: 'string', format: 'date-time' },
  Float: { type: 'number' },
  Int: { type: 'integer', format: 'int32' },
  JSON: {},
};
