import { cursorKeys } from '../platform/cursorKeys.ts';
import { Cursors } from '../subgraphs/streams/cursor.ts';
import { parseKeyRing } from '../subgraphs/streams/keys.ts';
import type { World } from './world.ts';

/** An event as Wikimedia sends it, with these properties; `at` is when it was made. */
export function wikiEvent(id: string, at: string | number | Date, properties: object = {}): Record<string, unknown> {
  const time = new Date(at);
  return {
    $schema: '/mediawiki/recentchange/1.0.0',
    meta: { id, dt: time.toISOString(), domain: 'en.example', stream: 'mediawiki.recentchange' },
    id: 1,
    type: 'edit',
    namespace: 0,
    title: 'Harbor seal',
    comment: '',
    timestamp: Math.floor(time.getTime() / 1000),
    user: 'Ada',
    bot: false,
    minor: false,
    length: { old: 100, new: 110 },
    revision: { old: 1, new: 2 },
    wiki: 'enwiki',
    ...properties,
  };
}

type Value = Record<string, unknown> | string | null;

/** Publishes as any Kafka client does. @returns the header with which a query sees what was published */
export async function publishEvents(world: World, values: Value[]): Promise<{ 'Read-After': string }> {
  const position = await world.publisher.publish(
    'wiki.edits',
    values.map((value) => ({
      key: keyOf(value),
      value: typeof value === 'string' ? value : value && JSON.stringify(value),
    })),
  );
  const cursors = new Cursors(parseKeyRing(await cursorKeys(world.settings)));
  return { 'Read-After': cursors.receipt('wiki.edits', position) };
}

function keyOf(value: Value): string | null {
  if (value === null || typeof value === 'string') return null;
  return (value.meta as { id?: string } | undefined)?.id ?? String(value.title);
}
