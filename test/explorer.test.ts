import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { peopleDemo } from '../ingest/people/demo.ts';
import { keyOf, toPeopleChange } from '../schema/people/change.ts';
import type { PeopleMessage } from '../schema/people/messages.ts';
import { openWorld, type World } from './world.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!executablePath)
  console.warn('No Chromium on this machine: the explorer is not tested. Install the package chromium.');

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

let world: World;
let url: string;
let browser: Browser;

beforeAll(async () => {
  if (!executablePath) return;
  world = await openWorld();
  await world.ingest();
  await publish(...peopleDemo());
  url = (await world.gateway()).url;
  browser = await chromium.launch({ executablePath, args });
});
afterAll(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
});

test.skipIf(!executablePath)(
  'opens on the cookbook, runs a recipe and shows a live change, all from one origin',
  async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const foreign: string[] = [];
    const failed: string[] = [];
    page.on('request', (request) => {
      if (/^(https?|wss?):/.test(request.url()) && !request.url().startsWith(url)) foreign.push(request.url());
    });
    page.on('response', (response) => {
      if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`);
    });
    page.on('pageerror', (error) => failed.push(error.message));
    const editors = Promise.withResolvers<void>();
    await page.route(/monaco-editor/, (route) => editors.promise.then(() => route.continue()));
    await page.goto(url, { waitUntil: 'commit' });
    await page.locator('.graphiql-tabs').waitFor({ state: 'attached' });
    // A tab chosen before the editors stand would show the query of the first one.
    expect(await page.getByRole('tab').count()).toBe(0);
    editors.resolve();

    await openTab(page, 'Employers');
    await page.getByRole('button', { name: /Execute query/ }).click();
    await page.locator('.result-window').getByText('Chief Technology Officer').first().waitFor();

    await openTab(page, 'LiveChanges');
    const subscribed = page
      .waitForEvent('websocket')
      .then((socket) => socket.waitForEvent('framesent', ({ payload }) => String(payload).includes('subscribe')));
    await page.getByRole('button', { name: /Execute query/ }).click();
    await subscribed;
    // The change may be published before the gateway has subscribed, so it is published until it is seen.
    const seen = page.locator('.result-window').getByText('Zuzana Live').first().waitFor();
    const publishing = setInterval(
      () => void publish({ type: 'Person', data: { person_id: 1099, name: 'Zuzana Live' } }),
      500,
    );
    await seen.finally(() => clearInterval(publishing));
    await page.getByRole('button', { name: /Stop query/ }).click();

    expect(foreign).toEqual([]);
    expect(failed).toEqual([]);
    await page.close();
  },
);

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
  await page.locator('.graphiql-query-editor').getByText(name).first().waitFor();
}

async function publish(...messages: PeopleMessage[]): Promise<void> {
  await world.publisher.publish(
    'people.events',
    messages.map((message) => ({ key: keyOf(toPeopleChange(message)), value: JSON.stringify(message) })),
  );
}
