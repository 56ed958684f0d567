import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { violations } from './axe.ts';
import { show, tab } from './browser.ts';
import type { Explorer } from './explorer.ts';

interface Node {
  id: string;
  name: string;
  series: { start: string; value: number; min: number; max: number }[];
}
interface Asked {
  from: string;
  to: string;
  every: string;
}

const rooms = (pane: Locator) => pane.locator('.floor-room');
const people = (value: number) => `${value} ${value === 1 ? 'person' : 'people'}`;

/** Shows the floor. @returns it, and the buckets that it asks for */
async function showFloor(page: Page): Promise<{ pane: Locator; asked: Asked }> {
  const request = page.waitForRequest((one) => one.postData()?.includes('FloorSeries') ?? false);
  const pane = await show(page, 'Floor');
  const asked = (await request).postDataJSON().variables as Asked;
  await pane.getByRole('status').getByText('Live').waitFor();
  return { pane, asked };
}

/** People on the plan of the rooms, over time. */
export function floor(explorer: () => Explorer): void {
  test('has the rooms of the graph, with their counts at any time', async () => {
    const { gateway, open } = explorer();
    const page = await open();
    await page.clock.setFixedTime(new Date()); // so that no other bucket is over meanwhile
    const { pane, asked } = await showFloor(page);
    const { spaces } = await gateway.query<{ spaces: { edges: { node: Node }[] } }>(
      `query ($from: DateTime!, $to: DateTime!, $every: String!) { spaces(first: 200) { edges { node {
        id name series(from: $from, to: $to, every: $every) { start value min max } } } } }`,
      asked,
    );
    const known = spaces.edges.map(({ node }) => node);
    expect(await rooms(pane).count()).toBe(known.length);
    const moved = known[0]!.series.findIndex((_, at) =>
      known.some(({ series }) => series[at]!.value !== series[at + 1]?.value),
    );

    // Home, the arrows and End are all that it takes.
    const slider = pane.getByRole('slider', { name: 'Time' });
    await slider.focus();
    await page.keyboard.press('Home');
    for (let at = 0; at < moved; at++) await page.keyboard.press('ArrowRight');
    for (const position of [moved, moved + 1]) {
      expect(await slider.inputValue()).toBe(String(position));
      const end = Date.parse(asked.from) + (position + 1) * 900_000;
      const then = await gateway.query<{ spaces: { edges: { node: { id: string; count: { value: number } } }[] } }>(
        'query ($at: DateTime!) { spaces(first: 200) { edges { node { id count(at: $at) { value } } } } }',
        { at: new Date(end - 1).toISOString() },
      );
      const counted = new Map(then.spaces.edges.map(({ node }) => [node.id, node.count.value]));
      for (const { id, name, series } of known) {
        const { value } = series[position]!;
        expect(counted.get(id)).toBe(value);
        await pane.getByRole('button', { name: `${name}, ${people(value)}` }).waitFor();
      }
      expect(await pane.getByRole('status').textContent()).toContain(new Date(end).toISOString().slice(11, 16));
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('End');
    await pane.getByRole('status').getByText('Live').waitFor();
    await pane.getByRole('button', { name: /^Stairs, .+, inferred/ }).waitFor();

    await pane.getByRole('button', { name: 'Play' }).click();
    await pane.getByRole('button', { name: 'Pause' }).click();
    expect(Number(await slider.inputValue())).toBeLessThan(96);
    await page.close();
  });

  test('tells a room of its own live, and what is known of it', async () => {
    const { gateway } = explorer();
    const id = `floor-${randomUUID()}`;
    const change = async (text: string, variables = {}) => {
      const data = await gateway.query<Record<string, { position: string }>>(`mutation ${text}`, variables);
      return Object.values(data).at(-1)!.position;
    };
    onTestFinished(async () => {
      await change(`{ a: deleteDpu(id: "${id}") { position } b: deleteDoorway(id: "${id}") { position }
        c: deleteSpace(id: "${id}") { position } }`);
    });
    const page = await explorer().open();
    const { pane } = await showFloor(page);
    const position = await change(
      `($from: DateTime!) {
        a: saveSpace(input: { id: "${id}", name: "${id}", latitude: 60.5, longitude: 5.25, company: 2010 }) { position }
        b: saveDoorway(input: { id: "${id}", name: "Door of ${id}", ingress: "${id}" }) { position }
        c: saveDpu(input: { id: "${id}", doorway: "${id}", from: $from }) { position } }`,
      { from: new Date(Date.now() - 3_600_000).toISOString() },
    );
    await gateway.query(`{ space(id: "${id}") { name } }`, {}, { 'read-after': position });
    await pane.getByRole('button', { name: 'Ask for the spaces again' }).click();
    const room = pane.getByRole('button', { name: id });
    await room.click();

    const record = (directions: number[], time = Date.now()) =>
      change('($readings: [ReadingInput!]!) { recordReadings(readings: $readings) { position } }', {
        readings: directions.map((direction) => ({ dpu: id, time: new Date(time).toISOString(), direction })),
      });
    const says = (words: string) => pane.getByRole('button', { name: `${id}, ${words}`, exact: true }).waitFor();
    await says('0 people');
    await record([1, 1, 1]);
    await says('3 people');
    await record([-1, -1]);
    await says('1 person');
    await record([-1, -1]);
    await says('-1 people, drift');

    const details = pane.getByRole('region', { name: id });
    await details.getByText('latitude 60.5, longitude 5.25').waitFor();
    await details.getByRole('row', { name: `Door of ${id} to outdoors` }).waitFor();
    await details.getByRole('button', { name: 'Ask about it' }).click();
    await tab(page, 'Space').waitFor();
    await page.close();
  });

  test('is accessible, light and dark', async () => {
    const page = await explorer().open({ width: 390, height: 844 });
    const { pane } = await showFloor(page);
    await pane.getByRole('button', { name: 'Lobby, ' }).click();
    await pane.getByText('As a table').click();
    await pane.getByRole('cell', { name: 'inferred' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test('says what to do where there are no spaces', async () => {
    const page = await explorer().open();
    const none = { totalCount: 0, edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('FloorSpaces')
        ? route.fulfill({ json: { data: { spaces: none } } })
        : route.fallback(),
    );
    const pane = await show(page, 'Floor');
    await pane.getByRole('button', { name: 'Open mutations for a first space' }).click();
    await page.locator('.graphiql-query-editor').getByText('saveDoorway').waitFor();
    await page.close();
  });

  test('goes on by itself when the gateway fails, and when the connection is lost', async () => {
    const page = await explorer().open();
    let cut = () => {};
    await page.routeWebSocket(/graphql/, (socket) => {
      socket.connectToServer();
      cut = () => void socket.close({ code: 3000 });
    });
    await page.route('**/graphql', (route) =>
      route.fulfill({ status: 503, json: { errors: [{ message: 'The store is away.' }] } }),
    );
    const pane = await show(page, 'Floor');
    await pane.getByRole('alert').getByText('The store is away.').waitFor();
    explorer().complaints(); // about the 503
    await page.unroute('**/graphql');
    const status = pane.getByRole('status');
    await status.getByText('Live').waitFor();
    expect(await pane.getByRole('alert').count()).toBe(0);

    await expect.poll(() => rooms(pane).count()).toBeGreaterThan(0);
    cut();
    await status.getByText('Trying again').waitFor();
    await status.getByText('Live').waitFor();
    await page.close();
  });
}
