import { readFileSync } from 'node:fs';
import { type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { parseCookbook } from './cookbook.ts';

const text = `# Cookbook
An introduction that is no recipe.

## Weather
About the domain.

### Is it raining?
Looks out of
the window.

\`\`\`graphql
# a comment, not a heading
query Rain($at: ID!) {
  rain(at: $at)
}
\`\`\`

\`\`\`json
{ "at": "7" }
\`\`\`

### Is it day?
\`\`\`graphql
query Day { day }
\`\`\`
`;

describe('parseCookbook', () => {
  it('reads domain, title, description, query and variables in order', () => {
    expect(parseCookbook(text)).toEqual([
      {
        domain: 'Weather',
        title: 'Is it raining?',
        description: 'Looks out of the window.',
        query: '# a comment, not a heading\nquery Rain($at: ID!) {\n  rain(at: $at)\n}',
        variables: { at: '7' },
      },
      { domain: 'Weather', title: 'Is it day?', description: '', query: 'query Day { day }', variables: undefined },
    ]);
  });

  it('reads a file with the line ends of Windows alike', () => {
    expect(parseCookbook(text.replaceAll('\n', '\r\n'))).toEqual(parseCookbook(text));
  });

  it('names the recipe that has no query', () => {
    expect(() => parseCookbook('## A\n### Nothing here\nOnly prose.\n')).toThrow(/"Nothing here" needs exactly one/);
  });

  it('names the recipe whose variables are not JSON', () => {
    const broken = text.replace('"7"', '7,');
    expect(() => parseCookbook(broken)).toThrow(/variables of cookbook recipe "Is it raining\?" are not JSON/);
  });
});

describe('docs/cookbook.md', () => {
  const cookbook = readFileSync(new URL('../docs/cookbook.md', import.meta.url), 'utf8');
  const recipes = parseCookbook(cookbook);
  const operations = recipes.map(({ query }) => parse(query).definitions as OperationDefinitionNode[]);

  it('has one operation in each recipe, under a name of its own', () => {
    expect(operations.every((definitions) => definitions.length === 1)).toBe(true);
    const names = operations.map(([operation]) => operation?.name?.value);
    expect(names).not.toContain(undefined);
    expect(new Set(names).size).toBe(recipes.length);
  });

  it('describes each recipe', () => {
    expect(recipes.filter(({ domain, description }) => !domain || !description)).toEqual([]);
  });

  it('is plain ASCII, because the explorer links to it as a file without a charset', () => {
    expect(cookbook).toMatch(/^[\n\x20-\x7e]*$/);
  });
});
