/** One question of the cookbook, ready to be sent. */
export interface Recipe {
  /** Heading of the part of the graph it asks, such as "People and companies". */
  domain: string;
  title: string;
  description: string;
  /** One named GraphQL operation. */
  query: string;
  variables: Record<string, unknown> | undefined;
}

interface Section {
  domain: string;
  title: string;
  body: string;
}

/**
 * Reads the recipes out of the text of docs/cookbook.md, in their order: `##` names a domain, `###` a recipe, and under
 * it stand a description, one `graphql` block and perhaps one `json` block of variables. A mistake is an Error that
 * names the recipe, because a recipe that went missing here would be neither shown nor tested.
 */
export function parseCookbook(markdown: string): Recipe[] {
  return sections(markdown).map(({ domain, title, body }) => {
    const queries = fences(body, 'graphql');
    const variables = fences(body, 'json');
    if (queries.length !== 1) {
      throw new Error(`Cookbook recipe "${title}" needs exactly one graphql block, but has ${queries.length}.`);
    }
    if (variables.length > 1) {
      throw new Error(`Cookbook recipe "${title}" may have one json block of variables, but has ${variables.length}.`);
    }
    return {
      domain,
      title,
      description: prose(body),
      query: queries[0]!,
      variables: variables[0] === undefined ? undefined : parseVariables(title, variables[0]),
    };
  });
}

/** What the times in the text of the cookbook take for the present. */
const present = Date.UTC(2026, 0, 31, 12);

/** The recipe with its times moved so that it asks about the present, to the whole minute. */
export function atPresent(recipe: Recipe, now: number): Recipe {
  if (recipe.variables === undefined) return recipe;
  const distance = Math.floor((now - present) / 60_000) * 60_000;
  const variables = JSON.parse(JSON.stringify(recipe.variables), (_, value) => {
    const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(value);
    return isTime ? new Date(Date.parse(value) + distance).toISOString() : value;
  });
  return { ...recipe, variables };
}

/** Characters of a line of comment, so that it fits the editor of a laptop's screen. */
const LINE = 50;

/** The query of a recipe as it stands in a tab, below its title and description. */
export function inTab({ title, description, query }: Recipe): string {
  const comment = [title, '', ...wrapped(description)].map((line) => `# ${line}`.trimEnd());
  return `${comment.join('\n')}\n\n${query}\n`;
}

function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= LINE) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function sections(markdown: string): Section[] {
  const found: Section[] = [];
  let domain = '';
  for (const part of markdown.replaceAll('\r\n', '\n').split(/^(?=#{2,3} )/m)) {
    const [heading = '', ...lines] = part.split('\n');
    const title = heading.replace(/^#+ /, '').trim();
    if (heading.startsWith('### ')) found.push({ domain, title, body: lines.join('\n') });
    else if (heading.startsWith('## ')) domain = title;
  }
  return found;
}

function fences(body: string, language: string): string[] {
  return [...body.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , text = '']) => text.trim());
}

function prose(body: string): string {
  return body
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function parseVariables(title: string, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`The variables of cookbook recipe "${title}" are not JSON: ${(cause as Error).message}`, { cause });
  }
}
