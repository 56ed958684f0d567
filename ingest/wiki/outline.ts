import { hash } from 'node:crypto';

/** What must be known of an event before it is published as it came. */
export interface Outline {
  /** Key of the message: meta.id, else the title; null for what has neither, or is no event at all. */
  key: string | null;
  /** meta.id: Wikimedia's events always have one. */
  id: string | undefined;
  /** When it was made, milliseconds since 1970. */
  time: number | undefined;
  /** Wikimedia sends such events to see its own stream flow; they tell of no wiki. */
  isCanary: boolean;
}

export function outlineOf(data: string): Outline {
  const { meta, title, timestamp } = objectOf(parsed(data));
  const { id, dt, domain } = objectOf(meta);
  const time = typeof dt === 'string' ? Date.parse(dt) : Number(timestamp ?? Number.NaN) * 1000;
  return {
    key: textOf(id) ?? textOf(title) ?? null,
    id: textOf(id),
    time: Number.isNaN(time) ? undefined : time,
    isCanary: domain === 'canary',
  };
}

/**
 * What tells an event from others, short however long its ids are; undefined where nothing does, because different
 * events may have the same text.
 * @param id its meta.id
 * @param streamId the id that the server gave with this very event, for one without meta.id
 */
export function identityOf(id: string | undefined, streamId: string | undefined): string | undefined {
  if (id !== undefined) return hash('sha256', `meta ${id}`, 'base64');
  return streamId && hash('sha256', `stream ${streamId}`, 'base64');
}

/**
 * Whether an event is in the sample: of one id it is always the same, and a larger share holds the smaller ones.
 * @param id its meta.id, or its text where it has none
 */
export function isSampled(id: string, share: number): boolean {
  if (share >= 1) return true;
  return hash('sha256', id, 'buffer').readUIntBE(0, 6) / 2 ** 48 < share;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined; // it is published all the same, and shows up in dead.letters
  }
}

const objectOf = (value: unknown) =>
  (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
