import { Button, useGraphiQLActions } from '@graphiql/react';
import { codeOf } from '../client.ts';
import { Alert } from '../ui/Pane.tsx';

/** What the gateway says, and what to do where it is about rights. Nothing without an error. */
export function Refusal({ error }: { error: Error | undefined }) {
  const { setVisiblePlugin } = useGraphiQLActions();
  const code = codeOf(error);
  return (
    <>
      <Alert error={error} />
      {(code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') && (
        <p className="row">
          Streams are read with the scope streams:read, and written with streams:write. Show a token that has them:
          <Button onClick={() => setVisiblePlugin('Access')}>Open Access</Button>
        </p>
      )}
    </>
  );
}
