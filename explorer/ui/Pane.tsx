import type { ReactNode } from 'react';

interface PaneProps {
  title: string;
  /** Stands beside the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** What a plugin shows: a title, and below it what scrolls. */
export function Pane({ title, actions, children }: PaneProps) {
  return (
    <section className="pane" aria-label={title}>
      <header className="pane-header">
        <h2>{title}</h2>
        <div className="pane-actions">{actions}</div>
      </header>
      <div className="pane-body">{children}</div>
    </section>
  );
}

/** What went wrong, in words. Nothing without an error. */
export function Alert({ error }: { error: Error | undefined }) {
  return error ? (
    <p className="alert" role="alert">
      {error.message}
    </p>
  ) : null;
}
