import { Button } from '@graphiql/react';
import { useMemo, useState } from 'react';
import { indented } from './indented.ts';
import { count } from './numbers.ts';
import { usePlace } from './place.ts';
import { type Message, placeOf } from './reader.ts';

/** So many characters of a value are shown; a copy has all. */
const mostShown = 200_000;

/** One message, whole. */
export function MessageDetail({ message }: { message: Message }) {
  const { key, at, value, base64, headers } = message;
  const [copied, setCopied] = useState('');
  const copy = async (what: string, text: string) => {
    await navigator.clipboard.writeText(text);
    setCopied(`The ${what} is copied.`);
  };
  const close = () => {
    usePlace.setState({ selected: undefined });
    document.getElementById('messages')?.focus();
  };
  const shown = useMemo(() => indented(value), [value]);
  const names = Object.entries(headers ?? {});
  return (
    <section className="message-detail" aria-label={`Message ${placeOf(message)}`}>
      <div className="row">
        <h4>{placeOf(message)}</h4>
        <time className="faint" dateTime={at}>
          {at}
        </time>
        <span className="row topic-actions">
          <Button onClick={() => copy('value', value)}>Copy value</Button>
          {base64 && <Button onClick={() => copy('base64', base64)}>Copy base64</Button>}
          {key !== null && <Button onClick={() => copy('key', key)}>Copy key</Button>}
          {names.length > 0 && (
            <Button onClick={() => copy('headers', JSON.stringify(headers, null, 2))}>Copy headers</Button>
          )}
          <Button onClick={close}>Close</Button>
        </span>
      </div>
      <p role="status" className="faint topic-silent">
        {copied}
      </p>
      <dl>
        <div>
          <dt>Key</dt>
          <dd className="mono">{key ?? <span className="faint">none</span>}</dd>
        </div>
        {names.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="mono">{text}</dd>
          </div>
        ))}
      </dl>
      {base64 && <p className="faint">The value is no UTF-8: as text some of it is lost, and base64 has the bytes.</p>}
      <pre>{shown === '' ? '(empty)' : shown.slice(0, mostShown)}</pre>
      {shown.length > mostShown && (
        <p className="faint">
          The first {count(mostShown)} of {count(shown.length)} characters. A copy has all.
        </p>
      )}
    </section>
  );
}
