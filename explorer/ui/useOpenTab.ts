import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { Shared } from '../link.ts';

/** Where a plugin stands in front of the tabs, see explorer.css. */
const narrow = '(max-width: 720px)';

/** Opens questions in tabs of their own. */
export function useOpenTab(): (shared: Shared) => void {
  const { addTab, setVisiblePlugin, updateActiveTabValues } = useGraphiQLActions();
  const editors = useGraphiQL(({ queryEditor, variableEditor }) => ({ queryEditor, variableEditor }));
  return ({ query, variables = '' }) => {
    addTab();
    updateActiveTabValues({ query, variables });
    editors.queryEditor?.setValue(query);
    editors.variableEditor?.setValue(variables);
    if (matchMedia(narrow).matches) setVisiblePlugin(null);
  };
}
