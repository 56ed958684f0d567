import { readFileSync } from 'node:fs';
import { type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { atPresent, inTab, parseCookbook } from './cookbook.ts';

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

describe('atPresent', () => {
  const [recipe] = parseCookbook(text);

  it('moves times as far as the present is from noon of 31 January 2026, to the minute, and nothing else', () => {
    const variables = {
      from: '2026-01-31T11:00:00Z',
      to: '2026-01-31T12:00:00Z',
      at: '7',
      title: 'Noon, 2026-01-31',
      deep: [{ time: '2026-01-31T12:00:30Z' }],
    };
    expect(atPresent({ ...recipe!, variables }, Date.UTC(2030, 5, 1, 8, 30, 59)).variables).toEqual({
      ...variables,
      from: '2030-06-01T07:30:00.000Z',
      to: '2030-06-01T08:30:00.000Z',
      deep: [{ time: '2030-06-01T08:30:30.000Z' }],
    });
  });

  it('leaves a recipe without variables as it is', () => {
    const bare = { ...recipe!, variables: undefined };
    expect(atPresent(bare, 0)).toBe(bare);
  });
});

describe('inTab', () => {
  it('puts title and description above the query, wrapped', () => {
    const description = 'Looks out of the window, and if there is no window it goes out of the door.';
    expect(inTab({ domain: 'Weather', title: 'Is it raining?', description, query: '{ rain }', variables: {} })).toBe(
      `# Is it raining?
#
# Looks out of the window, and if there is no window
# it goes out of the door.

{ rain }
`,
    );
  });
});

describe('docs/cookbook.md', () => {
  const cookbook = readFileSync(new URL('../../docs/cookbook.md', import.meta.url), 'utf8');
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
});
