import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page, Response } from 'playwright-core';
import { expect, test } from 'vitest';
import { parseCookbook } from '../../explorer/cookbook/cookbook.ts';
import { projectRoot } from '../../platform/root.ts';
import { violations } from './axe.ts';
import { execute, show } from './browser.ts';
import type { Explorer } from './explorer.ts';

interface Plan {
  tookMs: number;
  calls: { subgraph: string; query: string; begunMs: number; tookMs: number }[];
}

const cookbook = readFileSync(join(projectRoot, 'docs', 'cookbook.md'), 'utf8');

/** The query plan of what was run. */
export function plan(explorer: () => Explorer): void {
  test('draws the calls of a question to all five domains as they were made', async () => {
    const recipe = parseCookbook(cookbook).find(({ title }) => title === 'What is known about a company?')!;
    const page = await explorer().open({ query: recipe.query, variables: recipe.variables! });
    const pane = await show(page, 'Query plan');
    await pane.getByText('Run a query or a mutation').waitFor();

    const { tookMs, calls } = await run(page);
    expect(new Set(calls.map(({ subgraph }) => subgraph))).toEqual(
      new Set(['people', 'wiki', 'occupancy', 'air', 'menu']),
    );
    await pane.getByText(`${calls.length} calls of 5 subgraphs in`).waitFor();
    const rows = pane.locator('summary', { has: page.locator('.plan-track') });
    expect(await names(rows)).toEqual(calls.map(({ subgraph }) => subgraph));
    for (const [at, { begunMs, tookMs: took }] of calls.entries()) {
      const { left, width } = await barOf(rows.nth(at));
      expect(left).toBeCloseTo(begunMs / tookMs, 1);
      expect(width).toBeCloseTo(took / tookMs, 1);
    }

    await rows.nth(1).focus();
    await page.keyboard.press('Enter');
    const asked = pane.locator('pre');
    expect(await asked.textContent()).toBe(calls[1]!.query);
    await pane.getByRole('button', { name: `Copy what ${calls[1]!.subgraph} was asked` }).click();
    await pane.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(calls[1]!.query);

    await pane.getByText('As a table').click();
    const table = pane.getByRole('table');
    await table.getByRole('rowheader').first().waitFor();
    expect(await table.getByRole('rowheader').allTextContents()).toEqual(calls.map(({ subgraph }) => subgraph));
    expect(await violations(page, 'section.pane')).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page, 'section.pane')).toEqual([]);
    await page.close();
  });

  test('tells of mutations, of errors in words, and of what needs no subgraph', async () => {
    const page = await explorer().open({ query: 'mutation Drop { deleteTerm(id: "of-no-plan") { accepted } }' });
    const pane = await show(page, 'Query plan');
    await run(page);
    await pane.getByText('1 call of 1 subgraph in 1 step').waitFor();
    await pane.locator('summary', { hasText: 'menu' }).click();
    expect(await pane.locator('pre').textContent()).toContain('mutation');

    await sendInstead(page, '{ person(id: "no number") { id } people(first: 1) { totalCount } }');
    await run(page);
    await pane.getByText('1 error', { exact: true }).waitFor();
    await sendInstead(page, '{ __typename }');
    await run(page);
    await pane.getByText('No subgraph was called').waitFor();
    await page.close();
  });

  test('says why there is no plan', async () => {
    const page = await explorer().open({ query: '{ people { totalCount } }' });
    const pane = await show(page, 'Query plan');
    await sendInstead(page, '{ nothing }');
    await execute(page);
    await pane.getByText('refused before it was planned').waitFor();
    await pane.getByText('Cannot query field').waitFor();
    expect(await violations(page, 'section.pane')).toEqual([]);
    await sendInstead(page, '{ people { totalCount } }', {});
    await execute(page);
    await pane.getByText('this gateway tells none').waitFor();
    await page.route('**/graphql', (route) => route.abort());
    await execute(page);
    await pane.getByText('the gateway was not reached').waitFor();
    explorer().complaints();
    await page.close();
  });

  test('says that a subscription has none', async () => {
    const page = await explorer().open({ query: 'subscription { graphChanged { cursor } }' });
    const pane = await show(page, 'Query plan');
    await execute(page);
    await pane.getByText('A subscription has no plan').waitFor();
    await page.close();
  });

  test('waits in words, and shows a thousand calls without freezing', async () => {
    const page = await explorer().open({ query: '{ people { totalCount } }' });
    const pane = await show(page, 'Query plan');
    const answered = Promise.withResolvers<void>();
    const calls = Array.from({ length: 1_000 }, (_, at) => ({
      ...{ subgraph: 'wiki', query: '{ wiki }', representations: 3, errors: 0 },
      begunMs: at,
      tookMs: at === 999 ? null : 1.5,
    }));
    const json = {
      data: null,
      extensions: { plan: { tookMs: 1_010, checkedMs: 0.5, calls, callCount: 1_500 } },
    };
    await page.route('**/graphql', async (route) => {
      await answered.promise;
      await route.fulfill({ json });
    });
    await execute(page);
    await pane.getByText('Waiting for the answer').waitFor();
    answered.resolve();
    await pane.getByText('1,500 calls of 1 subgraph').waitFor();
    await pane.getByText('The first 1,000 of them are shown.').waitFor();
    await pane.locator('summary', { hasText: 'not over' }).click();
    await pane.getByText('{ wiki }').waitFor();
    await page.close();
  });
}

/** Runs what stands in the editor. @returns the plan that its answer has */
async function run(page: Page): Promise<Plan> {
  const isRun = (response: Response) => response.request().postData()?.includes('"plan":true') ?? false;
  const [response] = await Promise.all([page.waitForResponse(isRun), execute(page)]);
  return ((await response.json()) as { extensions: { plan: Plan } }).extensions.plan;
}

/** Has the page send another question than stands in its editor. */
async function sendInstead(page: Page, query: string, extensions: object = { plan: true }): Promise<void> {
  await page.route('**/graphql', (route) => route.continue({ postData: JSON.stringify({ query, extensions }) }));
}

function names(rows: Locator): Promise<string[]> {
  return rows.locator('.plan-label > :first-child').allTextContents();
}

/** Where the bar stands on its track, as parts of the whole. */
async function barOf(row: Locator): Promise<{ left: number; width: number }> {
  const track = (await row.locator('.plan-track').boundingBox())!;
  const bar = (await row.locator('.plan-track > span').boundingBox())!;
  return { left: (bar.x - track.x) / track.width, width: bar.width / track.width };
}
