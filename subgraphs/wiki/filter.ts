import { TributaryError } from '../../platform/errors.ts';
import { fold } from '../../schema/fold.ts';
import type { WikiEdit } from '../../schema/wiki/edit.ts';
import type { WikiFilter } from './types.ts';

/** A filter in its one form: lists without repetition and in order, the comment folded, null for what is not asked. */
export interface EditFilter {
  wikis: string[] | null;
  types: string[] | null;
  titles: string[] | null;
  users: string[] | null;
  namespaces: number[] | null;
  bot: boolean | null;
  minor: boolean | null;
  comment: string | null;
}

const longestList = 1_000;
/** In bytes. ClickHouse takes 128 KiB a parameter, http_max_field_value_size, which a statement cannot change. */
const longestValue = 100_000;

/** @throws TributaryError BAD_USER_INPUT when a list or a text is too long. */
export function editFilter(where: WikiFilter | null | undefined): EditFilter {
  const list = <T extends string | number>(name: keyof WikiFilter): T[] | null => {
    const values = where?.[name] as T[] | null | undefined;
    if (values == null) return null;
    if (values.length > longestList)
      throw new TributaryError(
        'BAD_USER_INPUT',
        `where.${name} holds ${values.length} values; give at most ${longestList}.`,
      );
    return fitting(name, [...new Set(values)].sort());
  };
  return {
    wikis: list('wikis'),
    types: list('types'),
    titles: list('titles'),
    users: list('users'),
    namespaces: list('namespaces'),
    bot: where?.bot ?? null,
    minor: where?.minor ?? null,
    comment: where?.comment ? fitting('comment', fold(where.comment)) : null,
  };
}

function fitting<T>(name: keyof WikiFilter, value: T): T {
  // Nothing is longer in the text of a parameter than in JSON, but quotes.
  const bytes = Buffer.byteLength(JSON.stringify(value).replaceAll("'", "\\'"));
  if (bytes <= longestValue) return value;
  throw new TributaryError(
    'BAD_USER_INPUT',
    `where.${name} takes ${bytes} bytes as JSON, with ' as \\'; give at most ${longestValue}.`,
  );
}

/** Whether an edit belongs to the filter. `conditions` says the same to ClickHouse; a test holds them together. */
export function matches(edit: WikiEdit, filter: EditFilter): boolean {
  const { wikis, types, titles, users, namespaces, bot, minor, comment } = filter;
  return (
    (wikis === null || wikis.includes(edit.wiki)) &&
    (types === null || types.includes(edit.type)) &&
    (titles === null || titles.includes(edit.title)) &&
    (users === null || users.includes(edit.user)) &&
    (namespaces === null || namespaces.includes(edit.namespace)) &&
    (bot === null || bot === edit.bot) &&
    (minor === null || minor === edit.minor) &&
    (comment === null || fold(edit.comment).includes(comment))
  );
}

const conditionOf: Record<keyof EditFilter, string> = {
  wikis: 'wiki IN {wikis:Array(String)}',
  types: 'type IN {types:Array(String)}',
  titles: 'title IN {titles:Array(String)}',
  users: 'user IN {users:Array(String)}',
  namespaces: 'namespace IN {namespaces:Array(Int32)}',
  bot: 'bot = {bot:Bool}',
  minor: 'minor = {minor:Bool}',
  comment: 'position(folded, {comment:String}) > 0',
};

/** The filter as conditions on rows of wiki_edits; their parameters are the members of the filter. */
export function conditions(filter: EditFilter): string[] {
  return (Object.keys(conditionOf) as (keyof EditFilter)[])
    .filter((name) => filter[name] !== null)
    .map((name) => conditionOf[name]);
}
