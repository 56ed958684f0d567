import type { Browser, Page } from 'playwright-core';
import { type Client, client } from '../client.ts';
import { loadWholeDemo } from '../demo.ts';
import { openWorld } from '../world.ts';
import { launch, newContext, type Opening, openPage } from './browser.ts';

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
  const browser = await launch();
  const context = await newContext(browser);
  let complaints: string[] = [];
  const listen = (page: Page) => {
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
  };
  return {
    ...{ url, browser },
    gateway: client(url),
    open: (opening) => openPage(context, url, opening, listen),
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
