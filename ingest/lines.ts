import { addAbortSignal, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A message as it was found, and where. */
export interface Found {
  text: string;
  where: string;
}

/** Nothing more to read at the moment: what is gathered should go out. */
export const idle = Symbol('idle');

/**
 * The lines of a text, and after each piece of it that arrived, a sign that the next one may take long.
 * @param hasManyWriters whether one may leave without an end of line: what is a whole message then is not held back
 */
export async function* lines(
  input: Readable,
  path: string,
  stopped: AbortSignal,
  hasManyWriters = false,
): AsyncGenerator<Found | typeof idle> {
  const decoder = new StringDecoder();
  let number = 1;
  let rest = '';
  const found = (line: string): Found[] => {
    const text = line.replace(/^\uFEFF/, '').trim();
    return text === '' ? [] : [{ text, where: `${path}:${number}` }];
  };
  try {
    for await (const chunk of addAbortSignal(stopped, input)) {
      const complete = (rest + decoder.write(chunk)).split('\n');
      rest = complete.pop()!;
      for (const line of complete) {
        yield* found(line);
        number++;
      }
      if (hasManyWriters && isObject(rest)) {
        yield* found(rest);
        rest = '';
      }
      yield idle;
    }
  } catch (error) {
    if (!stopped.aborted) throw error;
  }
  yield* found(rest + decoder.end());
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
