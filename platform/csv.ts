import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { idle, isBlank, type Line } from './lines.ts';

/** A text is no CSV, or one of something else. The message says what is missing. */
export class NotThisCsv extends Error {
  override readonly name = 'NotThisCsv';
}

/** A row, by the names of its columns in lower case; or a line that no row can be made of, and why. */
export type Row = { where: string } & ({ values: Record<string, string> } | { text: string; broken: string });

/**
 * The rows of a CSV (RFC 4180), whose first line names the columns, in any order and case. White space around values does not count, unless they are quoted.
 *
 * A line that no row can be made of is broken by itself, and reading goes on with the next one: a quote that nobody has
 * closed costs its own line, and not all that follow.
 * @throws NotThisCsv before the first row, when it has no column of a name that is needed
 */
export async function* rows(
  lines: AsyncIterable<Line | typeof idle>,
  path: string,
  needed: string[],
): AsyncGenerator<Row | typeof idle> {
  let reader: RowReader | undefined;
  for await (const line of lines) {
    if (line === idle) yield idle;
    else if (reader) yield* reader.take(line);
    else if (!isBlank(line)) reader = new RowReader(path, columnsOf(line, path, needed));
  }
  if (reader) yield* reader.end();
}

function columnsOf({ text, number }: Line, path: string, needed: string[]): string[] {
  const read = recordOf(text.trim());
  const columns = Array.isArray(read) ? read.map((name) => name.toLowerCase()) : [];
  const missing = needed.filter((name) => !columns.includes(name.toLowerCase()));
  if (missing.length > 0)
    throw new NotThisCsv(
      `${path}:${number} does not name the ${missing.length > 1 ? 'columns' : 'column'} ${missing.join(', ')}. A CSV begins with the names of its columns, separated by commas; JSON lines begin with {.`,
    );
  const twice = columns.find((name, at) => name !== '' && columns.indexOf(name) !== at);
  if (twice !== undefined)
    throw new NotThisCsv(`${path}:${number} names the column ${twice} twice. Rename or remove one.`);
  return columns;
}

/** Characters that a row of several lines may have; a quote that is open for longer has been forgotten. */
const longest = 64 * 1024;

const notClosed = 'a quote is opened and never closed';

/**
 * Makes rows of lines. csv-parse is given the text of one row after the other, and not the stream: of a stream it would
 * keep the last row until more comes, and take all that follows an open quote for one value.
 */
class RowReader {
  /** The lines of a row in which a quote is open. */
  #open: Line[] = [];
  #characters = 0;

  constructor(
    readonly path: string,
    readonly columns: string[],
  ) {}

  *take(line: Line): Generator<Row> {
    for (const due = [line]; due.length > 0; ) {
      const next = due.shift()!;
      if (this.#open.length === 0 && isBlank(next)) continue;
      this.#open.push(next);
      this.#characters += next.text.length;
      const read = this.#read(next);
      if (read === notClosed && this.#characters <= longest) continue;
      const [first, ...others] = this.#drain();
      if (typeof read === 'string') {
        yield this.#broken(first!, read);
        due.unshift(...others);
      } else if (read.some((value) => value !== '')) yield { where: this.#where(first!), values: this.#named(read) };
    }
  }

  /** What is still open at the end will not be closed. */
  *end(): Generator<Row> {
    while (this.#open.length > 0) {
      const [first, ...others] = this.#drain();
      yield this.#broken(first!, notClosed);
      for (const line of others) yield* this.take(line);
    }
  }

  /** The values of the open lines, of which this is the last, or what is wrong with them. */
  #read({ text }: Line): string[] | string {
    // Within a quote a line reads as if it began with one. To read all lines again for each would take ever longer.
    const rest = this.#open.length > 1 ? recordOf(`"${text}`) : [];
    if (typeof rest === 'string') return rest;
    const read = recordOf(this.#open.map((line) => line.text).join('\n'));
    if (typeof read === 'string') return read;
    if (read.some((value) => value.includes('\uFFFD'))) return 'it holds bytes that are no UTF-8';
    if (read.length === this.columns.length) return read;
    return `${read.length} ${read.length === 1 ? 'value' : 'values'} for ${this.columns.length} columns`;
  }

  #drain(): Line[] {
    const lines = this.#open;
    this.#open = [];
    this.#characters = 0;
    return lines;
  }

  /** Columns without a name, which spreadsheets leave at the end of a line, are left out. */
  #named(values: string[]): Record<string, string> {
    return Object.fromEntries(this.columns.map((name, at) => [name, values[at]!] as const).filter(([name]) => name));
  }

  #broken(line: Line, broken: string): Row {
    return { where: this.#where(line), text: line.text.trim(), broken };
  }

  #where({ number }: Line): string {
    return `${this.path}:${number}`;
  }
}

const goesOn = 'a value goes on after its closing quote; a quote within quotes is written twice';

const wrongQuotes: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: notClosed,
  CSV_INVALID_CLOSING_QUOTE: goesOn,
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: goesOn,
  INVALID_OPENING_QUOTE: 'a quote stands within a value that does not begin with one',
};

/** A value, quoted or bare, and what ends it. No white space can belong to two parts, as trying both would take long. */
const value = /(?:\s*"([^"]*(?:""[^"]*)*)"[ \t\r\n\f\v]*|([^",\n]*))(,|$)/y;
/** A value whose quote is open at the end. */
const openValue = /\s*"[^"]*(?:""[^"]*)*$/y;

/** The values of a record, or what is wrong with it. */
export function recordOf(text: string): string[] | string {
  return soundRecordOf(text) ?? anyRecordOf(text);
}

/** What csv-parse reads, and many times as fast, because it takes long to begin; undefined where something else is wrong. */
function soundRecordOf(text: string): string[] | typeof notClosed | undefined {
  const values: string[] = [];
  value.lastIndex = 0;
  for (let end = ','; end === ','; ) {
    openValue.lastIndex = value.lastIndex;
    const found = value.exec(text);
    if (!found) return openValue.test(text) ? notClosed : undefined;
    const [, quoted, bare] = found;
    values.push(quoted?.replaceAll('""', '"') ?? bare!.trim());
    end = found[3]!;
  }
  return values;
}

export function anyRecordOf(text: string): string[] | string {
  try {
    const [values = []] = parse(text, { trim: true, relax_column_count: true, record_delimiter: '\n' });
    return values;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return wrongQuotes[error.code] ?? error.message;
  }
}
