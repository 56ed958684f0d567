import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { executablePath } from './explorer/browser.ts';
import { chart } from './explorer/chart.ts';
import { eventLog } from './explorer/eventLog.ts';
import { type Explorer, openExplorer } from './explorer/explorer.ts';
import { floor } from './explorer/floor.ts';
import { graph } from './explorer/graph.ts';
import { page } from './explorer/page.ts';
import { plan } from './explorer/plan.ts';
import { topics } from './explorer/topics.ts';

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
  describe('floor', () => floor(of));
  describe('plan', () => plan(of));
  describe('topics', () => topics(of));
  describe('chart', () => chart(of));
  describe('event log', () => eventLog(of));
  describe('graph', () => graph(of));
});
