import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { composeServices } from '@theguild/federation-composition';
import { buildSchema, execute, type GraphQLSchema, parse } from 'graphql';
import { stringify } from 'yaml';
import { openapiOf } from '../gateway/rest/openapi.ts';
import { errorCodes } from '../platform/errors.ts';
import { projectRoot } from '../platform/root.ts';
import { asyncapi } from '../schema/asyncapi.ts';
import { type AvroTopic, avroFile, avroSchemas } from '../schema/avro.ts';
import { subgraphSchemas } from '../subgraphs/roster.ts';

/** Writes every generated file; with `check`, only tells which are not up to date. */
export async function generate(check: boolean): Promise<void> {
  const files = generatedFiles();
  const stale: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const file = join(projectRoot, path);
    if ((await readFile(file, 'utf8').catch(() => '')) === text) continue;
    stale.push(path);
    if (check) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  if (check && stale.length > 0)
    throw new Error(`Not up to date: ${stale.join(', ')}. Run \`npx tributary generate\` and commit them.`);
  console.log(
    check ? 'Every generated file is up to date.' : `Wrote ${stale.length} of ${Object.keys(files).length} files.`,
  );
}

function generatedFiles(): Record<string, string> {
  const services = Object.entries(subgraphSchemas()).map(([name, schema]) => ({ name, sdl: sdlOf(schema) }));
  const { supergraph, graph } = compose(services);
  return {
    ...Object.fromEntries(services.map(({ name, sdl }) => [`schema/${name}/${name}.graphql`, sdl])),
    'schema/supergraph.graphql': supergraph,
    ...avroFiles(),
    'docs/asyncapi.yaml': asyncapi(),
    'docs/openapi.yaml': restDescription(graph),
    'docs/errors.md': errorTable(),
  };
}

function sdlOf(schema: GraphQLSchema): string {
  const result = execute({ schema, document: parse('{ _service { sdl } }') }) as {
    data: { _service: { sdl: string } };
  };
  return `${result.data._service.sdl.trim()}\n`;
}

/** @returns the graph as the gateway plans over it, and as clients see it */
function compose(services: { name: string; sdl: string }[]): { supergraph: string; graph: GraphQLSchema } {
  const result = composeServices(
    services.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: `http://${name}.subgraph/graphql` })),
  );
  if (result.errors)
    throw new Error(`The subgraphs do not compose:\n${result.errors.map(({ message }) => message).join('\n')}`);
  return { supergraph: `${result.supergraphSdl!.trim()}\n`, graph: buildSchema(result.publicSdl!) };
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
(\`GRAPHQL_PARSE_FAILED\`, \`GRAPHQL_VALIDATION_FAILED\`, \`OPERATION_RESOLUTION_FAILURE\`, \`BAD_REQUEST\`). In REST it is the \`code\` of the problem document.

| code | what it means, and what to do |
|---|---|
${rows.join('\n')}
`;
}
