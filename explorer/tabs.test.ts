import { describe, expect, it } from 'vitest';
import { rememberTab, tab } from './tabs.ts';

const recipe = {
  domain: 'Weather',
  title: 'Is it raining?',
  description: 'Looks out of the window, and if there is no window it goes out of the door.',
  query: 'query Rain { rain }',
  variables: { at: '7' },
};

function storageOf(items: Record<string, string>) {
  const map = new Map(Object.entries(items));
  return {
    map,
    storage: {
      getItem: (key: string) => map.get(key) ?? null,
      setItem: (key: string, value: string) => void map.set(key, value),
    } as Storage,
  };
}

describe('tab', () => {
  it('puts title and description above the query, wrapped', () => {
    expect(tab(recipe)).toEqual({
      query: `# Is it raining?
#
# Looks out of the window, and if there is no window
# it goes out of the door.

query Rain { rain }
`,
      variables: '{\n  "at": "7"\n}',
    });
  });

  it('has no variables when the recipe has none', () => {
    expect(tab({ ...recipe, variables: undefined }).variables).toBeUndefined();
  });
});

describe('rememberTab', () => {
  it('puts the first tab where GraphiQL looks for it on a first visit', () => {
    const { map, storage } = storageOf({});
    rememberTab(tab(recipe), storage);
    expect(map.get('graphiql:query')).toBe(tab(recipe).query);
    expect(map.get('graphiql:variables')).toBe(tab(recipe).variables);
  });

  it("leaves a visitor's own tabs alone", () => {
    const { map, storage } = storageOf({ 'graphiql:tabState': '{}', 'graphiql:query': '{ mine }' });
    rememberTab(tab(recipe), storage);
    expect(map.get('graphiql:query')).toBe('{ mine }');
    expect(map.has('graphiql:variables')).toBe(false);
  });
});
