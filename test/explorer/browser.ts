import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** A browser that does not call home: its background connections would look like requests of the page. */
export function launch(): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath: executablePath!, args });
}

export interface Opening {
  query?: string;
  variables?: Record<string, unknown>;
  /** The plugin that is shown. */
  plugin?: string;
  width?: number;
  height?: number;
  colorScheme?: 'dark' | 'light';
  /** What is done with the page before it is loaded. */
  before?: (page: Page) => Promise<unknown>;
}

/** Pages that share a cache, as those of one visitor do: code that has been compiled is not compiled again. */
export function newContext(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
}

/**
 * Opens the explorer as a visitor for the first time does, ready to be used.
 * @param listen is told of the page before it is loaded
 */
export async function openPage(
  context: BrowserContext,
  url: string,
  { query, variables, plugin, width = 1280, height = 800, colorScheme = 'light', before }: Opening = {},
  listen: (page: Page) => void = () => {},
): Promise<Page> {
  const page = await context.newPage();
  listen(page);
  await before?.(page);
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
  const storage = await context.newCDPSession(page);
  await storage.send('Storage.clearDataForOrigin', { origin: url, storageTypes: 'local_storage' });
  const shared = new URLSearchParams({
    ...(query && { query }),
    ...(variables && { variables: JSON.stringify(variables) }),
  });
  await page.goto(query ? `${url}/#${shared}` : url);
  await page.locator('.graphiql-query-editor .view-lines').waitFor({ state: 'attached' }); // a phone shows the plugin
  if (plugin) await show(page, plugin);
  return page;
}

/** Shows a plugin, if it is not shown yet. @returns its pane */
export async function show(page: Page, plugin: string) {
  const pane = page.getByRole('region', { name: plugin, exact: true });
  const [shows, hides] = ['Show', 'Hide'].map((does) =>
    page.getByRole('button', { name: `${does} ${plugin}`, exact: true }),
  );
  await shows!.or(hides!).waitFor();
  if (await shows!.isVisible()) await shows!.click();
  await pane.waitFor();
  return pane;
}

/** Runs what stands in the editor, or stops it. */
export async function execute(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Execute|Stop) query/ }).click();
}

/** The button that shows a tab. */
export const tab = (page: Page, name: string) =>
  page.locator('.graphiql-tabs').getByRole('button', { name, exact: true });
