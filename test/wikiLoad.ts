import type { ClickHouseClient } from '@clickhouse/client';
import { generator } from '../ingest/random.ts';
import type { TopicMessage } from './topic.ts';

/** What must stand in the table about an event: its columns in order, without those that say where it stood. */
export type Expected = [
  id: string | null,
  wiki: string,
  type: string,
  title: string,
  user: string,
  bot: boolean,
  minor: boolean,
  namespace: number,
  comment: string,
  folded: string,
  time: number,
  oldLength: number | null,
  newLength: number | null,
  delta: number | null,
  revision: string | null,
  url: string | null,
];

/** A message as it is published, and what must come of it; nothing when it breaks the contract. */
export interface WikiLoadMessage {
  key: string;
  value: Buffer | string | null;
  /** Its number in the load, so that it is known again wherever it stands. */
  headers: { number: string };
  expected?: Expected;
}

const bad: (Buffer | string | null)[] = [
  null,
  '',
  '{"type":"edit",',
  Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x80]),
  `{"type":"edit","wiki":"enwiki","title":"x","timestamp":1700000000,"deep":${'['.repeat(40)}${']'.repeat(40)}}`,
  '{"type":"edit","wiki":"enwiki","title":"no time"}',
  '{"type":"edit","wiki":"enwiki","title":"too early","timestamp":17}',
  '{"type":"edit","wiki":"enwiki","title":"x","timestamp":1700000000,"bot":"yes"}',
];

const numberOf: Record<string, number> = { edit: 0, new: 1, log: 3, external: 5, categorize: 6 };
const kinds = ['edit', 'edit', 'edit', 'edit', 'new', 'log', 'categorize', 'external', 'invented'];
const comments = ['', 'typo', 'TYPO Again', 'Ünïcode 😀', '/* History */ a "quoted"\n\tline\\', 'ÀÉÎ'];

/**
 * Events of every kind: of now and of older forms, without id, without lengths, with lengths unknown to either side;
 * events that come again, sometimes changed and sometimes in another partition; and messages that break the contract.
 * The same every time.
 */
export function wikiLoad(count: number, seed = 11): WikiLoadMessage[] {
  const random = generator(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const load: WikiLoadMessage[] = [];
  for (let number = 0; number < count; number++) {
    const headers = { number: String(number) };
    const kind = below(100);
    const earlier = load[number - 1 - below(2_000)];
    if (kind === 0) load.push({ headers, key: `bad-${number}`, value: bad[below(bad.length)]! });
    else if (kind < 8 && earlier?.expected) load.push({ ...again(earlier, below(4), number), headers });
    else load.push({ ...event(number, below), headers });
  }
  return load;
}

/** An event that came before: as it was, with another comment, or where another key has put it. */
function again(earlier: WikiLoadMessage, way: number, number: number): Omit<WikiLoadMessage, 'headers'> {
  const { key, value, expected } = earlier;
  if (way === 0) return { key: `elsewhere-${number}`, value, expected: expected! };
  if (way > 1) return { key, value, expected: expected! };
  const comment = `changed ${number}`;
  const changed: Expected = [...expected!];
  changed[8] = changed[9] = comment;
  return { key, value: JSON.stringify({ ...JSON.parse(String(value)), comment }), expected: changed };
}

function event(number: number, below: (limit: number) => number): Omit<WikiLoadMessage, 'headers'> {
  const isOlder = below(10) === 0; // no meta, and so no id
  const type = kinds[below(kinds.length)]!;
  const isNumeric = type in numberOf && below(12) === 0;
  const seconds = Date.UTC(2024, 0, 1) / 1_000 + number * 20 + below(100);
  const milliseconds = below(1_000);
  const byMeta = !isOlder && below(5) === 0; // only meta.dt says when it was
  const id = isOlder || below(50) === 0 ? null : `event-${number}`;
  const title = `${['Talk:', '', 'Ω '][below(3)]}Page ${below(3_000)}`;
  const wiki = ['enwiki', 'dewiki', 'commonswiki', 'wikidatawiki'][below(4)]!;
  const user = below(20) ? `User ${below(500)}` : null;
  const bot = below(3) === 0 ? true : below(5) === 0 ? null : false;
  const minor = below(4) === 0 ? undefined : below(2) === 0;
  const namespace = below(8) ? [0, 1, -1, 14][below(4)]! : undefined;
  const comment = below(30) ? comments[below(comments.length)]! : null;
  const before = type === 'new' || below(6) === 0 ? null : below(60_000);
  const after = type === 'log' || below(9) === 0 ? null : below(60_000);
  const hasLength = type !== 'categorize' && (before !== null || after !== null);
  const revision = below(5) ? 1_000_000 + number : null;
  const notify = below(3) === 0 ? `https://example.org/w/?diff=${number}` : null;
  const address = below(3) === 0 ? `https://example.org/wiki/${number}` : undefined;
  const value = JSON.stringify({
    $schema: isOlder ? undefined : '/mediawiki/recentchange/1.0.0',
    ...(isOlder
      ? {}
      : {
          meta: {
            ...(id === null ? {} : { id }),
            dt: new Date(seconds * 1_000 + milliseconds).toISOString(),
            uri: address,
            domain: 'example.org',
          },
        }),
    type: isNumeric ? numberOf[type] : type,
    ...(byMeta ? {} : { timestamp: seconds }),
    ...{ wiki, title, user, bot, minor, namespace, comment },
    ...(hasLength ? { length: { ...(before === null ? {} : { old: before }), new: after } } : {}),
    ...(revision === null ? {} : { revision: { old: null, new: revision } }),
    notify_url: notify,
    unknown: { nested: [number, 'ü'] },
  });
  const old = hasLength ? before : null;
  const now = hasLength ? after : null;
  const from = old ?? (type === 'new' ? 0 : null);
  const time = byMeta ? seconds * 1_000 + milliseconds : seconds * 1_000;
  return {
    key: id ?? title,
    value,
    expected: [
      ...([id, wiki, type, title, user ?? '', bot ?? false, minor ?? false, namespace ?? 0] as const),
      ...([comment ?? '', (comment ?? '').toLowerCase(), time, old, now] as const),
      from === null || now === null ? null : now - from,
      revision === null ? null : String(revision),
      notify ?? (isOlder ? null : (address ?? null)),
    ],
  };
}

/** What must stand in the table, and in dead.letters, by place in Kafka: written for plainness. */
export function foldWiki(load: WikiLoadMessage[], topic: TopicMessage[]) {
  const rows = new Map<string, { place: [offset: number, partition: number]; row: unknown[] }>();
  const letters: string[] = [];
  for (const { partition, offset, headers, value } of topic) {
    const { expected } = load[Number(headers.number)]!;
    if (!expected) {
      letters.push(`${partition}/${offset} ${value?.toString('hex')}`);
      continue;
    }
    const id = expected[0] ?? `wiki.edits/${partition}/${offset}`;
    const identity = `${expected[10]} ${id}`;
    const place: [number, number] = [Number(offset), partition];
    const present = rows.get(identity)?.place;
    if (present && (present[0] < place[0] || (present[0] === place[0] && present[1] < place[1]))) continue;
    rows.set(identity, { place, row: [id, ...expected.slice(1), value!.toString(), partition, Number(offset)] });
  }
  return { rows: [...rows.values()].map(({ row }) => JSON.stringify(row)).sort(), letters: letters.sort() };
}

/** Every row of the table of edits, with all columns. */
export async function editsStored(clickhouse: ClickHouseClient): Promise<string[]> {
  const result = await clickhouse.query({
    query: `SELECT id, wiki, type, title, user, bot, minor, namespace, comment, folded, toUnixTimestamp64Milli(time),
              old_length, new_length, delta, revision, url, raw, partition, offset
            FROM wiki_edits FINAL`,
    format: 'JSONCompactEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return (await result.json<unknown[]>()).map((row) => JSON.stringify(row)).sort();
}
