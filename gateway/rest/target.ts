import { refused } from './problem.ts';

/** A request's target, read as it was sent: a URL object would resolve dots and mend what is wrong. */
export interface Target {
  path: string;
  /** Decoded; a slash in an id comes as %2F. */
  segments: string[];
  query: Map<string, string>;
}

/** @throws Problem 400 */
export function targetOf(url: string): Target {
  const [path, text] = url.split(/\?(.*)/s, 2) as [string, string | undefined];
  const segments = path
    .split('/')
    .slice(1)
    .map((segment) => decoded(segment, 'The path'));
  const query = new Map<string, string>();
  for (const pair of (text ?? '').split('&').filter(Boolean)) {
    const [name, value] = pair.split(/=(.*)/s, 2).map((part) => decoded(part.replaceAll('+', ' '), 'The query'));
    if (query.has(name!)) throw refused(`The parameter ${quoted(name!)} stands twice in the query. Give it once.`);
    query.set(name!, value ?? '');
  }
  return { path, segments, query };
}

function decoded(text: string, where: string): string {
  let plain: string | undefined;
  try {
    // Node takes other bytes that are not encoded for characters of Latin-1.
    if (!/[^ -~]/.test(text)) plain = decodeURIComponent(text);
  } catch {
    // said below
  }
  if (plain === undefined) throw refused(`${where} holds ${quoted(text)}, which is not percent-encoded UTF-8.`);
  if (/\p{Cc}/u.test(plain)) throw refused(`${where} holds a control character, in ${quoted(text)}.`);
  return plain;
}

/** A text of a client as it may stand in a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
