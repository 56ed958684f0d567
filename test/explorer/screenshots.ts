// Makes the pictures of docs/explorer.md from a running system with the demo's data:
//   npm start, and in another terminal: npx node test/explorer/screenshots.ts [address of the gateway]
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { projectRoot } from '../../platform/root.ts';
import { execute, launch, newContext, type Opening, openPage, show } from './browser.ts';

interface Picture extends Opening {
  plugin: string;
  /** The title of the recipe that is run first. */
  recipe?: string;
  /** Waits until there is something to see, or brings it about. */
  ready(pane: Locator, page: Page): Promise<unknown>;
}

const pictures: Record<string, Picture> = {
  cookbook: {
    plugin: 'Cookbook',
    recipe: 'Who left a company, and where are they now?',
    ready: (_, page) => page.locator('.result-window').getByText('"company"').first().waitFor(),
  },
  'event-log': {
    plugin: 'Event log',
    recipe: 'Replay the last minutes and go on live',
    ready: async (pane) => {
      await pane.getByRole('option').nth(12).waitFor();
      await pane.getByRole('option').nth(9).click();
    },
  },
  chart: { plugin: 'Chart', recipe: 'How did a day go?', ready: (pane) => pane.locator('canvas').waitFor() },
  graph: {
    plugin: 'Graph',
    recipe: 'What did a company buy, and what had those bought?',
    ready: async (pane) => {
      await pane.getByRole('option', { name: /^Harbor Analytics/ }).focus();
      await pane.page().keyboard.press('Enter'); // which expands it
      await pane.getByRole('option').nth(8).waitFor();
      await pane.page().keyboard.press('0'); // which fits it in
    },
  },
  floor: {
    plugin: 'Floor',
    colorScheme: 'dark',
    ready: async (pane) => {
      await pane.getByText('Live').waitFor();
      await pane.getByRole('button', { name: /^Cafeteria, \d+ p/ }).click();
    },
  },
  topics: {
    plugin: 'Topics',
    colorScheme: 'dark',
    ready: (pane) => pane.getByText('occupancy.readings').first().waitFor(),
  },
  plan: {
    plugin: 'Query plan',
    recipe: 'What is known about a company?',
    ready: (pane) => pane.getByText('wiki').first().waitFor(),
  },
  phone: {
    plugin: 'Floor',
    width: 390,
    height: 844,
    ready: (pane) => pane.getByText('Live').waitFor(),
  },
};

const url = process.argv[2] ?? 'http://127.0.0.1:4000';
const folder = join(projectRoot, 'docs', 'explorer');
const browser = await launch();
const context = await newContext(browser);
try {
  await mkdir(folder, { recursive: true });
  for (const [name, { recipe, plugin, ready, ...opening }] of Object.entries(pictures)) {
    const page = await openPage(context, url, opening);
    if (recipe) {
      const cookbook = await show(page, 'Cookbook');
      await cookbook.getByRole('button', { name: recipe }).click();
      await page.locator('.graphiql-tab').nth(1).waitFor();
      await execute(page);
    }
    await ready(await show(page, plugin), page);
    await page.mouse.move(0, 0);
    await writeFile(join(folder, `${name}.png`), await settled(page));
    await page.close();
    console.log(`docs/explorer/${name}.png`);
  }
} finally {
  await browser.close();
}

/** A picture in which nothing moves any longer; of what never stands still, the tenth. */
async function settled(page: Page): Promise<Buffer> {
  let last = await page.screenshot();
  for (let taken = 1; taken < 10; taken++) {
    const next = await page.screenshot();
    if (next.equals(last)) return next;
    last = next;
  }
  return last;
}
