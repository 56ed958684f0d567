import type { Tables } from '../../platform/clickhouse.ts';
import type { WikiEdit as Edit } from '../../schema/wiki/edit.ts';
import { batched } from '../batch.ts';
import { type Connection, type PageRequest, page, type SortKey } from '../connection.ts';
import type { Buckets, Span } from '../span.ts';
import type { Position } from '../streams/position.ts';
import type { EditFilter } from './filter.ts';
import * as sql from './statements.ts';
import { WikiActivity, WikiEdit, WikiRank } from './types.ts';

interface EditRow extends Omit<Edit, 'time' | 'oldLength' | 'newLength'> {
  moment: number;
  old_length: number | null;
  new_length: number | null;
}
type Owned<Row> = Row & { owner: string };
interface ActivityRow {
  bucket: number;
  edits: number;
  bots: number;
  users: number;
  added: number;
  removed: number;
}

const hourMs = 3_600_000;

/** An example of the sort key, for checking cursors. */
export const editOrder: SortKey = [0, 'id'];

/** What can be asked of the edits. Questions about one company or one edit are gathered into one statement a tick. */
export class WikiQuestions {
  constructor(readonly tables: Tables) {}

  readonly #byId = batched((owners: string[], _: object) =>
    this.tables.read<Owned<EditRow>>(sql.editsById, { owners }),
  );
  readonly #raw = batched((owners: string[], _: object) =>
    this.tables.read<Owned<{ raw: string }>>(sql.rawOf, { owners }),
  );
  readonly #byTitle = batched(
    (owners: string[], { span, after, limit }: { span: Span; after: SortKey | null; limit: number }) =>
      this.tables.read<Owned<EditRow>>(
        sql.editsByTitle(span, after),
        bound({ owners, limit, ...span, ...afterKey(after) }),
      ),
  );
  readonly #countByTitle = batched((owners: string[], { span }: { span: Span }) =>
    this.tables.read<Owned<{ total: number }>>(sql.countEditsByTitle(span), bound({ owners, ...span })),
  );

  async edit(id: string): Promise<WikiEdit | null> {
    const [row] = await this.#byId(id, {});
    return row ? toEdit(row) : null;
  }

  /** The event as it came. */
  async raw({ id, time, message }: WikiEdit): Promise<unknown> {
    if (message !== undefined) return JSON.parse(message);
    const [row] = await this.#raw(`${time.getTime()}/${id}`, {});
    if (!row) throw new Error(`the edit ${id} has left the table`);
    return JSON.parse(row.raw);
  }

  async edits(span: Span, filter: EditFilter, request: PageRequest): Promise<Connection<WikiEdit>> {
    const { first, after } = request;
    const rows = await this.#newest(span, filter, after, first + 1);
    return page(rows, request, editKey, toEdit, async () => {
      const [counted] = await this.tables.read<{ total: number }>(
        sql.countEdits(span, filter),
        bound({ ...span, ...filter }),
      );
      return Number(counted!.total);
    });
  }

  /** Looks at the newest hour first, then at ever longer times before it, because most lists end within the first. */
  async #newest(span: Span, filter: EditFilter, after: SortKey | null, limit: number): Promise<EditRow[]> {
    const [all] = await this.tables.read<{ oldest: number; newest: number }>(sql.extent, {});
    const from = Math.max(span.from ?? 0, Number(all!.oldest));
    const last = after === null ? Number.POSITIVE_INFINITY : (after[0] as number);
    let to = Math.min(span.to ?? Number.POSITIVE_INFINITY, Number(all!.newest) + 1, last + 1);
    const rows: EditRow[] = [];
    for (let length = hourMs; rows.length < limit && from < to; length *= 8) {
      const part = { from: Math.max(from, to - length), to };
      const parameters = bound({ ...part, ...filter, ...afterKey(after), limit: limit - rows.length });
      rows.push(...(await this.tables.read<EditRow>(sql.editsInOrder(part, filter, after), parameters)));
      to = part.from;
    }
    return rows;
  }

  /** Edits of the pages that have exactly this title, on any wiki. */
  async editsOf(title: string, span: Span, request: PageRequest): Promise<Connection<WikiEdit>> {
    const rows = await this.#byTitle(title, { span, after: request.after, limit: request.first + 1 });
    return page(rows, request, editKey, toEdit, async () =>
      Number((await this.#countByTitle(title, { span }))[0]?.total ?? 0),
    );
  }

  /** Every bucket from `from` on and before `to`, also those without an edit. */
  async activity({ from, to, every }: Buckets, filter: EditFilter): Promise<WikiActivity[]> {
    const rows = await this.tables.read<ActivityRow>(
      sql.activity(filter, false),
      bound({ from, to, every, ...filter }),
    );
    return filled(rows, from, to, every);
  }

  /** As `activity`, of what stands before a position of wiki.edits; the table must have reached it. */
  async activityBefore(
    position: Position,
    from: number,
    to: number,
    every: number,
    filter: EditFilter,
    signal: AbortSignal,
  ): Promise<WikiActivity[]> {
    const parameters = bound({ from, to, every, ...filter, position });
    return filled(await this.tables.read<ActivityRow>(sql.activity(filter, true), parameters, signal), from, to, every);
  }

  async top(by: sql.Dimension, from: number, to: number, filter: EditFilter, limit: number): Promise<WikiRank[]> {
    const rows = await this.tables.read<{ ranked: string; edits: number; change: number | null }>(
      sql.top(by, filter),
      bound({ from, to, limit, ...filter }),
    );
    return rows.map(({ ranked, edits, change }) =>
      Object.assign(new WikiRank(), { key: ranked, edits: toInt(edits), delta: toInt(change) }),
    );
  }
}

const editKey = ({ moment, id }: EditRow): SortKey => [Number(moment), id];

function afterKey(after: SortKey | null): object {
  return after === null ? {} : { afterTime: after[0], afterId: after[1] };
}

/** The parameters of a statement: those of members that are null are not in its text. */
function bound(members: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

/** GraphQL has no greater whole numbers. */
const greatestInt = 2_147_483_647;

function toInt(sum: number | string | null): number {
  return Math.max(-greatestInt, Math.min(greatestInt, Number(sum ?? 0)));
}

function filled(rows: ActivityRow[], from: number, to: number, every: number): WikiActivity[] {
  const counted = new Map(rows.map((row) => [Number(row.bucket), row]));
  return Array.from({ length: Math.ceil((to - from) / every) }, (_, bucket) => {
    const row = counted.get(bucket);
    return Object.assign(new WikiActivity(), {
      start: new Date(from + bucket * every),
      edits: toInt(row?.edits ?? 0),
      bots: toInt(row?.bots ?? 0),
      users: toInt(row?.users ?? 0),
      bytesAdded: toInt(row?.added ?? 0),
      bytesRemoved: toInt(row?.removed ?? 0),
    });
  });
}

function toEdit({ moment, old_length: oldLength, new_length: newLength, ...row }: EditRow): WikiEdit {
  const { id, wiki, type, title, user, bot, minor, namespace, comment, delta, revision, url } = row;
  const time = new Date(Number(moment));
  return Object.assign(new WikiEdit(), {
    ...{ id, wiki, type, title, user, bot, minor, namespace, comment, time },
    ...{ oldLength, newLength, delta, revision, url },
  });
}
