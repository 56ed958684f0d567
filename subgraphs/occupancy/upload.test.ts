import { expect, test } from 'vitest';
import type { Publisher } from '../../platform/publish.ts';
import { anybody } from '../identity/session.ts';
import type { Streams } from '../streams/stream.ts';
import { readingsUpload } from './upload.ts';

test('others have their turn while a long backlog is looked at', async () => {
  const published: number[] = [];
  const publisher = {
    publish: async (_topic: string, messages: object[]) => {
      published.push(messages.length);
      return [];
    },
  } as unknown as Publisher;
  let turns = 0;
  let goesOn = true;
  const other = () => {
    turns++;
    if (goesOn) setImmediate(other);
  };
  setImmediate(other);
  const upload = readingsUpload(publisher, { receipt: () => 'position' } as unknown as Streams);
  expect(await upload(Array(100_000).fill('1'), anybody.caller)).toEqual({ accepted: 100_000, position: 'position' });
  goesOn = false;
  expect(published).toEqual([100_000]);
  expect(turns).toBeGreaterThanOrEqual(100);
});
