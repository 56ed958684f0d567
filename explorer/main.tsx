import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './explorer.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import cookbook from '../docs/cookbook.md?raw';
import cookbookUrl from '../docs/cookbook.md?url';
import { atPresent, parseCookbook } from './cookbook.ts';
import { createFetcher } from './fetcher.ts';
import { rememberTab, tab } from './tabs.ts';

const tabs = parseCookbook(cookbook).map((recipe) => tab(atPresent(recipe, Date.now())));
rememberTab(tabs[0]!, localStorage);

createRoot(document.getElementById('explorer')!).render(
  <GraphiQL
    fetcher={createFetcher(new URL('/graphql', location.href))}
    defaultTabs={tabs}
    defaultEditorToolsVisibility="variables"
  >
    <GraphiQL.Logo>
      <span className="brand">
        Tributary
        <a href={cookbookUrl} target="_blank" rel="noreferrer">
          Cookbook
        </a>
      </span>
    </GraphiQL.Logo>
  </GraphiQL>,
);
