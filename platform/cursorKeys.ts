import type { Settings } from './config.ts';
import { keptKeys } from './keptKeys.ts';

/** The keys that sign cursors: those of the configuration, else one that is made once and kept in the data folder. */
export function cursorKeys(settings: Settings): Promise<string> {
  return keptKeys(settings, 'TRIBUTARY_CURSOR_KEYS', 'cursor.keys');
}
