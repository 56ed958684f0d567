import { Button } from '@graphiql/react';
import { useMemo } from 'react';
import { count } from '../ui/numbers.ts';
import { useCopy } from '../ui/useCopy.ts';
import { indented } from './indented.ts';
import { Labels } from './Labels.tsx';
import { usePlace } from './place.ts';
import { type Message, placeOf } from './reader.ts';

/** So many characters of a value are shown; a copy has all. */
const mostShown = 200_000;

/** One message, whole. */
export function MessageDetail({ message }: { message: Message }) {
  const { key, at, value, base64, headers } = message;
  const close = () => {
    usePlace.setState({ selected: undefined });
    document.getElementById('messages')?.focus();
  };
  const shown = useMemo(() => indented(value), [value]);
  return (
    <section className="message-detail" aria-label={`Message ${placeOf(message)}`}>
      <div className="row">
        <h4>{placeOf(message)}</h4>
        <time className="faint" dateTime={at}>
          {at}
        </time>
        <span className="row topic-actions">
          <Copy what="value" text={value} />
          {base64 && <Copy what="base64" text={base64} />}
          {key !== null && <Copy what="key" text={key} />}
          {Object.keys(headers ?? {}).length > 0 && <Copy what="headers" text={JSON.stringify(headers, null, 2)} />}
          <Button onClick={close}>Close</Button>
        </span>
      </div>
      <Labels messageKey={key} headers={headers} />
      {base64 && <p className="faint">Of what is no UTF-8, the text has {'\uFFFD'}; base64 has the bytes.</p>}
      <pre>{shown === '' ? '(empty)' : shown.slice(0, mostShown)}</pre>
      {shown.length > mostShown && (
        <p className="faint">
          The first {count(mostShown)} of {count(shown.length)} characters. A copy has all.
        </p>
      )}
    </section>
  );
}

function Copy({ what, text }: { what: string; text: string }) {
  const [label, copy] = useCopy(`Copy ${what}`);
  return <Button onClick={() => copy(text)}>{label}</Button>;
}
