import { Button, useGraphiQLActions } from '@graphiql/react';
import { type FormEvent, useState } from 'react';
import { useAccess } from './access.ts';
import { Pane } from './ui/Pane.tsx';

/** Where a caller shows a token. */
export default function Access() {
  const { token } = useAccess();
  const { introspect } = useGraphiQLActions();
  const [typed, setTyped] = useState(token);
  const use = (next: string) => {
    setTyped(next);
    useAccess.setState({ token: next });
    introspect(); // what may be seen of the graph may depend on who asks
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    use(typed.trim());
  };
  return (
    <Pane title="Access">
      <p>
        A gateway that knows its callers wants a token, or an API key from <code>tributary key create</code>. It goes
        along with everything that the explorer asks, over HTTP and over WebSocket, and is forgotten when this tab of
        the browser is closed. Other headers belong to one question each, and stand under its editor.
      </p>
      <form className="stack" onSubmit={submit}>
        <label>
          Token or API key
          <input
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <div className="row">
          <Button type="submit" disabled={typed.trim() === token}>
            Use it
          </Button>
          <Button type="button" disabled={token === ''} onClick={() => use('')}>
            Forget it
          </Button>
        </div>
        <p role="status">{token ? 'Asking with this token.' : 'Asking as nobody in particular.'}</p>
      </form>
    </Pane>
  );
}
