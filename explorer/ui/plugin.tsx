import type { GraphiQLPlugin } from '@graphiql/react';
import { Component, type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { Alert, Pane } from './Pane.tsx';

/**
 * A plugin of GraphiQL that is loaded when it is first shown.
 * @param icon the path of an icon that is 24 by 24 units, stroked
 */
export function plugin(title: string, icon: string, load: () => Promise<{ default: ComponentType }>): GraphiQLPlugin {
  const Content = lazy(load);
  return {
    title,
    icon: () => <Icon path={icon} />,
    content: () => (
      <Fallible title={title}>
        <Suspense fallback={<p className="empty">Loading…</p>}>
          <Content />
        </Suspense>
      </Fallible>
    ),
  };
}

interface FallibleProps {
  title: string;
  children: ReactNode;
}

/** Says what failed in a plugin, such as that it could not be loaded. React would take the whole page away. */
class Fallible extends Component<FallibleProps> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { title, children } = this.props;
    if (!this.state.error) return children;
    return (
      <Pane title={title}>
        <p>This pane has failed. The rest of the page works; loading it again may help.</p>
        <Alert error={this.state.error} />
      </Pane>
    );
  }
}

export function Icon({ path, className }: { path: string; className?: string }) {
  return (
    <svg
      className={className}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      aria-hidden="true"
    >
      <path d={path} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
