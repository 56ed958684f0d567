import { ContractError, contract, parseJson } from '../contract.ts';
import { type RecentChange, recentChange } from './messages.ts';

/** A message of wiki.edits in its normal form: every property present, of whichever kind and age the event is. */
export interface WikiEdit {
  /** meta.id of the event, else its place in Kafka. */
  id: string;
  wiki: string;
  /** edit, new, log, categorize, external, or whatever else Wikimedia may invent. */
  type: string;
  title: string;
  user: string;
  bot: boolean;
  minor: boolean;
  namespace: number;
  comment: string;
  /** When the change was made, in milliseconds since 1970. */
  time: number;
  /** Bytes of the page before and after. */
  oldLength: number | null;
  newLength: number | null;
  /** Bytes added, below zero for bytes removed; null for what changes no page. */
  delta: number | null;
  revision: string | null;
  url: string | null;
}

/** Where a message stands in Kafka. */
export interface Place {
  /** Name without KAFKA_PREFIX. */
  topic: string;
  partition: number;
  offset: number | string;
}

/** rc_type, https://www.mediawiki.org/wiki/Manual:Recentchanges_table#rc_type. */
const typeNames = new Map(Object.entries({ 0: 'edit', 1: 'new', 3: 'log', 5: 'external', 6: 'categorize' }));

/** The first wiki began on 2001-01-15; and a table partitioned by time wants no events of the year 9999. */
const earliest = Date.UTC(2001, 0, 1);
const latest = Date.UTC(2100, 0, 1);

/** Real events have three levels. Whoever nests deeper may want to exhaust the stack of a reader. */
const deepest = 32;

const check = contract<RecentChange>(recentChange, 'a moment such as 2026-01-31T12:00:00Z');

/** @throws ContractError when the text is not an event of a wiki. */
export function parseWikiEdit(value: string | null, place: Place): WikiEdit {
  if (value === null) throw new ContractError('the message has no value; wiki.edits takes no deletions');
  return toWikiEdit(parseJson(value), place);
}

/** @throws ContractError when the object is not an event of a wiki. */
export function toWikiEdit(message: unknown, { topic, partition, offset }: Place): WikiEdit {
  if (isDeeper(message, deepest)) throw new ContractError(`the message is nested deeper than ${deepest} levels`);
  const event = check(message);
  const { wiki, title, user, comment, bot, minor, namespace, revision, meta, notify_url, title_url } = event;
  const type = typeNames.get(String(event.type)) ?? String(event.type);
  const oldLength = event.length?.old ?? null;
  const newLength = event.length?.new ?? null;
  return {
    id: wellFormed(meta?.id) || `${topic}/${partition}/${offset}`,
    wiki: wellFormed(wiki),
    type: wellFormed(type),
    title: wellFormed(title),
    user: wellFormed(user),
    bot: bot ?? false,
    minor: minor ?? false,
    namespace: namespace ?? 0,
    comment: wellFormed(comment),
    time: timeOf(event),
    oldLength,
    newLength,
    delta: deltaOf(type, oldLength, newLength),
    revision: revision?.new == null ? null : String(revision.new),
    url: wellFormed(notify_url) || wellFormed(title_url) || wellFormed(meta?.uri) || null,
  };
}

/** Before a page is new it has no length. Where an edit does not say what there was before, nobody knows. */
function deltaOf(type: string, oldLength: number | null, newLength: number | null): number | null {
  const before = oldLength ?? (type === 'new' ? 0 : null);
  return before === null || newLength === null ? null : newLength - before;
}

function timeOf({ timestamp, meta }: RecentChange): number {
  const time = timestamp != null ? timestamp * 1000 : meta?.dt != null ? Date.parse(meta.dt) : undefined;
  if (time === undefined) throw new ContractError('neither timestamp nor meta.dt says when it was');
  if (time >= earliest && time < latest) return time;
  const said = timestamp != null ? `timestamp ${timestamp}` : `meta.dt "${meta?.dt}"`;
  throw new ContractError(`${said} is not a time in seconds between 2001 and 2099`);
}

/** Half of a surrogate pair is no character: stores take none, and UTF-8 has none. */
function wellFormed(text: string | null | undefined): string {
  return text?.toWellFormed() ?? '';
}

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeeper(member, levels - 1));
}
