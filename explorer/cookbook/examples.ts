/** What is asked of the gateway: the data of an answer without errors. */
type Ask = (query: string, variables: Record<string, unknown>) => Promise<Record<string, unknown>>;

interface Kind {
  /** Of `$id`, which is ID! where nothing is said. */
  type?: string;
  /** A field that has something under `$id` when there is such a thing. */
  known: string;
  /** A field that has the ids of some others. */
  others: string;
}

const listed = (field: string, plural: string, id = 'id'): Kind => ({
  known: `${field}(id: $id) { id }`,
  others: `${plural}(first: 2) { edges { node { ${id} } } }`,
});

/** What a variable of the cookbook names, by the variable. */
const kinds: Record<string, Kind> = {
  person: listed('person', 'people'),
  company: listed('company', 'companies'),
  space: listed('space', 'spaces'),
  doorway: listed('doorway', 'doorways'),
  dpu: listed('dpu', 'dpus'),
  station: listed('station', 'stations'),
  term: listed('term', 'terms'),
  feed: { known: 'feed(id: $id) { id }', others: 'feeds { id }' },
  menu: {
    known: 'menu(id: $id) { items(first: 1) { edges { node { menuId } } } }',
    others: 'menuItems(first: 2) { edges { node { menuId } } }',
  },
  wiki: {
    type: 'String!',
    known: 'wikiEdits(where: { wikis: [$id] }, first: 1) { edges { node { wiki } } }',
    others: 'wikiEdits(first: 2) { edges { node { wiki } } }',
  },
};

/** Two variables that name people, where they are ids at all. */
const people = ['from', 'to'];

/**
 * Puts ids that exist in place of those that the data at hand does not have. Where there is nothing of the kind, the id
 * stays.
 */
export async function withKnownIds(variables: Record<string, unknown>, ask: Ask): Promise<Record<string, unknown>> {
  const filled = await Promise.all(
    Object.entries(variables).map(async ([name, value]): Promise<[string, unknown]> => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return [name, await withKnownIds(value as Record<string, unknown>, ask)];
      const kind = kinds[people.includes(name) ? 'person' : name];
      const isId = typeof value === 'string' && !/^\d{4}-\d\d-\d\dT/.test(value);
      return [name, kind && isId ? await knownId(kind, value, people.indexOf(name), ask) : value];
    }),
  );
  return Object.fromEntries(filled);
}

async function knownId({ type = 'ID!', known, others }: Kind, id: string, which: number, ask: Ask): Promise<string> {
  const { known: found, others: all } = await ask(
    `query KnownIds($id: ${type}) { known: ${known} others: ${others} }`,
    {
      id,
    },
  );
  if (idsIn(found).length > 0) return id;
  const ids = idsIn(all);
  return ids[Math.max(which, 0)] ?? ids[0] ?? id;
}

/** The texts of an answer: it holds nothing but ids. */
function idsIn(answer: unknown): string[] {
  if (typeof answer === 'string') return [answer];
  return typeof answer === 'object' && answer !== null ? Object.values(answer).flatMap(idsIn) : [];
}
