import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { violations } from './axe.ts';
import { execute, show, tab } from './browser.ts';
import type { Explorer } from './explorer.ts';

/** The page around the plugins. */
export function page(explorer: () => Explorer): void {
  test('opens on the cookbook, and runs a recipe', async () => {
    const page = await explorer().open();
    const cookbook = await show(page, 'Cookbook');
    await cookbook.getByRole('searchbox').fill('where worked');
    await cookbook.getByRole('button', { name: 'Where has a person worked?' }).click();
    await tab(page, 'Employers').waitFor();
    await execute(page);
    await result(page, 'Chief Technology Officer').waitFor();
    expect(await variables(page)).toEqual({ person: '1001' });
    await page.close();
  });

  test('puts ids into a recipe that the data at hand has', async () => {
    const page = await explorer().open();
    await page.route('**/graphql', (route) =>
      route.continue({ postData: route.request().postData()!.replace('"id":"1001"', '"id":"nobody"') }),
    );
    const cookbook = await show(page, 'Cookbook');
    await cookbook.getByRole('button', { name: 'Where has a person worked?' }).click();
    await tab(page, 'Employers').waitFor();
    const { people } = await explorer().gateway.query<{ people: { edges: { node: { id: string } }[] } }>(
      '{ people(first: 1) { edges { node { id } } } }',
    );
    expect(await variables(page)).toEqual({ person: people.edges[0]!.node.id });

    await page.route('**/graphql', (route) => route.abort());
    await cookbook.getByRole('button', { name: 'Who works at a company now?' }).click();
    await cookbook.getByRole('alert').waitFor();
    expect(await variables(page)).toEqual({ company: '2001' });
    explorer().complaints();
    await page.close();
  });

  test('opens what a link holds without running it, and copies such a link', async () => {
    const query = 'query Linked($id: ID!) { person(id: $id) { name } }';
    const page = await explorer().open({ query, variables: { id: '1001' } });
    expect(new URL(page.url()).hash).toBe('');
    expect(await page.locator('.pane').count()).toBe(0); // on a phone it would cover the question
    expect(await page.locator('.result-window .view-lines').textContent()).toBe('');
    await execute(page);
    await result(page, '"name"').waitFor();
    await page.getByRole('button', { name: 'Copy a link to this question' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const link = new URL(await page.evaluate('navigator.clipboard.readText()'));
    expect(Object.fromEntries(new URLSearchParams(link.hash.slice(1)))).toEqual({ query, variables: '{"id":"1001"}' });
    await page.reload();
    await tab(page, 'Linked').waitFor();
    expect(await page.locator('.graphiql-tab').count()).toBe(1);
    await page.close();
  });

  test('opens a link that is followed when the page is there', async () => {
    const page = await explorer().open({ query: 'query A { people { totalCount } }' });
    await page.goto(`${explorer().url}/#${new URLSearchParams({ query: 'query Second { people { totalCount } }' })}`);
    await tab(page, 'Second').waitFor();
    await tab(page, 'A').click();
    expect(await page.locator('.graphiql-tab').count()).toBe(2);
    expect(new URL(page.url()).hash).toBe('');
    await page.close();
  });

  test.each([
    ['a question', 'query Left { people { totalCount } }'],
    ['a subscription', 'subscription Left { graphChanged(since: "2020-01-01T00:00:00Z") { at } }'],
  ])('prints nothing of %s in the tab beside it', async (_, query) => {
    const page = await explorer().open({ query });
    const answered = Promise.withResolvers<void>();
    await page.route('**/graphql', (route) => answered.promise.then(() => route.continue()).catch(() => {}));
    await execute(page);
    await page.getByRole('button', { name: /^Stop query/ }).waitFor();
    await page.getByRole('button', { name: 'New tab' }).click();
    await page.getByRole('button', { name: /^Execute query/ }).waitFor();
    answered.resolve();
    await page.waitForTimeout(500);
    expect(await page.locator('.result-window .view-lines').textContent()).toBe('');
    await page.close();
  });

  test('says that a plugin cannot be loaded, and stays as it is', async () => {
    const page = await explorer().open({ query: 'query Kept { people { totalCount } }' });
    await page.route('**/assets/Topics-*.js', (route) => route.abort());
    const topics = await show(page, 'Topics');
    await topics.getByRole('alert').waitFor();
    await show(page, 'Access');
    expect(await tab(page, 'Kept').isVisible()).toBe(true);
    expect(explorer().complaints()).not.toEqual([]);
    await page.close();
  });

  test('shows the tabs when the editors stand, which would else show the text of the first one', async () => {
    const page = await explorer().browser.newPage();
    const editors = Promise.withResolvers<void>();
    await page.route(/monaco-editor/, (route) => editors.promise.then(() => route.continue()));
    await page.goto(explorer().url, { waitUntil: 'commit' });
    await page.locator('.graphiql-tabs').waitFor({ state: 'attached' });
    expect(await tab(page, 'Welcome').isVisible()).toBe(false);
    editors.resolve();
    await tab(page, 'Welcome').waitFor();
    await page.close();
  });

  test('sends a token with questions and over WebSocket, until it is forgotten', async () => {
    const page = await explorer().open({ query: 'subscription Live { graphChanged { cursor } }' });
    const access = await show(page, 'Access');
    const introspection = page.waitForRequest((request) => request.headers().authorization === 'Bearer secret-1');
    await access.getByLabel('Token or API key').fill('secret-1');
    await access.getByRole('button', { name: 'Use it' }).click();
    await introspection;
    const opened = page.waitForEvent('websocket');
    const initiated = opened.then((socket) => socket.waitForEvent('framesent'));
    await execute(page);
    expect(JSON.parse(String((await initiated).payload))).toEqual({
      type: 'connection_init',
      payload: { authorization: 'Bearer secret-1' },
    });
    const again = page.waitForRequest((request) => request.headers().authorization === undefined);
    await access.getByRole('button', { name: 'Forget it' }).click();
    await again;
    expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage])')).not.toContain('secret-1');
    await page.close();
  });

  test('sends the headers of a question, and does not keep them', async () => {
    const page = await explorer().open({ query: '{ people { totalCount } }' });
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('.graphiql-editor-tool .monaco-editor:visible').click();
    await page.keyboard.insertText('{"Authorization": "secret-2"}');
    await page.waitForTimeout(1_000); // until GraphiQL knows it, and below until it has stored it
    const asked = page.waitForRequest((request) => request.headers().authorization === 'secret-2');
    await execute(page);
    await asked;
    await result(page, '"totalCount"').waitFor();
    await page.waitForTimeout(1_000);
    const stored = await page.evaluate('JSON.stringify(localStorage)');
    expect(stored).toContain('totalCount');
    expect(stored).not.toContain('secret-2');
    await page.close();
  });

  test('runs no code but its own, is cached for good, and weighs less than 3 MB', async () => {
    const { browser, url } = explorer();
    const page = await browser.newPage();
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    const assets: (string | undefined)[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/assets/')) assets.push(response.headers()['cache-control']);
    });
    const response = await page.goto(url, { waitUntil: 'networkidle' });
    const policy = response!.headers()['content-security-policy'];
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    expect(response!.headers()['cache-control']).toBe('no-cache');
    expect(new Set(assets)).toEqual(new Set(['public, max-age=31536000, immutable']));
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan(3_000_000);
    await page.close();
  });

  test.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('is accessible and fits at %i pixels, %s', async (width, colorScheme) => {
    const page = await explorer().open({ width, height: 844, colorScheme });
    for (const plugin of ['Cookbook', 'Access', 'History', 'Documentation Explorer']) {
      const button = page.getByRole('button', { name: `Show ${plugin}`, exact: true });
      if (await button.isVisible()) await button.click();
      await page.getByRole('button', { name: `Hide ${plugin}`, exact: true }).waitFor();
      expect(await violations(page), plugin).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth'), plugin).toBe(width);
    }
    const cookbook = await show(page, 'Cookbook');
    await cookbook.getByRole('button', { name: 'Search people by name' }).click();
    await tab(page, 'SearchPeople').waitFor();
    expect(await cookbook.isVisible()).toBe(width === 1280); // on a phone the tab takes its place
    await execute(page);
    await result(page, '"totalCount"').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });
}

const result = (page: Page, text: string) => page.locator('.result-window').getByText(text).first();

/** What stands in the editor of the variables. */
async function variables(page: Page): Promise<unknown> {
  const text = await page.locator('.graphiql-editor-tool .view-lines').first().textContent();
  return JSON.parse(text!.replaceAll('\u00a0', ' '));
}
