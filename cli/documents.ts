import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { messageOf } from '../platform/errors.ts';

/** Prints the texts of the files by id, for TRUSTED_DOCUMENTS. @throws Error that names a file which is no GraphQL */
export function documents(paths: string[]): void {
  const entries = paths.map((path) => {
    const text = readFileSync(path, 'utf8');
    try {
      parse(text);
    } catch (error) {
      throw new Error(`${path} is no document of GraphQL: ${messageOf(error)}`);
    }
    return [createHash('sha256').update(text).digest('hex'), text];
  });
  console.log(JSON.stringify(Object.fromEntries(entries), null, 2));
}
