import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Client, client } from '../client.ts';
import { loadWholeDemo } from '../demo.ts';
import { openWorld } from '../world.ts';

export const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

// A browser that does not call home: its background connections would look like requests of the page.
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface Opening {
  query?: string;
  variables?: Record<string, unknown>;
  /** The plugin that is shown. */
  plugin?: string;
  width?: number;
  height?: number;
  colorScheme?: 'dark' | 'light';
}

/** The explorer over the whole demo, and a browser to look at it. */
export interface Explorer extends AsyncDisposable {
  url: string;
  /** Asks the same gateway past the browser. */
  gateway: Client;
  browser: Browser;
  /** Opens it as a visitor for the first time does, ready to be used. */
  open(opening?: Opening): Promise<Page>;
  /** What the pages asked of others than the gateway, and what failed in them, since this was last asked. */
  complaints(): string[];
}

/** Over a world of its own, or at the address in EXPLORER_URL, which is that of `npm start` for instance. */
export async function openExplorer(): Promise<Explorer> {
  const { url, close } = process.env.EXPLORER_URL
    ? { url: process.env.EXPLORER_URL, close: async () => {} }
    : await openDemo();
  const browser = await chromium.launch({ executablePath: executablePath!, args });
  let complaints: string[] = [];
  return {
    ...{ url, browser },
    gateway: client(url),
    async open({ query, variables, plugin, width = 1280, height = 800, colorScheme = 'light' } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme,
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      const page = await context.newPage();
      page.on('close', () => void context.close().catch(() => {})); // which the browser's end has done
      page.on('request', (request) => {
        if (/^(https?|wss?):/.test(request.url()) && !request.url().startsWith(url))
          complaints.push(`asked ${request.url()}`);
      });
      page.on('response', (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
      });
      page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      const shared = new URLSearchParams({
        ...(query && { query }),
        ...(variables && { variables: JSON.stringify(variables) }),
      });
      await page.goto(query ? `${url}/#${shared}` : url);
      await page.locator('.graphiql-query-editor .view-lines').waitFor({ state: 'attached' }); // a phone shows the plugin
      if (plugin) await show(page, plugin);
      return page;
    },
    complaints() {
      const told = complaints;
      complaints = [];
      return told;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await close();
    },
  };
}

async function openDemo() {
  const world = await openWorld({ READ_AFTER_TIMEOUT_MS: 30_000 });
  await world.ingest();
  await loadWholeDemo(world, Date.now());
  const { url } = await world.gateway();
  return { url, close: () => world[Symbol.asyncDispose]() };
}

/** Shows a plugin, if it is not shown yet. @returns its pane */
export async function show(page: Page, plugin: string) {
  const pane = page.getByRole('region', { name: plugin, exact: true });
  if (!(await pane.isVisible())) await page.getByRole('button', { name: `Show ${plugin}`, exact: true }).click();
  await pane.waitFor();
  return pane;
}

/** Runs what stands in the editor, or stops it. */
export async function execute(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Execute|Stop) query/ }).click();
}
