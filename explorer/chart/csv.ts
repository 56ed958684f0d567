import { rowsOf } from './choice.ts';
import type { Cell, Column } from './table.ts';

/**
 * The rows as CSV (RFC 4180), the paths of the columns first. A text that a spreadsheet would take for a formula gets an
 * apostrophe before it, unless it is a number.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvOf(columns: readonly Column[]): string {
  const lines = [columns.map(({ path }) => field(path)).join(',')];
  const rows = rowsOf(columns);
  for (let row = 0; row < rows; row++) lines.push(columns.map(({ values }) => field(values[row]!)).join(','));
  return lines.map((line) => `${line}\r\n`).join('');
}

function field(cell: Cell): string {
  const text = String(cell ?? '');
  const isFormula = /^[=+\-@\t\r]/.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
