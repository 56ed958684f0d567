import type { IncomingHttpHeaders } from 'node:http';
import { MIMEType } from 'node:util';

/** The type that a body is said to be of; undefined when the header says nothing that is one. */
export function contentTypeOf({ 'content-type': header = '' }: IncomingHttpHeaders): MIMEType | undefined {
  try {
    return new MIMEType(header);
  } catch {
    return undefined;
  }
}

/** Whether its text is in UTF-8, as it is where no charset is named. */
export function isInUtf8(type: MIMEType | undefined): boolean {
  return /^utf-8$/i.test(type?.params.get('charset') ?? 'utf-8');
}

/** Whether the body comes as it is, neither compressed nor coded otherwise. */
export function comesAsItIs({ 'content-encoding': coding = 'identity' }: IncomingHttpHeaders): boolean {
  return coding.toLowerCase() === 'identity';
}
