import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { parse } from 'yaml';

export const releaseFile = 'schema/release.graphql';
export const declarationFile = 'schema/breaking.yaml';

/** The declarations when nothing is declared. */
export const noDeclarations = `# What breaks clients of the last release, which is release.graphql: a line each, of its place in the graph, and why.
#
#     Company.headcount: Nobody knows it.
#
# \`npx tributary generate --release\` makes the present graph the last release, and empties this file.
`;

/**
 * Holds the graph against that of the last release.
 * @param declarations YAML: by their places in the graph, why changes that break clients were made
 * @throws Error that names each breaking change that is not declared, and each declared one that is none
 */
export async function refuseBreaking(release: string, present: string, declarations: string): Promise<void> {
  const declared = declaredIn(declarations);
  const changes = await diff(buildSchema(release), buildSchema(present));
  const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
  const faults = breaking
    .filter(({ path = '' }) => !declared.has(path))
    .map(({ path, message }) => `- ${path}: ${message}. Take it back, or declare it: a line "${path}: why".`);
  const places = new Set(breaking.map(({ path }) => path));
  for (const path of declared.keys())
    if (!places.has(path)) faults.push(`- ${path}: declared, but nothing there breaks a client. Take the line out.`);
  if (faults.length > 0)
    throw new Error(
      `Since the last release (${releaseFile}) the graph has changed otherwise than ${declarationFile} declares:\n${faults.join('\n')}`,
    );
}

function declaredIn(text: string): Map<string, string> {
  const declared = new Map<string, unknown>(Object.entries((parse(text) as object | null) ?? {}));
  for (const [path, why] of declared)
    if (typeof why !== 'string' || why.trim() === '') throw new Error(`${declarationFile} does not say why ${path}.`);
  return declared as Map<string, string>;
}
