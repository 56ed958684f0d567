import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './explorer.css';
import { createRoot } from 'react-dom/client';
import { welcome } from './cookbook/welcome.ts';
import { Explorer } from './Explorer.tsx';
import { sharedBy } from './link.ts';

const isFirstVisit = localStorage.getItem('graphiql:visiblePlugin') === null;
const opened = sharedBy(location.hash) ?? (localStorage.getItem('graphiql:tabState') === null ? welcome : undefined);
// A link opens its tab once; when the page is loaded again, it is a tab like the others.
history.replaceState(null, '', location.pathname + location.search);

createRoot(document.getElementById('explorer')!).render(<Explorer opened={opened} isFirstVisit={isFirstVisit} />);
