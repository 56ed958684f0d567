import { createHash } from 'node:crypto';

/** What a cursor is bound to, beside its stream. */
export interface Scope {
  /** Name of the subscription field. */
  field: string;
  /** Arguments that choose the events; not `after`, `since` and `until`, which may differ on every resume. */
  filter?: unknown;
  /** The caller's tenant. */
  tenant?: string | null;
}

export const scopeBytes = 8;

/**
 * A short name of the scope: equal for equal meanings, and as good as never for others. Eight bytes are enough,
 * because who finds a second scope of the same name has won a position, and a position is not a permission.
 */
export function digestScope({ field, filter, tenant }: Scope): Buffer {
  const text = JSON.stringify([field, canonical(filter) ?? null, tenant ?? null]);
  return createHash('sha256').update(text).digest().subarray(0, scopeBytes);
}

/** The same value whatever the order of its keys; a key that is undefined or null counts as absent. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => canonical(item) ?? null);
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonical(value.toJSON());
  const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, canonical(member)]));
}
