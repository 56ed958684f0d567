import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { violations } from './axe.ts';
import { show } from './browser.ts';
import type { Explorer } from './explorer.ts';

interface Found {
  topic: { messages: { edges: { node: { partition: number; offset: string } }[] } };
}

/** The topics: how far views are, messages, and what was refused. */
export function topics(explorer: () => Explorer): void {
  const gateway = () => explorer().gateway;

  /** Publishes a company so many times, with a headcount that counts on from the first. */
  async function publish(company: number, first: number, times: number): Promise<void> {
    const messages = Array.from({ length: times }, (_, at) => ({
      type: 'Company',
      data: { company_id: company, company_name: 'Seen in topics', headcount: first + at },
    }));
    const mutation = 'mutation ($messages: [JSON!]!) { publishPeople(messages: $messages) { position } }';
    const { publishPeople } = await gateway().query<{ publishPeople: { position: string } }>(mutation, { messages });
    // The pages of a topic end where the archive does.
    await gateway().query('{ topic(name: "people.events") { name } }', {}, { 'read-after': publishPeople.position });
  }

  const messagesOf = async (key: number) => {
    const query = `query ($key: String) {
      topic(name: "people.events") { messages(key: $key, first: 1000) {
        edges { node { partition offset } } } } }`;
    const { topic } = await gateway().query<Found>(query, { key: String(key) });
    return topic.messages.edges.map(({ node: { partition, offset } }) => `${partition}/${offset}`);
  };

  test('shows how many messages every topic has, and how far its views are', async () => {
    const page = await explorer().open();
    const pane = await show(page, 'Topics');
    const query = '{ topics { name partitions { id start end } views { view } } }';
    type Topic = { name: string; partitions: { id: number; start: string; end: string }[]; views: { view: string }[] };
    const { topics } = await gateway().query<{ topics: Topic[] }>(query);
    await pane.getByRole('button', { name: 'Messages of people.events' }).waitFor();
    const bodies = pane.locator('table.topics > tbody');
    expect(await bodies.locator('.topic-name').allTextContents()).toEqual(topics.map(({ name }) => name));
    for (const [at, { views }] of topics.entries())
      expect(await bodies.nth(at).locator('tr:not(.topic) td:first-child').allTextContents()).toEqual(
        views.map(({ view }) => view),
      );

    // Nothing is written to the terms of menus but by tests of menus.
    const terms = topics.find(({ name }) => name === 'menu.terms')!;
    await pane.getByRole('button', { name: '1 partition of menu.terms' }).click();
    const partitions = pane.getByRole('table', { name: 'Partitions of menu.terms' }).locator('tbody tr');
    expect(await cells(partitions)).toEqual(
      terms.partitions.map(({ id, start, end }) => [id, start, end, Number(end) - Number(start)].map(grouped)),
    );
    await page.close();
  });

  test('says what the gateway says when it fails, goes on by itself, and leads to where a token is shown', async () => {
    const page = await explorer().open();
    let code: string | undefined = 'FORBIDDEN';
    await page.route('**/graphql', (route) => {
      if (!code || !route.request().postData()?.includes('TopicsAndViews')) return route.continue();
      const errors = [{ message: 'The scope streams:read is missing.', extensions: { code } }];
      return route.fulfill({ json: { data: null, errors } });
    });
    const pane = await show(page, 'Topics');
    await pane.getByText('The scope streams:read is missing.').waitFor();
    await pane.getByRole('button', { name: 'Open Access' }).click();
    await page.getByRole('region', { name: 'Access' }).waitFor();

    code = 'STORE_UNAVAILABLE';
    await show(page, 'Topics');
    await pane.getByRole('alert').waitFor();
    expect(await pane.getByRole('button', { name: 'Open Access' }).count()).toBe(0);
    code = undefined;
    await pane.getByRole('button', { name: 'Messages of people.events' }).waitFor();
    expect(await pane.getByRole('alert').count()).toBe(0);
    await page.close();
  });

  test('reads the messages of a key page by page, and goes on live without a gap', async () => {
    const company = 700_000_000 + Math.floor(Math.random() * 90_000_000);
    await publish(company, 1, 120);
    const page = await explorer().open();
    const pane = await show(page, 'Topics');
    await pane.getByRole('button', { name: 'Messages of people.events' }).click();
    expect(await focused(page)).toBe('Messages of people.events');
    await pane.getByLabel('Key').fill(String(company));
    await pane.getByRole('button', { name: 'Read', exact: true }).click();
    await pane.getByText('100 messages', { exact: true }).waitFor();
    await pane.getByRole('button', { name: 'More' }).click();
    await pane.getByText('120 messages', { exact: true }).waitFor();

    // What comes between the page and the tail is told, and what comes while the tail is interrupted or paused.
    await publish(company, 121, 3);
    const sockets: { close(): Promise<void> }[] = [];
    await page.routeWebSocket('**/graphql', (socket) => {
      sockets.push(socket);
      socket.connectToServer();
    });
    await pane.getByRole('button', { name: 'Tail live' }).click();
    await pane.getByText('123 messages', { exact: true }).waitFor();
    await pane.getByText('Live: connected.').waitFor();
    await publish(company, 124, 3);
    await pane.getByText('126 messages', { exact: true }).waitFor();
    await sockets[0]!.close();
    await pane.getByText(/Trying again in/).waitFor();
    await publish(company, 127, 3);
    await pane.getByText('129 messages', { exact: true }).waitFor();
    await pane.getByRole('button', { name: 'Pause' }).click();
    await publish(company, 130, 3);
    await pane.getByRole('button', { name: 'Go on live' }).click();
    await pane.getByText('132 messages', { exact: true }).waitFor();
    await pane.getByRole('button', { name: 'Pause' }).click();

    const places = await messagesOf(company);
    expect(places).toHaveLength(132);
    expect(await walked(pane, places.length)).toEqual(places);
    await page.keyboard.press('End');
    const detail = pane.getByRole('region', { name: `Message ${places.at(-1)}` });
    await detail.getByRole('button', { name: 'Copy value' }).click();
    await detail.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = JSON.parse(await page.evaluate('navigator.clipboard.readText()'));
    expect(copied).toMatchObject({ type: 'Company', data: { company_id: company, headcount: 132 } });
    expect(JSON.parse(await detail.locator('pre').textContent().then(String))).toEqual(copied);
    await detail.getByRole('button', { name: 'Close' }).click();
    await detail.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.role')).toBe('grid');

    // From a time.
    const since = new Date(Date.now() + 3_600_000).toISOString();
    await pane.getByLabel('From').fill(local(since));
    await pane.getByRole('button', { name: 'Read', exact: true }).click();
    await pane.getByText(/No message with the key .+ since this time/).waitFor();
    await pane.getByRole('button', { name: 'Read from the oldest' }).click();
    await pane.getByText('100 messages', { exact: true }).waitFor();
    expect(await pane.getByLabel('From').inputValue()).toBe('');

    await pane.getByRole('button', { name: 'All topics' }).click();
    expect(await focused(page)).toBe('Messages');
    explorer().complaints(); // of the connection that was cut
    await page.close();
  });

  test('mends what was refused and sends it again, and shows what is still wrong', async () => {
    const dpu = `seen-in-topics-${Math.random().toString(36).slice(2)}`;
    const [first, second] = [1, 2].map((id) =>
      JSON.stringify({ dpu_id: dpu, reading_id: `${dpu}-${id}`, direction: 1 }),
    );
    const upload = await fetch(`${explorer().url}/occupancy/readings`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `${first}\n${second}\n`,
    });
    expect(upload.status).toBe(200);
    const page = await explorer().open();
    const pane = await show(page, 'Topics');
    await pane.getByRole('button', { name: 'Dead letters of occupancy.readings' }).click();
    expect(await focused(page)).toBe('Dead letters');
    expect(await pane.getByLabel('Topic').inputValue()).toBe('occupancy.readings');
    const letter = (id: number) => page.getByRole('button').filter({ hasText: `${dpu}-${id}` });
    const opened = pane.getByRole('button', { expanded: true }).filter({ hasText: 'occupancy.readings' });
    const value = pane.getByRole('textbox', { name: /^Value of/ });
    await letter(1).waitFor();

    // A mistake in the JSON is shown by its place, and does not forbid to send.
    await letter(1).click();
    expect(await value.inputValue()).toBe(first);
    await value.fill('{\n  "dpu_id": ,\n}');
    await pane.getByText('No JSON: line 2, column 13 should have a value.').waitFor();

    // Still wrong: it comes back as a letter of its own.
    const wrong = first!.replace('}', ',"timestamp":"yesterday"}');
    await value.fill(wrong);
    await pane.getByRole('button', { name: 'Send mended' }).click();
    await pane.getByText('Kafka has taken 1 message into occupancy.readings.').waitFor();
    await opened.getByText('✓ sent again').waitFor();
    const back = letter(1).filter({ hasText: 'not "yesterday"' });
    await back.getByText('refused').waitFor();

    // What was sent again is not sent once more without a question, and the gateway refuses it.
    await pane.getByRole('button', { name: 'Send once more…' }).click();
    await pane.getByRole('dialog').getByText('Sent again before').waitFor();
    await pane.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
    await pane
      .getByRole('alert')
      .getByText(/^Already sent again/)
      .waitFor();

    // Several at once, mended, after a question.
    const time = new Date().toISOString();
    await back.click();
    await value.fill(first!.replace('}', `,"timestamp":"${time}"}`));
    await letter(2).click();
    await value.fill(second!.replace('}', `,"timestamp":"${time}"}`));
    for (const row of [back, letter(2)]) await pane.getByRole('row').filter({ has: row }).getByRole('checkbox').check();
    await pane.getByRole('button', { name: 'Send 2 again' }).click();
    await pane.getByRole('dialog').getByText('2 mended, 0 as they were.').waitFor();
    expect(await violations(page, 'section.pane')).toEqual([]);
    await pane.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
    await pane.getByText('2 messages sent again.').waitFor();
    await letter(2).getByText('✓ sent again').waitFor();

    const readings = 'query ($dpu: ID) { readings(dpu: $dpu) { edges { node { id direction } } } }';
    type Readings = { readings: { edges: { node: { id: string } }[] } };
    await expect
      .poll(async () => {
        const { readings: found } = await gateway().query<Readings>(readings, { dpu });
        return found.edges.map(({ node }) => node.id).sort();
      })
      .toEqual([`${dpu}-1`, `${dpu}-2`]);
    await page.close();
  });

  test('keeps the letter that is being mended, however many come', async () => {
    const page = await explorer().open();
    let newest = 7;
    await page.route('**/graphql', (route) => {
      if (!/query (Newest)?DeadLetters?\(/.test(route.request().postData() ?? '')) return route.fallback();
      const place = { topic: 'occupancy.readings', partition: 0, offset: '1' };
      const told = { reason: 'No reading.', key: null, headers: null, at: new Date().toISOString(), redriven: null };
      const node = { id: `0/${newest}`, ...place, ...told, value: `{"letter":${newest}}` };
      const deadLetters = { totalCount: newest, edges: [{ node }], pageInfo: { hasNextPage: true } };
      return route.fulfill({ json: { data: { deadLetters } } });
    });
    const pane = await show(page, 'Topics');
    await pane.getByRole('button', { name: /^Dead letters \(/ }).click();
    await page.getByRole('button').filter({ hasText: '{"letter":7}' }).click();
    const value = pane.getByRole('textbox', { name: 'Value of 0/7' });
    await value.fill('mended');
    newest = 60;
    await page.getByRole('button').filter({ hasText: '{"letter":60}' }).waitFor();
    expect(await value.inputValue()).toBe('mended');
    await page.close();
  });

  test.each(['dark', 'light'] as const)('can be used by all, %s', async (colorScheme) => {
    const page = await explorer().open({ colorScheme });
    const pane = await show(page, 'Topics');
    const check = async () => expect(await violations(page, 'section.pane')).toEqual([]);
    await pane.getByRole('button', { name: /partitions? of people.events$/ }).click();
    await check();
    await pane.getByRole('button', { name: 'Messages of people.events' }).click();
    await pane.getByRole('button', { name: 'From the oldest' }).click();
    await pane.getByRole('grid').waitFor();
    await pane.getByRole('grid').press('ArrowDown');
    await pane.getByRole('button', { name: 'Copy value' }).waitFor();
    await check();
    await pane.getByRole('button', { name: 'All topics' }).click();
    await pane.getByRole('button', { name: /^Dead letters \(/ }).click();
    const letter = pane.locator('button.letter').first();
    await letter.click(); // the demo has one
    await check();
    await page.close();
  });
}

/** The places of the messages of a grid, of which only those in sight are in the page, walked through by keys. */
async function walked(pane: Locator, count: number): Promise<string[]> {
  const grid = pane.getByRole('grid', { name: 'Messages' });
  await grid.press('Home');
  const places = new Map<number, string>();
  while (places.size < count) {
    await grid.press('PageDown');
    const inSight = await grid
      .locator('tr[id]')
      .evaluateAll((rows) =>
        rows.map((row) => [Number(row.ariaRowIndex), row.firstElementChild!.textContent!] as const),
      );
    for (const [index, place] of inSight) places.set(index, place);
  }
  return [...places].sort(([one], [other]) => one - other).map(([, place]) => place);
}

const cells = async (rows: Locator) =>
  Promise.all((await rows.all()).map((row) => row.locator('th, td').allTextContents()));

const grouped = (number: number | string) => Number(number).toLocaleString('en');

const focused = (page: Page) => page.evaluate<string>('document.activeElement.textContent');

/** What an input of type datetime-local holds for a moment. */
const local = (moment: string) => new Date(moment).toLocaleString('sv').replace(' ', 'T');
