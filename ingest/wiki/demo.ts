import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { messageOf } from '../../platform/errors.ts';
import { rangeOf } from '../../platform/offsets.ts';
import { Publisher } from '../../platform/publish.ts';
import type { RecentChange } from '../../schema/wiki/messages.ts';
import { peopleDemo } from '../people/demo.ts';
import { generator } from '../random.ts';
import type { SourceReport } from './source.ts';

/** How much is published at once where there is nothing yet, in seconds. */
const historySeconds = 6 * 3600;
const batchSize = 1_000;
const retryMs = 1_000;

/**
 * Publishes invented edits until it is stopped: hours of them when the topic is empty, then those of each second when it
 * is over. What it publishes again, after a broker was away, has the same ids and so replaces itself.
 */
export async function playDemo(
  kafka: Kafka,
  prefix: string,
  stopped: AbortSignal,
  report: SourceReport,
): Promise<void> {
  const { oldest, end } = await rangeOf(kafka, `${prefix}wiki.edits`);
  const isEmpty = end.every((offset, partition) => offset === oldest[partition]);
  const publisher = new Publisher(kafka, prefix);
  const now = Math.floor(Date.now() / 1000);
  let next = isEmpty ? now - historySeconds : now;
  report.begins(`Invents edits since ${new Date(next * 1000).toISOString()}`);
  try {
    while (!stopped.aborted) {
      const over = Math.floor(Date.now() / 1000);
      try {
        await publishInvented(publisher, next, over, (count, time) => report.published(count, time));
        next = over;
      } catch (error) {
        report.warn(`${messageOf(error)}; Kafka is tried again`);
        await delay(retryMs, undefined, { signal: stopped }).catch(() => {});
        continue;
      }
      await delay((next + 1) * 1000 - Date.now(), undefined, { signal: stopped }).catch(() => {});
    }
  } finally {
    await publisher.close();
  }
}

/** Publishes the invented edits of [from, to), seconds since 1970. @throws TributaryError BROKER_UNAVAILABLE */
export async function publishInvented(
  publisher: Publisher,
  from: number,
  to: number,
  published: (count: number, time: number) => void = () => {},
): Promise<void> {
  let batch: RecentChange[] = [];
  for (let second = from; second < to; second++) {
    batch.push(...inventedEdits(second));
    if (batch.length === 0 || (batch.length < batchSize && second < to - 1)) continue;
    await publisher.publish(
      'wiki.edits',
      batch.map((event) => ({ key: event.meta!.id!, value: JSON.stringify(event) })),
    );
    published(batch.length, second * 1000);
    batch = [];
  }
}

const seed = 20260131;

const wikis = [
  { wiki: 'enwiki', domain: 'en.wikipedia.example', category: 'Category', user: 'User' },
  { wiki: 'dewiki', domain: 'de.wikipedia.example', category: 'Kategorie', user: 'Benutzer' },
  { wiki: 'frwiki', domain: 'fr.wikipedia.example', category: 'Catégorie', user: 'Utilisateur' },
  { wiki: 'jawiki', domain: 'ja.wikipedia.example', category: 'Category', user: '利用者' },
  { wiki: 'commonswiki', domain: 'commons.wikimedia.example', category: 'Category', user: 'User' },
  { wiki: 'wikidatawiki', domain: 'www.wikidata.example', category: 'Category', user: 'User' },
];
type Wiki = (typeof wikis)[number];

const companies = peopleDemo().flatMap((message) => (message.type === 'Company' ? [message.data.company_name!] : []));
const subjects =
  `Harbor seal, Tide table, Granite, Copper, Juniper, Kestrel, Saltmarsh, Fjord, Lighthouse, Slate roof, Tram, Viaduct,
  Ångström, Élodie, Søren, 東京, 御木本幸吉, Rye bread, Winter barley, Northern pike, Polar night, Quarry, Signal box,
  Meridian, Nimbus cloud, Willow, Lantern, Mosaic, Cedar, Orchard, Beacon, Bluefin tuna, Atlas, Vireo, Lumen, Peat`
    .split(',')
    .map((title) => title.trim());
const people = [
  'Ada',
  'Brontë',
  'Chidi',
  'Dagny',
  'Emre',
  'Fumiko',
  'Goran',
  'Hye-jin',
  'Ines',
  'Jörg',
  'Kofi',
  'Leila',
];
const bots = ['TidyBot', 'LinkMenderBot', 'ArchiveBot', 'TranslatorBot'];
const comments = [
  '',
  'typo',
  'added a source',
  'rv test',
  '/* History */ expanded',
  'links',
  'copy edit',
  'updated figures',
];

/**
 * The edits of one second that nobody made: of the same second always the same, more of them by day than by night.
 * Their addresses end in .example, so that no link leads to a page that has never seen them.
 * @param second since 1970
 */
export function inventedEdits(second: number): RecentChange[] {
  const random = generator(seed ^ second);
  const hour = (second / 3600) % 24;
  const perSecond = 2 + Math.sin(((hour - 9) / 24) * 2 * Math.PI);
  const count = Math.floor(perSecond * 2 * random() + 0.5);
  return Array.from({ length: count }, (_, at) => inventedEdit(second, at, random));
}

function inventedEdit(second: number, at: number, random: () => number): RecentChange {
  const one = <T>(all: readonly T[], skew = 1): T => all[Math.floor(all.length * random() ** skew)]!;
  const place = one(wikis, 2);
  const bot = random() < (place.wiki === 'wikidatawiki' ? 0.6 : 0.15);
  const user = bot ? one(bots, 2) : inventedUser(one(people, 1.5), random());
  const number = second * 8 + at;
  const page = pageOf(place, one(random() < 0.3 ? companies : subjects, 2), Math.floor(random() ** 2 * 500));
  const common = { meta: metaOf(place, second, at, random), id: number, user, bot, comment: one(comments) };
  const kind = random();
  if (kind < 0.15)
    return event(place, second, {
      ...common,
      type: 'categorize',
      namespace: 14,
      title: `${place.category}:${one(subjects)}`,
    });
  if (kind < 0.25) {
    const log = { log_id: number, log_type: 'thanks', log_action: 'thank', log_params: [], log_action_comment: '' };
    return event(place, second, {
      ...common,
      ...log,
      type: 'log',
      namespace: 2,
      title: `${place.user}:${one(people)}`,
    });
  }
  if (kind < 0.28) return event(place, second, { ...common, type: 'external', ...page });
  const old = Math.floor(200 + random() ** 3 * 60_000);
  const change = Math.floor((random() - 0.3) * random() ** 4 * 4_000) || 1;
  const minor = random() < 0.3;
  if (kind < 0.34)
    return event(place, second, {
      ...common,
      ...page,
      type: 'new',
      minor,
      length: { new: old },
      revision: { new: number },
    });
  const length = { old, new: Math.max(0, old + change) };
  const revision = { old: number - 10_000 - Math.floor(random() * 1e6), new: number };
  return event(place, second, { ...common, ...page, type: 'edit', minor, length, revision });
}

function event({ wiki, domain }: Wiki, second: number, properties: object): RecentChange {
  const { title, revision } = properties as { title: string; revision?: { new: number } };
  const server_url = `https://${domain}`;
  return {
    $schema: '/mediawiki/recentchange/1.0.0',
    ...properties,
    timestamp: second,
    title_url: `${server_url}/wiki/${encodeURIComponent(title.replaceAll(' ', '_'))}`,
    ...(revision ? { notify_url: `${server_url}/w/index.php?diff=${revision.new}` } : {}),
    server_url,
    server_name: domain,
    server_script_path: '/w',
    wiki,
  } as unknown as RecentChange;
}

function metaOf({ domain }: Wiki, second: number, at: number, random: () => number) {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  const id = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5');
  const dt = new Date(second * 1000 + at * 100).toISOString();
  return { id, dt, domain, stream: 'mediawiki.recentchange' };
}

/** An item of Wikidata has a number, a file of Commons an end. */
function pageOf({ wiki }: Wiki, title: string, number: number) {
  if (wiki === 'wikidatawiki') return { namespace: 0, title: `Q${10_000 + number}` };
  if (wiki === 'commonswiki') return { namespace: 6, title: `File:${title} ${number}.jpg` };
  return number % 8 === 1 ? { namespace: 1, title: `Talk:${title}` } : { namespace: 0, title };
}

/** Who is not signed in shows an address, which here is one of those kept for documentation (RFC 5737). */
function inventedUser(name: string, chance: number): string {
  return chance < 0.15 ? `192.0.2.${1 + Math.floor(chance * 1000)}` : name;
}
