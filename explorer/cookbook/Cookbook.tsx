import './cookbook.css';
import { type OperationDefinitionNode, OperationTypeNode, parse } from 'graphql';
import { useMemo, useState } from 'react';
import { ask } from '../client.ts';
import { Alert, Pane } from '../ui/Pane.tsx';
import { useOpenTab } from '../ui/useOpenTab.ts';
import { atPresent, inTab, type Recipe } from './cookbook.ts';
import { withKnownIds } from './examples.ts';
import { recipes } from './recipes.ts';

/** What a recipe does, in a word. */
const doing = {
  [OperationTypeNode.QUERY]: 'ask',
  [OperationTypeNode.SUBSCRIPTION]: 'watch',
  [OperationTypeNode.MUTATION]: 'change',
};

const typed = recipes.map((recipe) => ({
  ...recipe,
  type: (parse(recipe.query).definitions[0] as OperationDefinitionNode).operation,
}));

/** In milliseconds: a recipe opens with the ids that it has when the gateway takes longer to tell of others. */
const patienceMs = 3_000;

/** The recipes of docs/cookbook.md, each a click away from a tab of its own. */
export default function Cookbook() {
  const open = useOpenTab();
  const [searched, setSearched] = useState('');
  const [error, setError] = useState<Error>();
  const found = useMemo(() => {
    const words = searched.toLowerCase().split(/\s+/);
    const isFound = ({ domain, title, description, query }: Recipe) => {
      const text = `${domain} ${title} ${description} ${query}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    return Map.groupBy(typed.filter(isFound), ({ domain }) => domain);
  }, [searched]);

  const openRecipe = async (recipe: (typeof typed)[number]) => {
    const { variables = {} } = atPresent(recipe, Date.now());
    // What a change writes to is for a person to choose.
    const isChange = recipe.type === OperationTypeNode.MUTATION;
    setError(undefined);
    const askInTime: typeof ask = (query, given) => ask(query, given, AbortSignal.timeout(patienceMs));
    const filled = isChange ? variables : await withKnownIds(variables, askInTime).catch(setErrorAndKeep(variables));
    open({ query: inTab(recipe), variables: Object.keys(filled).length > 0 ? JSON.stringify(filled, null, 2) : '' });
  };
  const setErrorAndKeep = (variables: Record<string, unknown>) => (reason: Error) => {
    setError(new Error(`Whether the ids exist could not be asked: ${reason.message}`));
    return variables;
  };

  return (
    <Pane title="Cookbook">
      <input
        type="search"
        placeholder="Search the recipes"
        aria-label="Search the recipes"
        value={searched}
        onChange={(event) => setSearched(event.currentTarget.value)}
      />
      <Alert error={error} />
      {found.size === 0 && <p className="empty">No recipe has these words.</p>}
      {[...found].map(([domain, some]) => (
        <section key={domain} className="stack" aria-label={domain}>
          <h3>{domain}</h3>
          <ul className="recipes">
            {some.map((recipe) => (
              <li key={recipe.title}>
                <button type="button" onClick={() => openRecipe(recipe)}>
                  <span className="recipe-title">{recipe.title}</span>
                  <span className={`doing ${doing[recipe.type]}`}>{doing[recipe.type]}</span>
                </button>
                <p className="faint">{recipe.description.replaceAll('`', '')}</p>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Pane>
  );
}
