import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { violations } from './axe.ts';
import { execute, show } from './browser.ts';
import type { Explorer } from './explorer.ts';

const worked = `query Worked($person: ID!) {
  person(id: $person) { name jobs: employers { edges { node { title startDate endDate company { id name } } } } }
}`;

/** People and companies of a result, drawn. */
export function graph(explorer: () => Explorer): void {
  /** Runs a query in a page of its own, and shows what is drawn of it. */
  async function draw(query: string, variables: Record<string, unknown> = {}, opening: object = {}) {
    const page = await explorer().open({ query, variables, ...opening });
    await execute(page);
    return { page, pane: await show(page, 'Graph') };
  }

  test('draws who has worked where, and what a company has to do with whom', async () => {
    const { page, pane } = await draw(worked, { person: '1001' });
    await pane.locator('[data-key="Person:1001"]').waitFor();
    const { person } = await explorer().gateway.query<{ person: { jobs: { edges: { node: Job }[] } } }>(worked, {
      person: '1001',
    });
    const jobs = person.jobs.edges.map(({ node }) => node);
    const companies = [...new Set(jobs.map(({ company }) => `Company:${company.id}`))];
    expect(await keys(pane)).toEqual(['Person:1001', ...companies].sort());
    expect(await edges(pane)).toEqual(companies.map((company) => `employment Person:1001 ${company}`).sort());
    const past = jobs.filter(({ endDate }) => endDate).map(({ company }) => company.id);
    const present = jobs.filter(({ endDate }) => !endDate).map(({ company }) => company.id);
    const onlyPast = new Set(past.filter((id) => !present.includes(id)));
    expect(await pane.locator('[data-edge].is-past').count()).toBe(onlyPast.size);

    await pane.locator('[data-key="Person:1001"]').focus();
    const details = pane.getByRole('region', { name: 'Details' });
    for (const { title, startDate } of jobs) await details.getByText(`${title}, ${startDate}`).waitFor();
    await pane.getByRole('button', { name: 'List' }).click();
    expect(await pane.getByRole('row').count()).toBe(companies.length + 2);
    await details.getByRole('button', { name: 'Ask about it' }).click();
    await page.locator('.graphiql-tab', { hasText: 'EmployersOf' }).waitFor();
    await page.close();
  });

  test('is expanded by keyboard, once, with everything else kept in its place', async () => {
    const { page, pane } = await draw(
      '{ person(id: "1001") { id name employers { edges { node { title startDate company { id name } } } } } }',
    );
    await settled(pane);
    const company = pane.locator('[data-key="Company:2001"]');
    await pane.locator('[data-key="Person:1001"]').focus();
    for (let step = 0; step < 9 && !(await company.evaluate((it) => it === document.activeElement)); step += 1)
      await page.keyboard.press(await arrowTo(company));
    expect(await company.evaluate((it) => it === document.activeElement)).toBe(true);
    const before = await places(pane);
    await page.keyboard.press('Enter');
    await pane.locator('[data-key="Company:2001"].is-expanded').waitFor();
    const { company: asked } = await explorer().gateway.query<{ company: Neighbours }>(
      `{ company(id: "2001") { employees(first: 25) { edges { node { person { id } } } }
         acquisitions { edges { node { acquired { id } } } } acquiredBy { acquirer { id } } } }`,
    );
    const added = [
      ...asked.employees.edges.map(({ node }) => `Person:${node.person.id}`),
      ...asked.acquisitions.edges.map(({ node }) => `Company:${node.acquired.id}`),
      ...asked.acquiredBy.map(({ acquirer }) => `Company:${acquirer.id}`),
    ];
    const all = [...new Set([...Object.keys(before), ...added])].sort();
    expect(await keys(pane)).toEqual(all);
    await settled(pane);
    const after = await places(pane);
    expect(after).toMatchObject(before);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await settled(pane);
    expect(await places(pane)).toEqual(after);
    await pane.getByRole('button', { name: 'Collapse' }).click();
    await expect.poll(() => keys(pane)).toEqual(Object.keys(before).sort());
    await pane.getByRole('button', { name: 'Expand' }).press('Enter');
    await pane.getByRole('button', { name: 'Collapse' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Collapse');
    await company.focus();
    expect(await company.evaluate((it) => getComputedStyle(it).outlineStyle)).toBe('none'); // its ring is drawn
    await page.keyboard.press('Delete');
    await pane.getByText('1 hidden').waitFor();
    expect(await company.count()).toBe(0);
    await page.close();
  });

  test('grows with what a subscription tells', async () => {
    const { page, pane } = await draw(
      `subscription Live($since: DateTime!) {
        graphChanged(since: $since) {
          person { id name } company { id name } employment { title startDate endDate }
        }
      }`,
      { since: new Date().toISOString() }, // so nothing is missed that is published before it has begun
    );
    const id = 7_000_000 + Math.floor(Math.random() * 1_000_000);
    const publish = (name: string) =>
      explorer().gateway.query('mutation ($messages: [JSON!]!) { publishPeople(messages: $messages) { accepted } }', {
        messages: [
          { type: 'Person', data: { person_id: id, name } },
          {
            type: 'PersonEmployment',
            data: {
              person_id: id,
              company_id: 2001,
              employment_title: 'Tester',
              start_date: '2024-03-01',
              end_date: null,
            },
          },
        ],
      });
    await publish('Ida Graph');
    const person = pane.locator(`[data-key="Person:${id}"]`);
    await person.waitFor();
    await pane.locator(`[data-edge="employment Person:${id} Company:2001"].is-present`).waitFor();
    await publish('Ida Drawn');
    await pane.getByRole('option', { name: 'Ida Drawn, person' }).waitFor();
    expect(await person.count()).toBe(1);
    await execute(page);
    await page.close();
  });

  test('says when there is nobody to draw, and what to ask for', async () => {
    const { page, pane } = await draw('{ topics { name } }');
    await pane.getByText('This result has no people and no companies.').waitFor();
    await page.close();
    const other = await draw(
      '{ people(first: 1) { edges { node { name employers { edges { node { company { id } } } } } } } }',
    );
    await other.pane.getByText('Add id to people.edges.node').waitFor();
    await other.pane.getByText('Add name to people.edges.node.employers.edges.node.company').waitFor();
    await other.page.close();
  });

  test('tells why it could not expand, and tries again', async () => {
    const { page, pane } = await draw(worked, { person: '1001' });
    await pane.locator('[data-key="Person:1001"]').focus();
    await page.route('**/graphql', (route) => route.fulfill({ status: 503, body: 'away' }), { times: 1 });
    await page.keyboard.press('Enter');
    const alert = pane.getByRole('alert');
    await alert.getByText('answered 503').waitFor();
    await pane.getByRole('button', { name: 'Try again' }).click();
    await pane.locator('[data-key="Person:1001"].is-expanded').waitFor();
    expect(await alert.count()).toBe(0);
    expect(
      explorer()
        .complaints()
        .every((complaint) => /503/.test(complaint)),
    ).toBe(true);
    await page.close();
  });

  test.each(['dark', 'light'] as const)('has nothing that axe finds wrong, %s', async (colorScheme) => {
    const { page, pane } = await draw(worked, { person: '1001' }, { colorScheme });
    await pane.locator('[data-key="Person:1001"]').focus();
    await page.keyboard.press('Enter');
    await pane.locator('[data-key="Person:1001"].is-expanded').waitFor();
    expect(await violations(page, 'section.pane')).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await pane.getByRole('button', { name: 'List' }).click();
    expect(await violations(page, 'section.pane')).toEqual([]);
    await page.close();
  });
}

interface Job {
  title: string;
  startDate: string;
  endDate: string | null;
  company: { id: string };
}

interface Neighbours {
  employees: { edges: { node: { person: { id: string } } }[] };
  acquisitions: { edges: { node: { acquired: { id: string } } }[] };
  acquiredBy: { acquirer: { id: string } }[];
}

async function keys(pane: Locator): Promise<string[]> {
  return attributes(pane, 'data-key');
}

async function edges(pane: Locator): Promise<string[]> {
  return attributes(pane, 'data-edge');
}

async function attributes(pane: Locator, name: string): Promise<string[]> {
  const found = await pane.locator(`[${name}]`).evaluateAll((all, of) => all.map((one) => one.getAttribute(of)!), name);
  return found.sort();
}

/** Where each node is drawn. */
async function places(pane: Locator): Promise<Record<string, string>> {
  const found = await pane
    .locator('[data-key]')
    .evaluateAll((all) => all.map((one) => [one.getAttribute('data-key')!, one.getAttribute('transform')!] as const));
  return Object.fromEntries(found);
}

/** Waits until nothing moves for ten frames. */
async function settled(pane: Locator): Promise<void> {
  await pane.locator('.graph-box svg').evaluate(async (svg) => {
    const look = () => [...svg.querySelectorAll('[data-key]')].map((one) => one.getAttribute('transform')).join();
    for (let still = 0, last = ''; still < 10; ) {
      await new Promise(requestAnimationFrame);
      still = look() === last ? still + 1 : 0;
      last = look();
    }
  });
}

/** The arrow key that leads from what has the focus towards a node. */
async function arrowTo(node: Locator): Promise<string> {
  return node.evaluate((to) => {
    const middle = (element: Element) => {
      const { x, y, width, height } = element.querySelector('.graph-shape')!.getBoundingClientRect();
      return [x + width / 2, y + height / 2] as const;
    };
    const [x, y] = middle(document.activeElement!);
    const [toX, toY] = middle(to);
    if (Math.abs(toX - x) > Math.abs(toY - y)) return toX > x ? 'ArrowRight' : 'ArrowLeft';
    return toY > y ? 'ArrowDown' : 'ArrowUp';
  });
}
