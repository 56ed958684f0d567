import type { GraphiQLProps } from 'graphiql';
import type { Recipe } from './cookbook.ts';

type Tab = NonNullable<GraphiQLProps['defaultTabs']>[number];

/** Characters of a comment line, so that it fits the editor of a laptop's screen without scrolling. */
const LINE = 50;

/** A recipe as a tab, its description standing above the query as a comment. */
export function tab({ title, description, query, variables }: Recipe): Tab {
  return {
    query: `${[title, '', ...wrap(description)].map((line) => `# ${line}`.trimEnd()).join('\n')}\n\n${query}\n`,
    variables: variables && JSON.stringify(variables, null, 2),
  };
}

/**
 * GraphiQL fills the editors of the first default tab from the storage, not from the tab, and so shows it without its
 * variables. Putting both where GraphiQL looks for them mends that; it is done once, because afterwards the tabs in the
 * storage are the visitor's own.
 */
export function rememberTab({ query, variables }: Tab, storage: Storage): void {
  if (storage.getItem('graphiql:tabState') !== null) return;
  storage.setItem('graphiql:query', query ?? '');
  storage.setItem('graphiql:variables', variables ?? '');
}

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= LINE) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
