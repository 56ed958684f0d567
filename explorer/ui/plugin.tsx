import type { GraphiQLPlugin } from '@graphiql/react';
import { type ComponentType, lazy, Suspense } from 'react';

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
      <Suspense fallback={<p className="empty">Loading…</p>}>
        <Content />
      </Suspense>
    ),
  };
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
