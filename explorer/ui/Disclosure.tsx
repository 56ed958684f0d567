import { type ReactNode, useState } from 'react';

interface DisclosureProps {
  summary: ReactNode;
  className?: string;
  /** Made only while it is shown. */
  children(): ReactNode;
}

/** What is shown when its summary is pressed. */
export function Disclosure({ summary, className, children }: DisclosureProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className={className} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen && children()}
    </details>
  );
}
