import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, type Settings } from '../platform/config.ts';
import { projectRoot } from '../platform/root.ts';
import { isTenant } from '../schema/tenant.ts';
import { keepKey, newApiKey, readKeys } from '../subgraphs/identity/apiKeys.ts';

export interface CreateOptions {
  name: string;
  tenant: string;
  scope: string[];
}

/** Makes a key, and shows it this once. */
export async function create(settings: Settings, { name, tenant, scope }: CreateOptions): Promise<void> {
  refuseSetting(settings);
  if (!isTenant(tenant)) throw new Error('--tenant must be 1 to 100 letters, digits, dots, dashes or underscores.');
  const known = await scopesOfGraph();
  const unknown = scope.filter((one) => !known.includes(one));
  if (unknown.length > 0) throw new Error(`There is no scope ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  const isFirst = (await readKeys(settings)).size === 0;
  const { text, key } = newApiKey({ name, tenant, scopes: [...new Set(scope)].sort() });
  await keepKey(settings, key);
  console.log(text);
  console.error(`The key ${key.id} is not shown again. A gateway takes it within seconds.`);
  if (isFirst)
    console.error(
      'It is the first one. A gateway without identity must be started again, and then takes nobody without a token or key.',
    );
}

/** @param options `json`: as TRIBUTARY_API_KEYS takes them, those that are revoked left out */
export async function list(settings: Settings, options: { json: boolean }): Promise<void> {
  const keys = [...(await readKeys(settings)).values()];
  if (options.json) return console.log(JSON.stringify(keys.filter(({ revoked }) => !revoked)));
  for (const { id, name, tenant, scopes, created, revoked } of keys)
    console.log(
      `${id}  ${revoked ? `revoked ${revoked}` : `created ${created}`}  ${tenant}  ${scopes.join(' ')}  ${name}`,
    );
}

export async function revoke(settings: Settings, id: string): Promise<void> {
  refuseSetting(settings);
  const key = (await readKeys(settings)).get(id);
  if (!key) throw new Error(`There is no API key ${id}. \`tributary key list\` has them.`);
  if (!key.revoked) await keepKey(settings, { ...key, revoked: new Date().toISOString() });
  console.error(`The key ${id} is revoked. A gateway refuses it within seconds.`);
}

/** The scopes that anything in the graph needs. */
async function scopesOfGraph(): Promise<string[]> {
  const sdl = await readFile(join(projectRoot, 'schema', 'supergraph.graphql'), 'utf8');
  const lists = [...sdl.matchAll(/@requiresScopes\(scopes: (\[.*?\]\])\)/g)];
  return [...new Set(lists.flatMap(([, scopes]) => (JSON.parse(scopes!) as string[][]).flat()))].sort();
}

function refuseSetting({ TRIBUTARY_API_KEYS }: Settings): void {
  if (TRIBUTARY_API_KEYS)
    throw new ConfigurationError(
      'TRIBUTARY_API_KEYS is set, and then the keys of the data folder do not count. Leave it unset here, and set it to what `tributary key list --json` prints afterwards.',
    );
}
