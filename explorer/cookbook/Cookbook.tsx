import cookbook from '../../docs/cookbook.md?raw';
import { Pane } from '../ui/Pane.tsx';
import { useOpenTab } from '../ui/useOpenTab.ts';
import { atPresent, parseCookbook } from './cookbook.ts';

const recipes = parseCookbook(cookbook);

export default function Cookbook() {
  const open = useOpenTab();
  return (
    <Pane title="Cookbook">
      {recipes.map((recipe) => (
        <button
          key={recipe.title}
          type="button"
          onClick={() => {
            const { query, variables } = atPresent(recipe, Date.now());
            open({ query, variables: variables && JSON.stringify(variables, null, 2) });
          }}
        >
          {recipe.title}
        </button>
      ))}
    </Pane>
  );
}
