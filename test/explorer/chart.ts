import { readFile } from 'node:fs/promises';
import type { Download, Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { violations } from './axe.ts';
import { execute, show, tab } from './browser.ts';
import type { Explorer } from './explorer.ts';

const query = `query Day($space: ID!, $from: DateTime!, $to: DateTime!) {
  space(id: $space) { name series(from: $from, to: $to, every: "PT15M") { start entered left value min max } }
}`;
const ago = (hours: number) => new Date(Math.floor(Date.now() / 60_000) * 60_000 - hours * 3_600_000).toISOString();
const variables = { space: 'cafeteria', from: ago(12), to: ago(2) };

interface Day {
  space: { series: Record<'start' | 'entered' | 'left' | 'value' | 'min' | 'max', string | number>[] };
}

/** Drawing what is a list. */
export function chart(explorer: () => Explorer): void {
  test('draws a list over time, keeps what is chosen, and saves what it shows', async () => {
    const page = await explorer().open({ query, variables, plugin: 'Chart' });
    const pane = await show(page, 'Chart');
    await execute(page);
    const { series } = (await explorer().gateway.query<Day>(query, variables)).space;
    const values = series.flatMap(({ start: _, ...counts }) => Object.values(counts)) as number[];
    const extent = `min ${Math.min(...values)}, max ${Math.max(...values)}.`;
    await summary(pane, new RegExp(`^${values.length} points in 5 series, from .*, ${extent}$`));
    expect(await pane.getByRole('img').getAttribute('aria-label')).toMatch(
      /^Day: space\.series, by start\. 200 points/,
    );
    await expect.poll(() => blueIn(page)).toBeGreaterThan(100);

    await pane.getByRole('button', { name: 'Bar' }).click();
    for (const name of ['entered', 'left', 'value', 'min']) await pane.getByRole('button', { name }).click();
    await summary(pane, /^40 points of max, /);
    await page.getByRole('button', { name: 'New tab' }).click();
    await pane.getByText('Nothing has been run in this tab yet.').waitFor();
    await tab(page, 'Day').click();
    await summary(pane, /^40 points of max, /);
    expect(await pane.getByRole('button', { name: 'Bar' }).getAttribute('aria-pressed')).toBe('true');
    expect(await violations(page, 'section.pane')).toEqual([]);

    const picture = await saved(page, pane.getByRole('button', { name: 'PNG' }));
    expect(picture.name).toBe('Day-space-series.png');
    expect(picture.bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(picture.bytes.readUInt32BE(16)).toBe(2 * (960 + 2 * 16));
    const table = await saved(page, pane.getByRole('button', { name: 'CSV' }));
    const lines = [Object.keys(series[0]!), ...series.map((row) => Object.values(row))];
    expect(table.bytes.toString()).toBe(lines.map((line) => `${line.join(',')}\r\n`).join(''));

    await page.reload();
    await page.locator('.graphiql-query-editor .view-lines').waitFor();
    await tab(page, 'Day').click();
    await execute(page);
    await summary(pane, /^40 points of max, /);
    await page.close();
  });

  test('shows the rows, sorted by any field', async () => {
    const page = await explorer().open({ query, variables, plugin: 'Chart' });
    const pane = await show(page, 'Chart');
    await execute(page);
    await pane.getByRole('button', { name: 'Table' }).click();
    const { series } = (await explorer().gateway.query<Day>(query, variables)).space;
    const texts = (row: object) => Object.values(row).map(String);
    await expect.poll(() => cellsOf(pane, 2)).toEqual(texts(series[0]!));
    await pane.getByRole('button', { name: 'entered' }).press('Enter');
    await pane.getByRole('button', { name: 'entered' }).press('Enter');
    await pane.locator('th[aria-sort=descending]').waitFor();
    const most = series.toSorted((a, b) => Number(b.entered) - Number(a.entered));
    await expect.poll(() => cellsOf(pane, 2)).toEqual(texts(most[0]!));
    expect(await violations(page, 'section.pane')).toEqual([]);
    await page.close();
  });

  test('adds the events of a subscription as they come', async () => {
    const { gateway } = explorer();
    const id = `chart-${Date.now()}`;
    const { saveDpu } = await gateway.query<{ saveDpu: { position: string } }>(
      `mutation($id: ID!, $name: String!, $from: DateTime!) {
        saveSpace(input: { id: $id, name: $name }) { position }
        saveDoorway(input: { id: $id, name: $name, ingress: $id }) { position }
        saveDpu(input: { id: $id, doorway: $id, from: $from }) { position }
      }`,
      { id, name: id, from: ago(1) },
    );
    await gateway.query('query($id: ID!) { space(id: $id) { id } }', { id }, { 'read-after': saveDpu.position });
    const page = await explorer().open({
      query: 'subscription Live($id: ID!) { spaceCount(space: $id) { at count { value } } }',
      variables: { id },
      plugin: 'Chart',
    });
    const pane = await show(page, 'Chart');
    await pane.getByText('Nothing has been run').waitFor();
    await execute(page);
    await summary(pane, /^1 point of count\.value, .* min 0, max 0\.$/);
    for (const second of [1, 2, 3])
      await gateway.query(
        'mutation($dpu: ID!, $time: DateTime!) { recordReadings(readings: [{ dpu: $dpu, time: $time, direction: 1 }]) { accepted } }',
        { dpu: id, time: new Date(Date.parse(ago(0.5)) + second * 1_000).toISOString() },
      );
    await summary(pane, /^4 points of count\.value, .* min 0, max 3\.$/);
    await execute(page);
    await gateway.query(
      'mutation($id: ID!) { deleteDpu(id: $id) { accepted } deleteDoorway(id: $id) { accepted } deleteSpace(id: $id) { accepted } }',
      { id },
    );
    await page.close();
  });

  test('says why there is nothing to draw, and opens what can be drawn', async () => {
    const page = await explorer().open({ query: '{ spaces { totalCount } }', plugin: 'Chart' });
    const pane = await show(page, 'Chart');
    await execute(page);
    await pane.getByText('There is no list of objects in the answer.').waitFor();
    expect(await violations(page, 'section.pane')).toEqual([]);
    await pane.getByRole('button', { name: 'How did a day go?' }).click();
    await tab(page, 'Day').waitFor();
    await execute(page);
    await summary(pane, /points in 5 series/);
    await page.close();
  });

  test('draws 50,000 rows', async () => {
    const asked = 'query Many { many { at city value } }';
    const page = await explorer().open({ query: asked, plugin: 'Chart', colorScheme: 'dark' });
    const pane = await show(page, 'Chart');
    const many = Array.from({ length: 50_000 }, (_, n) => ({
      at: new Date(n * 60_000).toISOString(),
      city: ['Bergen', 'Vienna'][n % 2],
      value: n % 7 === 0 ? null : Math.round(100 * Math.sin(n / 3_000)),
    }));
    await page.route('**/graphql', (route) => route.fulfill({ json: { data: { many } } }));
    await execute(page);
    await summary(pane, /^42,857 points in 2 series, .* min -100, max 100\.$/);
    await pane.getByRole('combobox', { name: 'Split by' }).selectOption('nothing');
    await summary(pane, /^42,857 points of value/);
    await expect.poll(() => blueIn(page)).toBeGreaterThan(1_000); // of a line with gaps nothing would be left
    expect(await violations(page, 'section.pane')).toEqual([]);
    await pane.getByRole('button', { name: 'Bar' }).click();
    await pane.getByRole('button', { name: 'Table' }).click();
    await pane.getByRole('region', { name: 'Rows of many' }).press('End');
    await expect.poll(() => cellsOf(pane, 50_001)).toEqual([many.at(-1)!.at, 'Vienna', String(many.at(-1)!.value)]);
    expect(await pane.locator('tr').count()).toBeLessThan(100);
    expect(await violations(page, 'section.pane')).toEqual([]);
    await page.close();
  });
}

async function summary(pane: Locator, expected: RegExp): Promise<void> {
  await expect.poll(() => pane.locator('.chart-summary').textContent(), { timeout: 30_000 }).toMatch(expected);
}

/** @param row as it is counted for those who do not see the table, with its header */
function cellsOf(pane: Locator, row: number): Promise<string[]> {
  return pane.locator(`tr[aria-rowindex="${row}"] td`).allTextContents();
}

/** How many pixels have the colour of the first series, or nearly. */
function blueIn(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('.chart canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at + 2] > data[at] + 80) count += 1;
    return count;
  })()`);
}

async function saved(page: Page, button: Locator): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: (download as Download).suggestedFilename(), bytes: await readFile(await download.path()) };
}
