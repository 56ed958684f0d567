import type { ReactNode } from 'react';

interface LabelsProps {
  /** Stands before them. */
  children?: ReactNode;
  messageKey: string | null;
  headers: Record<string, string> | null;
}

/** The key and the headers of a message. */
export function Labels({ children, messageKey, headers }: LabelsProps) {
  return (
    <dl>
      {children}
      <Label name="Key">{messageKey ?? <span className="faint">none</span>}</Label>
      {Object.entries(headers ?? {}).map(([name, text]) => (
        <Label key={name} name={name}>
          {text}
        </Label>
      ))}
    </dl>
  );
}

export function Label({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="mono">{children}</dd>
    </div>
  );
}
