/** Where a text stops being JSON. */
export interface Mistake {
  /** Counted from 1, the column in UTF-16 units. */
  line: number;
  column: number;
  /** What JSON would have there. */
  expected: string;
}

const space = /[ \t\n\r]*/y;
const token =
  /[{}[\],:]|"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})[ !#-[\]-\uffff]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true|false|null/y;

type State = 'value' | 'firstItem' | 'firstKey' | 'key' | 'colon' | 'nextItem' | 'nextKey' | 'end';

const expected: Record<State, string> = {
  value: 'a value',
  firstItem: 'a value or ]',
  firstKey: 'a name in double quotes or }',
  key: 'a name in double quotes',
  colon: 'a colon',
  nextItem: 'a comma or ]',
  nextKey: 'a comma or }',
  end: 'nothing more',
};

/**
 * The first mistake of what should be JSON; none in what is. What JSON.parse says of it differs by browser, and often
 * tells no place.
 */
export function mistakeIn(text: string): Mistake | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const { at, state } = stop(text);
    const before = text.slice(0, at).split('\n');
    return { line: before.length, column: before.at(-1)!.length + 1, expected: expected[state] };
  }
}

function stop(text: string): { at: number; state: State } {
  const open: ('{' | '[')[] = [];
  let state: State = 'value';
  for (let at = 0; ; ) {
    at += match(space, text, at)!.length;
    const found = match(token, text, at);
    const next: State | undefined = found === undefined ? undefined : after(state, found, open);
    if (next === undefined) return { at, state };
    at += found!.length;
    state = next;
  }
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** What comes after a token; undefined: it must not stand there. */
function after(state: State, found: string, open: ('{' | '[')[]): State | undefined {
  const closed = (): State => {
    const around = open.at(-1);
    return around === undefined ? 'end' : around === '{' ? 'nextKey' : 'nextItem';
  };
  const close = () => {
    open.pop();
    return closed();
  };
  switch (state) {
    case 'firstItem':
    case 'value':
      if (found === ']' && state === 'firstItem') return close();
      if (found === '{' || found === '[') {
        open.push(found);
        return found === '{' ? 'firstKey' : 'firstItem';
      }
      return /[\]},:]/.test(found[0]!) ? undefined : closed();
    case 'firstKey':
    case 'key':
      if (found === '}' && state === 'firstKey') return close();
      return found.startsWith('"') ? 'colon' : undefined;
    case 'colon':
      return found === ':' ? 'value' : undefined;
    case 'nextItem':
      return found === ']' ? close() : found === ',' ? 'value' : undefined;
    case 'nextKey':
      return found === '}' ? close() : found === ',' ? 'key' : undefined;
    case 'end':
      return undefined;
  }
}
