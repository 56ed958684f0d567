import { plugin } from './ui/plugin.tsx';

/** In the order of the bar at the side. */
export const plugins = [
  plugin(
    'Cookbook',
    'M4 5.5A2.5 2.5 0 0 1 6.5 3H20v15H6.5A2.5 2.5 0 0 0 4 20.5M4 5.5v15M4 20.5A1.5 1.5 0 0 0 5.5 21H20v-3M8 7.5h8M8 11h5',
    () => import('./cookbook/Cookbook.tsx'),
  ),
  plugin('Event log', 'M4 6h2M9 6h11M4 12h2M9 12h11M4 18h2M9 18h11', () => import('./log/EventLog.tsx')),
  plugin('Chart', 'M4 4v16h16M8 15l3.5-4 3 2.5L20 7', () => import('./chart/Chart.tsx')),
  plugin(
    'Graph',
    'M6 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M18 11a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M9 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M8.4 6.6l7.2 1.6M6.6 8.5l1.7 7M16.3 10.3l-5.5 6',
    () => import('./graph/Graph.tsx'),
  ),
  plugin('Floor', 'M4 4h16v16H4zM4 11h6M13 11h7M13 4v4M13 11v3M13 17v3', () => import('./floor/Floor.tsx')),
  plugin(
    'Topics',
    'M4 6c2-2 4 2 8 0s6-2 8 0M4 12c2-2 4 2 8 0s6-2 8 0M4 18c2-2 4 2 8 0s6-2 8 0',
    () => import('./topics/Topics.tsx'),
  ),
  plugin('Query plan', 'M4 4h6v4H4zM14 10h6v4h-6zM14 17h6v4h-6zM7 8v11h7M7 12h7', () => import('./plan/Plan.tsx')),
  plugin(
    'Access',
    'M15.5 14.5a5 5 0 1 0-4.6-3L3 19.5V21h4v-2h2v-2h2l1.9-1.9a5 5 0 0 0 2.6-.6M16 8h.01',
    () => import('./Access.tsx'),
  ),
];
