import type { Message } from 'kafkajs';
import type { Caller } from '../../platform/caller.ts';
import { NotThisCsv, rows } from '../../platform/csv.ts';
import { TributaryError, messageOf as textOf } from '../../platform/errors.ts';
import { idle, numberedLines, trimmed } from '../../platform/lines.ts';
import { isTooLong, longestText, type Publisher, type WrittenPosition } from '../../platform/publish.ts';
import { parseJson } from '../../schema/contract.ts';
import { type Found, messageOf } from '../../schema/found.ts';
import { toItemChange } from '../../schema/menu/item.ts';
import { foundItem, itemColumns } from '../../schema/menu/row.ts';
import { tenantHeaders } from '../../schema/tenant.ts';
import { requireScope } from '../guard.ts';
import type { Streams } from '../streams/stream.ts';
import type { SentBody } from '../subgraph.ts';

const topic = 'menu.items';
/** What is published at once: hardly more, for a few rows may be long. */
const greatestBatch = { messages: 2_000, characters: 1 << 20 };

/** How much of a body was taken. */
interface Taken {
  /** Rows that Kafka has. */
  accepted: number;
  /** Of those, how many are no items; they go to dead.letters. */
  broken: number;
  /** The first of them: where it is, and why. */
  firstBroken?: string;
  /** Null while nothing is accepted. */
  position: string | null;
}

/**
 * Menu items in a body of any size, which is read as fast as Kafka takes them: while one batch is on its way, only the
 * next is made. A row that is no item is taken as well, and goes to dead.letters with its line.
 */
export function itemsUpload(publisher: Publisher, streams: Streams) {
  return async (body: SentBody, caller: Caller): Promise<Taken> => {
    requireScope(caller, 'menu:write', 'POST /menu/items');
    const taken: Taken = { accepted: 0, broken: 0, position: null };
    const end: WrittenPosition = [];
    let batch = new Batch(caller.tenant);
    let underWay = Promise.resolve();
    const send = async () => {
      const { messages, faults } = batch;
      batch = new Batch(caller.tenant);
      await underWay;
      underWay = publisher.publish(topic, messages).then((written) => {
        for (const [partition, next] of written.entries()) end[partition] = Math.max(end[partition] ?? 0, next);
        taken.accepted += messages.length;
        taken.broken += faults.length;
        taken.firstBroken ??= faults[0];
        taken.position = streams.receipt(topic, end);
      });
      underWay.catch(() => {}); // it is waited for before anything else is sent, and at the end
    };
    try {
      for await (const found of foundIn(body)) {
        batch.add(found);
        if (batch.isFull) await send();
      }
      if (batch.messages.length > 0) await send();
      await underWay;
    } catch (error) {
      await underWay.catch(() => {});
      throw brokenOff(error, taken);
    }
    if (taken.accepted === 0)
      throw new TributaryError('BAD_USER_INPUT', 'The body holds no menu item; send one a row.');
    return taken;
  };
}

class Batch {
  readonly messages: Message[] = [];
  readonly faults: string[] = [];
  readonly #whose: Record<string, string> | undefined;
  #characters = 0;

  constructor(tenant: string) {
    this.#whose = tenantHeaders(tenant).headers;
  }

  get isFull(): boolean {
    return this.messages.length >= greatestBatch.messages || this.#characters >= greatestBatch.characters;
  }

  add(found: Found): void {
    const { message, fault } = messageOf(fitting(found), (text) => toItemChange(parseJson(text)).id);
    this.messages.push(this.#whose ? { ...message, headers: { ...message.headers, ...this.#whose } } : message);
    if (fault !== undefined) this.faults.push(fault);
    this.#characters += message.value.length;
  }
}

async function* foundIn({ format, pieces }: SentBody): AsyncGenerator<Found> {
  const lines = numberedLines(pieces);
  const name = 'the body';
  if (format === 'ndjson') {
    for await (const found of trimmed(lines, name)) if (found !== idle) yield found;
  } else for await (const row of rows(lines, name, itemColumns)) if (row !== idle) yield foundItem(row);
}

/** Of what is too long for Kafka only the beginning is sent, so that it is not lost without a trace. */
function fitting(found: Found): Found {
  if (!isTooLong(found.text)) return found;
  const broken = `longer than the ${longestText} bytes that Kafka takes; this is its beginning`;
  return { text: found.text.slice(0, 1_000), where: found.where, broken };
}

/** Why it ended before the end, and what was taken before. Items that are sent again are the same items. */
function brokenOff(error: unknown, taken: Taken): unknown {
  const isGone = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
  if (!isGone && !(error instanceof NotThisCsv) && !(error instanceof TributaryError)) return error;
  const why = isGone ? 'The connection broke.' : textOf(error);
  const before = taken.accepted === 0 ? 'Nothing was taken.' : `The first ${taken.accepted} rows were taken.`;
  const code = error instanceof TributaryError ? error.code : 'BAD_USER_INPUT';
  return new TributaryError(code, `${why} ${before} Sending all again does no harm.`, { ...taken }, { cause: error });
}
