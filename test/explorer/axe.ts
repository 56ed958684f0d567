import axe from 'axe-core';
import type { Page } from 'playwright-core';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What keeps some people from using the page, or a part of it, each as a line. */
export async function violations(page: Page, selector = 'html'): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>(
    `axe.run(${JSON.stringify(selector)}, { runOnly: ${JSON.stringify(rules)} })`,
  );
  return violations.flatMap(({ help, nodes }) =>
    nodes.map(({ html, any }) => `${help}: ${html} ${any[0]?.message ?? ''}`),
  );
}
