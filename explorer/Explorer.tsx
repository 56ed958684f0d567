import { pick, ToolbarButton, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useEffect } from 'react';
import { fetcher } from './fetcher.ts';
import { linkTo, type Shared, takeShared } from './link.ts';
import { plugins } from './plugins.tsx';
import { showTab } from './runs.ts';
import { storage } from './storage.ts';
import { Icon } from './ui/plugin.tsx';
import { useCopy } from './ui/useCopy.ts';
import { useOpenTab } from './ui/useOpenTab.ts';

interface ExplorerProps {
  /** What the first tab holds, or one tab more than the visitor had. */
  opened: Shared | undefined;
  /** Whether the cookbook is shown; else the plugin that the visitor saw last. */
  beginsWithCookbook: boolean;
}

export function Explorer({ opened, beginsWithCookbook }: ExplorerProps) {
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={allPlugins}
      storage={storage}
      {...(beginsWithCookbook && { visiblePlugin: 'Cookbook' })}
      {...(opened && { defaultTabs: [opened], initialQuery: opened.query, initialVariables: opened.variables ?? '' })}
      defaultEditorToolsVisibility="variables"
    >
      <GraphiQL.Logo>
        <span className="brand">Tributary</span>
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, copy, merge }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <CopyLink />
          </>
        )}
      </GraphiQL.Toolbar>
      <TabWatch />
      <LinkWatch />
      <ThemeWatch />
    </GraphiQL>
  );
}

const allPlugins = [...plugins, HISTORY_PLUGIN];

/** Tells the runs which tab is shown, and stops what runs in the one that is left: GraphiQL would print it in the next. */
function TabWatch() {
  const { stop } = useGraphiQLActions();
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'));
  const shown = tabs[activeTabIndex]?.id ?? '';
  const open = tabs.map(({ id }) => id).join(' ');
  useEffect(() => showTab(shown, open.split(' ')), [shown, open]);
  useEffect(() => stop, [stop, shown]);
  return null;
}

/** Opens what a link holds that is followed when the page is already there. */
function LinkWatch() {
  const openTab = useOpenTab();
  useEffect(() => {
    const open = () => {
      const shared = takeShared();
      if (shared) openTab(shared);
    };
    addEventListener('hashchange', open);
    return () => removeEventListener('hashchange', open);
  }, [openTab]);
  return null;
}

/** GraphiQL's editors keep the colours of the system as they were when the page was loaded. */
function ThemeWatch() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (theme) return;
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(null);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [theme, setTheme]);
  return null;
}

function CopyLink() {
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  const [label, copy] = useCopy('Copy a link to this question');
  const copyLink = () => {
    const shared = { query: queryEditor?.getValue() ?? '', variables: variableEditor?.getValue() };
    copy(linkTo(shared, location.href));
  };
  return (
    <ToolbarButton onClick={copyLink} label={label}>
      <Icon
        className="graphiql-toolbar-icon"
        path="M10 14a4 4 0 0 0 5.7 0l3.5-3.5a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3.5 3.5a4 4 0 0 0 5.7 5.7l1-1"
      />
    </ToolbarButton>
  );
}
