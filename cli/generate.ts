import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildSchema, execute, type GraphQLSchema, parse } from 'graphql';
import { stringify } from 'yaml';
import { openapiOf } from '../gateway/rest/openapi.ts';
import { errorCodes } from '../platform/errors.ts';
import { projectRoot, version } from '../platform/root.ts';
import { asyncapi } from '../schema/asyncapi.ts';
import { type AvroTopic, avroFile, avroSchemas } from '../schema/avro.ts';
import { subgraphSchemas } from '../subgraphs/roster.ts';
import { declarationFile, noDeclarations, refuseBreaking, releaseFile } from './breaking.ts';
import { type Composed, compose } from './compose.ts';

export interface GenerateOptions {
  /** Write nothing, and only tell which files are not up to date. */
  check?: boolean;
  /** Make the present graph the last release. */
  release?: boolean;
}

/**
 * Writes every generated file.
 * @throws Error when the graph breaks clients of the last release in a way that is not declared
 */
export async function generate({ check = false, release = false }: GenerateOptions): Promise<void> {
  const services = Object.entries(subgraphSchemas()).map(([name, schema]) => ({ name, sdl: sdlOf(schema) }));
  const composed = compose(services);
  const files = { ...generatedFiles(services, composed), ...(release ? released(composed) : {}) };
  const stale: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const file = join(projectRoot, path);
    if ((await readFile(file, 'utf8').catch(() => '')) === text) continue;
    stale.push(path);
    if (check) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const text = (path: string) => readFile(join(projectRoot, path), 'utf8');
  if (check && stale.length > 0)
    throw new Error(`Not up to date: ${stale.join(', ')}. Run \`npx tributary generate\` and commit them.`);
  await refuseBreaking(await text(releaseFile), composed.public, await text(declarationFile));
  console.log(
    check ? 'Every generated file is up to date.' : `Wrote ${stale.length} of ${Object.keys(files).length} files.`,
  );
}

function released(composed: Composed): Record<string, string> {
  const about = `# The graph as clients see it, of release ${version}.\n`;
  return { [releaseFile]: `${about}${composed.public}`, [declarationFile]: noDeclarations };
}

function generatedFiles(services: { name: string; sdl: string }[], composed: Composed): Record<string, string> {
  return {
    ...Object.fromEntries(services.map(({ name, sdl }) => [`schema/${name}/${name}.graphql`, sdl])),
    'schema/supergraph.graphql': composed.supergraph,
    ...avroFiles(),
    'docs/asyncapi.yaml': asyncapi(),
    'docs/openapi.yaml': restDescription(buildSchema(composed.public)),
    'docs/errors.md': errorTable(),
  };
}

function sdlOf(schema: GraphQLSchema): string {
  const result = execute({ schema, document: parse('{ _service { sdl } }') }) as {
    data: { _service: { sdl: string } };
  };
  return `${result.data._service.sdl.trim()}\n`;
}

function restDescription(graph: GraphQLSchema): string {
  return stringify(openapiOf(graph), { lineWidth: 120, aliasDuplicateObjects: false });
}

function avroFiles(): Record<string, string> {
  const files = Object.entries(avroSchemas).map(([topic, schema]) => [
    avroFile(topic as AvroTopic),
    `${JSON.stringify(schema, null, 2)}\n`,
  ]);
  return Object.fromEntries(files);
}

function errorTable(): string {
  const rows = Object.entries(errorCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return `# Error codes

Every error of the graph carries one of these in \`extensions.code\`, beside those of GraphQL itself
(\`GRAPHQL_PARSE_FAILED\`, \`GRAPHQL_VALIDATION_FAILED\`, \`OPERATION_RESOLUTION_FAILURE\`, \`BAD_REQUEST\`).

| code | what it means, and what to do |
|---|---|
${rows.join('\n')}
`;
}
