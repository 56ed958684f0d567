import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CDPSession, Locator, Page, WebSocketRoute } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { violations } from './axe.ts';
import { execute, show } from './browser.ts';
import type { Explorer } from './explorer.ts';

const patience = { timeout: 30_000, interval: 50 };

interface Line {
  number: number;
  time: string;
  cursor: string;
  result: { data: { graphChanged: { person: { id: string; name: string } } } };
}

/** What the log gives as a file. */
async function downloaded(page: Page, pane: Locator): Promise<Line[]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    pane.getByRole('button', { name: 'Download as NDJSON' }).click(),
  ]);
  return lines(await readFile(await download.path(), 'utf8'));
}

/** What the log gives to copy: a browser refuses to save file after file. */
async function copied(page: Page, pane: Locator): Promise<Line[]> {
  await pane.getByRole('button', { name: /^(Copy as NDJSON|Copied)$/ }).click();
  return lines(await page.evaluate('navigator.clipboard.readText()'));
}

function lines(text: string): Line[] {
  const all = text.split('\n');
  expect(all.pop()).toBe('');
  return all.map((line) => JSON.parse(line));
}

/** People of a test's own, published one after the other. */
function people(explorer: Explorer) {
  const first = 500_000_000 + randomInt(100_000_000) * 10;
  let published = 0;
  return {
    name: (at: number) => `Logged ${first + at}`,
    /** The ids of all who are published, in their order. */
    all: () => Array.from({ length: published }, (_, at) => first + at),
    async publish(count: number) {
      const messages = Array.from({ length: count }, () => {
        const id = first + published++;
        return { type: 'Person', data: { person_id: id, name: `Logged ${id}` } };
      });
      const mutation = 'mutation ($messages: [JSON!]!) { publishPeople(messages: $messages) { accepted } }';
      await explorer.gateway.query(mutation, { messages });
    },
    /** The ids of those in the log, among whoever else has changed. */
    logged: async (page: Page, pane: Locator) =>
      (await copied(page, pane))
        .map(({ result }) => Number(result.data.graphChanged.person.id))
        .filter((id) => id >= first && id < first + 10),
  };
}

/** A server within the page: `brings(n)` has it bring n events of 500 characters to the subscription that runs. */
const serverWithin = `{
  let bring;
  let n = 0;
  window.brings = (count) => {
    for (const end = n + count; n < end; n++) bring({ graphChanged: { person: { id: String(n), name: 'x'.repeat(380) }, cursorToResume: 'c' + n } });
  };
  window.WebSocket = class extends EventTarget {
    static CONNECTING = 0; static OPEN = 1; static CLOSING = 2; static CLOSED = 3;
    readyState = 1;
    constructor() { super(); setTimeout(() => this.onopen()); }
    send(text) {
      const { type, id } = JSON.parse(text);
      const answer = (message) => this.onmessage({ data: JSON.stringify(message) });
      if (type === 'connection_init') setTimeout(() => answer({ type: 'connection_ack' }));
      if (type === 'ping') setTimeout(() => answer({ type: 'pong' }));
      if (type === 'subscribe') bring = (data) => answer({ type: 'next', id, payload: { data } });
    }
    close() {}
  };
}`;

/** Scrolls a list up through 200 frames while 200 events a second come. */
const scrollThrough = `new Promise((resolve) => {
  const list = document.querySelector('[role=listbox]');
  const coming = setInterval(() => brings(10), 50);
  let frames = 0;
  requestAnimationFrame(function frame() {
    list.scrollTop -= 300;
    if (++frames < 200) return requestAnimationFrame(frame);
    clearInterval(coming);
    resolve();
  });
})`;

/**
 * How long the page's main thread has worked, in milliseconds of its own: the time between two frames would grow with
 * what else the machine does.
 */
async function workOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1_000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
}

async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

export function eventLog(explorer: () => Explorer): void {
  const query = 'subscription People { graphChanged(kinds: [PERSON]) { person { id name } } }';

  test('shows what a subscription brought, and what changed', async () => {
    const { publish, name } = people(explorer());
    const page = await explorer().open({ query, plugin: 'Event log', colorScheme: 'dark' });
    const pane = await show(page, 'Event log');
    await execute(page);
    await pane.getByRole('status').getByText('Connected').waitFor();
    // One after the other, because their order is not promised (S15).
    await publish(1);
    await pane.getByRole('option', { name: name(0) }).waitFor();
    await publish(1);
    await pane.getByRole('option', { name: `"${name(0)}" → "${name(1)}"` }).click();
    const detail = pane.getByRole('region', { name: /^Row \d+$/ });
    await detail.getByText(`"name": "${name(1)}"`).waitFor();
    await detail.getByRole('heading', { name: /^2 changes since row/ }).waitFor();
    await detail.getByRole('button', { name: 'Copy cursor' }).click();
    await detail.getByRole('button', { name: 'Copied' }).waitFor();
    const line = (await downloaded(page, pane)).find(({ result }) => result.data.graphChanged.person.name === name(1));
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(line!.cursor);
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await violations(page)).toEqual([]);

    await pane.getByRole('listbox').press('ArrowUp');
    await detail.getByText(`"name": "${name(0)}"`).waitFor();
    await detail.getByRole('button', { name: 'Close' }).press('Enter');
    await detail.waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter'); // in the list, where the keyboard is again
    await detail.waitFor();
    await page.keyboard.press('Escape');
    await detail.waitFor({ state: 'hidden' });
    await pane.getByRole('searchbox').fill(name(1).toUpperCase());
    await pane.getByText(/^1 match in \d+ rows$/).waitFor();
    expect(await pane.getByRole('option').count()).toBe(1);
    await pane.getByRole('searchbox').fill('');
    await pane.getByRole('button', { name: 'Clear' }).click();
    await pane
      .getByRole('option')
      .filter({ hasText: name(1) })
      .waitFor({ state: 'hidden' });
    await page.close();
  });

  test('loses nothing and repeats nothing: cut, paused, resumed, and from any row', async () => {
    const { publish, all, logged } = people(explorer());
    let sockets: WebSocketRoute[] = [];
    const page = await explorer().open({
      query,
      before: (page) =>
        page.routeWebSocket(/graphql/, (route) => {
          route.connectToServer();
          sockets.push(route);
        }),
    });
    const pane = await show(page, 'Event log');
    const cut = async (code: number) => {
      const last = sockets;
      sockets = [];
      await Promise.all(last.map((socket) => socket.close({ code })));
    };
    // The order of people is not promised (S15), so they are compared as a set that would show one who comes twice.
    const isLogged = (ids = all()) =>
      vi.waitFor(async () => expect((await logged(page, pane)).sort()).toEqual(ids.sort()), patience);
    await execute(page);
    await pane.getByRole('status').getByText('Connected').waitFor();
    await publish(1);
    await isLogged();
    await cut(1000);
    await pane.getByRole('option', { name: /Trying again in 0.5 s/ }).waitFor();
    await publish(1);
    await isLogged();
    await pane.getByRole('option', { name: /goes on after this cursor/ }).waitFor();
    await Promise.all([publish(1), cut(1001)]);
    await publish(1);
    await isLogged();

    await pane.getByRole('button', { name: 'Pause' }).click();
    await pane.getByRole('status').getByText('Paused').waitFor();
    await publish(2);
    await pane.getByRole('button', { name: 'Resume', exact: true }).click();
    await isLogged();

    /** Resumes from one of the first rows. @returns who is then in the log: those who came after it once more */
    const resumeAfter = async (at: number) => {
      const order = await logged(page, pane);
      await pane.getByRole('searchbox').fill(String(order[at]));
      await pane.getByRole('option').first().click();
      await pane.getByRole('button', { name: 'Resume from here' }).click();
      await pane.getByRole('searchbox').fill('');
      await pane.getByText(/ match/).waitFor({ state: 'hidden' });
      return [...order, ...order.slice(at + 1, all().length)];
    };
    await isLogged(await resumeAfter(1));
    await execute(page);
    await pane.getByRole('status').getByText('Ended').waitFor();
    await isLogged(await resumeAfter(3));
    await execute(page);
    await pane.getByRole('status').getByText('Ended').waitFor();
    await page.close();
  });

  test('scrolls through 100,000 events while more come, searches them, and is bounded', async () => {
    const page = await explorer().open({ query, before: (page) => page.addInitScript(serverWithin) });
    const pane = await show(page, 'Event log');
    await execute(page);
    await pane.getByRole('status').getByText('Connected').waitFor();
    await page.evaluate('for (let i = 0; i < 100; i++) setTimeout(() => brings(1_000))');
    await pane.getByText('100,000 events').waitFor();
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const before = await workOf(session);
    await page.evaluate(scrollThrough);
    expect((await workOf(session)) - before).toBeLessThan(200 * 16); // frames, and milliseconds in each
    await pane.getByRole('button', { name: 'Newest' }).click();
    const full = await heapOf(session);
    await pane.getByRole('searchbox').fill('"id":"77777"');
    await pane.getByText(/^1 match in 10\d,\d+ rows$/).waitFor();
    await pane.getByRole('searchbox').fill('');
    await page.evaluate('for (let i = 0; i < 50; i++) setTimeout(() => brings(1_000))');
    await pane.getByText(/ rows dropped from memory$/).waitFor();
    await pane.getByText(/^15\d,\d+ events/).waitFor();
    expect(await heapOf(session)).toBeLessThan(full * 1.1);
    expect(full).toBeLessThan(150 * 1024 * 1024);
    expect(await pane.getByRole('option').count()).toBeLessThan(60);
    await page.close();
  });
}
