import type { Row } from './events.ts';

/** An event as one line of NDJSON. What became of the connection has none. */
export function line(row: Row): string {
  if (row.type !== 'event') return '';
  const { number, came, cursor = null, text } = row;
  return `{"number":${number},"time":"${new Date(came).toISOString()}","cursor":${JSON.stringify(cursor)},"result":${text}}\n`;
}
