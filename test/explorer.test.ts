import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { type Explorer, executablePath, openExplorer } from './explorer/explorer.ts';
import { graph } from './explorer/graph.ts';
import { page } from './explorer/page.ts';

if (!executablePath)
  console.warn('No Chromium on this machine: the explorer is not tested. Install the package chromium.');

describe.skipIf(!executablePath)('the explorer', () => {
  let explorer: Explorer;
  beforeAll(async () => {
    explorer = await openExplorer();
  });
  afterAll(() => explorer?.[Symbol.asyncDispose]());
  afterEach(() => expect(explorer.complaints()).toEqual([]));
  const of = () => explorer;

  describe('page', () => page(of));
  describe('graph', () => graph(of));
});
