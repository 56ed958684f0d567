import { addAbortSignal, Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A line without its end, and otherwise as it is. */
export interface Line {
  text: string;
  /** The first one is 1. */
  number: number;
}

/** A text, and where it was found. */
export interface Found {
  text: string;
  where: string;
}

/** Nothing more to read at the moment: what is gathered should go out. */
export const idle = Symbol('idle');

/**
 * The messages of a text that has one a line.
 * @param hasManyWriters whether one may leave without an end of line: what is a whole message then is not held back
 */
export function lines(
  input: Readable,
  path: string,
  stopped: AbortSignal,
  hasManyWriters = false,
): AsyncGenerator<Found | typeof idle> {
  return trimmed(numberedLines(input, stopped, hasManyWriters ? isObject : undefined), path);
}

/** What lines hold, as messages; nothing where they are blank. */
export async function* trimmed(
  lines: AsyncIterable<Line | typeof idle>,
  path: string,
): AsyncGenerator<Found | typeof idle> {
  for await (const line of lines) {
    if (line === idle) yield idle;
    else if (!isBlank(line)) yield { text: line.text.trim(), where: `${path}:${line.number}` };
  }
}

/** Whether a line holds white space alone, to which a byte order mark belongs. */
export function isBlank({ text }: Line): boolean {
  return text.trim() === '';
}

/** Characters that are kept of a line. More than Kafka takes, so that one that was cut off is too long in any case. */
const longest = 2 << 20;

/**
 * The lines of a text, and after each piece of it that arrived, a sign that the next one may take long. A line that
 * `stopped` cuts short is left out, because it may look whole and say something else.
 * @param isWhole whether a line that has not ended is not to be waited for
 */
export async function* numberedLines(
  input: AsyncIterable<Buffer>,
  stopped?: AbortSignal,
  isWhole?: (text: string) => boolean,
): AsyncGenerator<Line | typeof idle> {
  const decoder = new StringDecoder();
  let number = 1;
  let rest = '';
  try {
    if (stopped && input instanceof Readable) addAbortSignal(stopped, input);
    for await (const chunk of input) {
      const complete = (rest + decoder.write(chunk)).split('\n');
      rest = complete.pop()!.slice(0, longest);
      for (const text of complete) yield { text, number: number++ };
      if (isWhole?.(rest)) {
        yield { text: rest, number };
        rest = '';
      }
      yield idle;
    }
  } catch (error) {
    if (stopped?.aborted) return;
    throw error;
  }
  yield { text: rest + decoder.end(), number };
}

function isObject(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
