import { expect, test } from 'vitest';
import { type Explorer, execute, show } from './explorer.ts';

/** The page around the plugins. */
export function page(explorer: () => Explorer): void {
  test('opens on the cookbook, and runs a recipe', async () => {
    const page = await explorer().open();
    const cookbook = await show(page, 'Cookbook');
    await cookbook.getByRole('button', { name: 'Where has a person worked?' }).click();
    await page.getByRole('button', { name: 'Employers', exact: true }).waitFor();
    await execute(page);
    await page.locator('.result-window').getByText('Chief Technology Officer').first().waitFor();
    await page.close();
  });

  test('opens what a link holds, and copies such a link', async () => {
    const query = 'query Linked($id: ID!) { person(id: $id) { name } }';
    const page = await explorer().open({ query, variables: { id: '1001' } });
    expect(new URL(page.url()).hash).toBe('');
    await execute(page);
    await page.locator('.result-window').getByText('"name"').waitFor();
    await page.getByRole('button', { name: 'Copy a link to this question' }).click();
    const link = new URL(await page.evaluate('navigator.clipboard.readText()'));
    expect(Object.fromEntries(new URLSearchParams(link.hash.slice(1)))).toEqual({ query, variables: '{"id":"1001"}' });
    await page.close();
  });
}
