import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './explorer.css';
import { createRoot } from 'react-dom/client';
import { welcome } from './cookbook/welcome.ts';
import { Explorer } from './Explorer.tsx';
import { takeShared } from './link.ts';
import { sayWhatTabsAre } from './tabs.ts';

const isFirstVisit = localStorage.getItem('graphiql:visiblePlugin') === null;
// The share of the width that plugins have beside the editors: GraphiQL's own would be too little to draw in.
if (isFirstVisit) localStorage.setItem('graphiql:docExplorerFlex', '0.55');
const shared = takeShared();
const opened = shared ?? (localStorage.getItem('graphiql:tabState') === null ? welcome : undefined);

createRoot(document.getElementById('explorer')!).render(
  <Explorer opened={opened} beginsWithCookbook={isFirstVisit && !shared} />,
);
sayWhatTabsAre(document.getElementById('explorer')!);
