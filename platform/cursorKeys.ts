import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from './config.ts';

/** The keys that sign cursors: those of the configuration, else one that is made once and kept in the data folder. */
export async function cursorKeys(settings: Settings): Promise<string> {
  if (settings.TRIBUTARY_CURSOR_KEYS) return settings.TRIBUTARY_CURSOR_KEYS;
  const file = join(settings.TRIBUTARY_DATA, 'cursor.keys');
  await mkdir(settings.TRIBUTARY_DATA, { recursive: true });
  // Only who creates the file writes it, so that two starts at once end with one key.
  await writeFile(file, `local:${randomBytes(32).toString('base64url')}`, { flag: 'wx', mode: 0o600 }).catch(
    (error) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return readFile(file, 'utf8');
}
