import { isName } from './messages.ts';

/** A reference to a raw response in the object store. */
export interface Payload {
  id: string;
  /** bucket/feed/id.json in the store of the tenant. */
  filename: string;
}

const form = /^([^/]*)\/([^/]*)\/([^/]*)\.json$/;

/** The parts of the filename of a payload; undefined when it could lead anywhere but into the folder of a feed. */
export function partsOfFilename(filename: string): { bucket: string; feed: string; id: string } | undefined {
  const [, bucket = '', feed = '', id = ''] = form.exec(filename) ?? [];
  return [bucket, feed, id].every(isName) ? { bucket, feed, id } : undefined;
}
