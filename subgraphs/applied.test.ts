import { expect, test } from 'vitest';
import { AppliedPosition } from './applied.ts';

test('a message of a partition that is not there is waited for, and costs nothing by its number', async () => {
  const applied = new AppliedPosition({ committed: async () => [7, 3] }, 'group', 'topic');
  const ended = new AbortController();
  await applied.includes({ partition: 0, offset: 6 }, ended.signal);
  await applied.includes({ partition: 1, offset: 2 }, ended.signal);
  const waiting = [
    applied.includes({ partition: 1, offset: 3 }, ended.signal),
    applied.includes({ partition: Number.MAX_SAFE_INTEGER, offset: 0 }, ended.signal),
  ].map((wait) => wait.catch((reason) => reason));
  ended.abort('over');
  expect(await Promise.all(waiting)).toEqual(['over', 'over']);
});
