import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { readSettings } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import { projectRoot } from '../../platform/root.ts';
import type { Streams } from '../../subgraphs/streams/stream.ts';
import { schemasOf } from '../../test/openapiSchemas.ts';
import { openGateway } from '../gateway.ts';
import { type Json, type OpenApi, openapiOf } from './openapi.ts';
import { docsPage } from './page.ts';
import { routes } from './routes.ts';

let document: OpenApi;
beforeAll(async () => {
  const log = createLogger('test', 'silent');
  const gateway = await openGateway({
    subgraphs: [],
    streams: {} as Streams,
    readAfterTimeoutMs: 1,
    limits: readSettings({}),
    log,
  });
  document = JSON.parse(JSON.stringify(openapiOf(await gateway.getSchema())));
  await gateway[Symbol.asyncDispose]();
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({ path, verb, ...operation })),
  );

/** Everything in the document that has a name of its own, by name. */
function* found(value: unknown, name: string): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, name)) yield (value as Json)[name];
  for (const inner of Object.values(value)) yield* found(inner, name);
}

/** What the specification asks of a document, as far as this one uses it: https://spec.openapis.org/oas/v3.1.1.html */
const reference = {
  type: 'object',
  required: ['$ref'],
  properties: { $ref: { type: 'string' } },
  additionalProperties: false,
};
const orReference = (schema: object) => ({ oneOf: [reference, schema] });
const closed = (required: Json, optional: Json = {}) => ({
  type: 'object',
  required: Object.keys(required),
  properties: { ...required, ...optional },
  additionalProperties: false,
});
const text = { type: 'string', minLength: 1 };
const mapOf = (schema: object, pattern = '^[A-Za-z0-9._-]+$') => ({
  type: 'object',
  patternProperties: { [pattern]: schema },
  additionalProperties: false,
});
const content = mapOf(closed({ schema: { type: 'object' } }, { example: {} }), '^[a-z]+/[a-z+.-]+$');
const header = closed({ schema: { type: 'object' } }, { description: text });
const response = closed({ description: text }, { headers: mapOf(orReference(header)), content });
const parameter = closed(
  ...([
    { name: text, in: { enum: ['path', 'query', 'header'] }, schema: { type: 'object' } },
    { required: { type: 'boolean' }, description: text, example: {} },
  ] as const),
);
const operation = closed(
  ...([
    { responses: mapOf(orReference(response), '^([1-5]\\d\\d|default)$') },
    {
      ...{ operationId: text, summary: text, tags: { type: 'array', items: text } },
      parameters: { type: 'array', items: parameter },
      requestBody: closed({ content }, { required: { type: 'boolean' } }),
      security: { type: 'array', items: mapOf({ type: 'array', items: text }) },
    },
  ] as const),
);
const verbs = Object.fromEntries(['get', 'put', 'post', 'delete'].map((verb) => [verb, operation]));
const openApi31 = closed(
  ...([
    {
      openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
      info: closed(
        { title: text, version: text },
        { description: text, license: closed({ name: text }, { identifier: text }) },
      ),
      paths: { type: 'object', patternProperties: { '^/': closed({}, verbs) }, additionalProperties: false },
    },
    {
      servers: { type: 'array', items: closed({ url: text }) },
      security: { type: 'array', items: mapOf({ type: 'array', items: text }) },
      tags: { type: 'array', items: closed({ name: text }, { description: text }) },
      components: closed(
        {},
        {
          ...{ schemas: mapOf({ type: 'object' }), responses: mapOf(orReference(response)), headers: mapOf(header) },
          securitySchemes: mapOf({
            oneOf: [
              closed({ type: { const: 'http' }, scheme: text }, { bearerFormat: text }),
              closed({ type: { const: 'apiKey' }, name: text, in: { enum: ['query', 'header', 'cookie'] } }),
            ],
          }),
        },
      ),
    },
  ] as const),
);

test('the document has the form of OpenAPI 3.1', () => {
  const validate = new Ajv2020({ allErrors: true }).compile(openApi31);
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
});

test('whatever it refers to is there, and has a name of its own', () => {
  for (const reference of found(document, '$ref')) {
    const parts = (reference as string).split('/').slice(1);
    expect(parts.reduce((value, part) => value?.[part] as Json, document as Json | undefined)).toBeDefined();
  }
  const ids = operations().map(({ operationId }) => operationId);
  expect(ids).toEqual([...new Set(ids)]);
  const tags = document.tags.map(({ name }) => name);
  expect(new Set(operations().flatMap(({ tags }) => tags))).toEqual(new Set(tags));
  const schemes = Object.keys(document.components.securitySchemes!);
  for (const needed of document.security as Json[])
    for (const name of Object.keys(needed)) expect(schemes).toContain(name);
});

test('it describes every route, and each name in its path', () => {
  const described = operations().map(({ verb, path }) => `${verb.toUpperCase()} ${path}`);
  expect(described).toEqual(expect.arrayContaining(routes.map(({ method, path }) => `${method} ${path}`)));
  for (const { path, parameters = [] } of operations()) {
    const named = parameters.filter((parameter) => parameter.in === 'path');
    expect(named.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(named.every(({ required }) => required)).toBe(true);
  }
});

test('every schema is one of JSON Schema 2020-12, and the examples keep to theirs', () => {
  const schemas = [...found(document.paths, 'schema'), ...Object.values(document.components.schemas!)];
  const compiled = schemasOf(document);
  for (const schema of schemas) compiled(schema as Json);
  let examples = 0;
  const hold = ({ schema, example }: { schema: Json; example?: unknown }) => {
    if (example === undefined) return;
    const validate = compiled(schema);
    expect([validate(example), example, validate.errors]).toEqual([true, example, null]);
    examples++;
  };
  for (const { parameters = [], requestBody } of operations()) {
    parameters.forEach(hold);
    Object.values(requestBody?.content ?? {}).forEach(hold);
  }
  expect(examples).toBeGreaterThan(60);
});

test('the file in docs/ is what the gateway serves', () => {
  expect(parseYaml(readFileSync(join(projectRoot, 'docs', 'openapi.yaml'), 'utf8'))).toEqual(document);
});

test('the page for people has every operation, and loads nothing', () => {
  const page = docsPage(document);
  for (const { operationId, path } of operations()) {
    expect(page).toContain(`<article id="${operationId}">`);
    expect(page).toContain(path);
  }
  expect(page).toContain('curl -s &#39;http://127.0.0.1:4000/people?name=lind&#39;');
  expect(page).not.toMatch(/<script|\b(src|@import)\b|href="(?![#/])/);
  expect(docsPage({ ...document, info: { ...document.info, title: '<script>' } })).not.toContain('<script');
});
