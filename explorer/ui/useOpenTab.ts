import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { Shared } from '../link.ts';

/** Opens questions in tabs of their own. */
export function useOpenTab(): (shared: Shared) => void {
  const { addTab, updateActiveTabValues } = useGraphiQLActions();
  const editors = useGraphiQL(({ queryEditor, variableEditor }) => ({ queryEditor, variableEditor }));
  return ({ query, variables = '' }) => {
    addTab();
    updateActiveTabValues({ query, variables });
    editors.queryEditor?.setValue(query);
    editors.variableEditor?.setValue(variables);
  };
}
