import { mistakeIn } from './mistake.ts';

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{[]\s*[}\]]|[{}[\],:]|\s+/g;
/** What is nested deeper is not indented any further. */
const deepest = 100;

/**
 * JSON on lines of its own, indented; anything else as it is. It is not parsed and printed again, because that would
 * change numbers that are too long for JavaScript, and leave out names that are there twice.
 */
export function indented(text: string): string {
  if (mistakeIn(text)) return text;
  let depth = 0;
  const line = () => `\n${'  '.repeat(Math.min(depth, deepest))}`;
  return text.replace(token, (found) => {
    switch (found[0]) {
      case '"':
        return found;
      case '{':
      case '[':
        if (found.length > 1) return found[0]! + found.at(-1)!;
        depth += 1;
        return found + line();
      case '}':
      case ']':
        depth -= 1;
        return line() + found;
      case ',':
        return found + line();
      case ':':
        return ': ';
      default:
        return '';
    }
  });
}
