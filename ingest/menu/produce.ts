import type { Publisher } from '../../platform/publish.ts';
import { parseJson } from '../../schema/contract.ts';
import { toItemChange } from '../../schema/menu/item.ts';
import { foundItem, foundTerm, itemColumns, termColumns } from '../../schema/menu/row.ts';
import { termKey, toTermChange } from '../../schema/menu/term.ts';
import { publicTenant } from '../../schema/tenant.ts';
import type { Produced } from '../produce.ts';
import { type FileDestination, type ProduceFileOptions, produceFile } from '../produceFile.ts';

/**
 * Publishes menu items on menu.items.
 * @param path a file of NDJSON or CSV, or `-` for standard input
 */
export const produceItems = producer({
  topic: 'menu.items',
  keyOf: (text) => toItemChange(parseJson(text)).id,
  columns: itemColumns,
  ofRow: foundItem,
});

/** Publishes terms on menu.terms, likewise. */
export const produceTerms = producer({
  topic: 'menu.terms',
  keyOf: (text) => termKey(publicTenant, toTermChange(parseJson(text)).id),
  columns: termColumns,
  ofRow: foundTerm,
});

function producer(destination: FileDestination) {
  return (
    path: string,
    options: ProduceFileOptions,
    publisher: Publisher,
    stopped: AbortSignal,
    progress: (produced: Produced) => void,
  ): Promise<Produced> => produceFile(path, destination, options, publisher, stopped, progress);
}
