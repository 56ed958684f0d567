import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, type SettingName, type Settings } from './config.ts';

/**
 * The keys of a setting, as `id:secret,id:secret`; where it is empty, one that is made once and kept in a file of the
 * data folder.
 */
export async function keptKeys(settings: Settings, name: SettingName, file: string): Promise<string> {
  const given = settings[name];
  if (given) return String(given);
  const path = join(settings.TRIBUTARY_DATA, file);
  await mkdir(settings.TRIBUTARY_DATA, { recursive: true });
  // The file appears whole or not at all, and only once, so that starts at the same time end with one key.
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `local:${randomBytes(32).toString('base64url')}`, { flag: 'wx', mode: 0o600 });
  await link(draft, path)
    .catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    })
    .finally(() => rm(draft));
  return readFile(path, 'utf8');
}

/**
 * The entries of such a text.
 * @throws ConfigurationError that names the wrong entry by its place or id, never by its secret.
 */
export function keyEntries(name: SettingName, text: string): [id: string, secret: string][] {
  const seen = new Set<string>();
  return text.split(',').map((entry, index) => {
    const colon = entry.indexOf(':');
    const id = entry.slice(0, Math.max(colon, 0)).trim();
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id))
      throw new ConfigurationError(
        `Entry ${index + 1} of ${name} must be id:secret, the id 1 to 32 letters, digits, _ or -.`,
      );
    if (seen.has(id)) throw new ConfigurationError(`The id "${id}" is twice in ${name}.`);
    seen.add(id);
    return [id, entry.slice(colon + 1).trim()];
  });
}
