import { Button } from '@graphiql/react';
import { useId } from 'react';
import { Alert } from '../ui/Pane.tsx';
import { indented } from './indented.ts';
import { Label, Labels } from './Labels.tsx';
import { mistakeIn } from './mistake.ts';
import { shownMoment } from './moments.ts';
import { usePlace } from './place.ts';
import { placeOf } from './reader.ts';
import { isMended } from './redrives.ts';
import type { DeadLetter, Outcome } from './sendAgain.ts';

interface LetterProps {
  letter: DeadLetter;
  /** Of the last time it was sent from here. */
  outcome: Outcome | undefined;
  isChosen: boolean;
  isSending: boolean;
  onChoose(isChosen: boolean): void;
  onSend(): void;
}

/** So much of a value stands in its row. */
const lineLength = 200;

/** A dead letter: a row, and below it, when it is open, its value to be mended. */
export function Letter({ letter, outcome, isChosen, isSending, onChoose, onSend }: LetterProps) {
  const { id, topic, reason, value, at } = letter;
  const isOpen = usePlace((place) => place.openLetter === id);
  const draft = usePlace((place) => place.drafts[id]);
  const panel = useId();
  return (
    <tbody>
      <tr className={isOpen ? 'open' : ''}>
        <td>
          <input
            type="checkbox"
            aria-label={`Choose ${id}`}
            checked={isChosen}
            onChange={(event) => onChoose(event.currentTarget.checked)}
          />
        </td>
        <td>
          <button
            type="button"
            className="letter"
            aria-expanded={isOpen}
            aria-controls={isOpen ? panel : undefined}
            onClick={() => usePlace.setState({ openLetter: isOpen ? undefined : id })}
          >
            <span className="letter-head">
              <span className="faint">
                {topic} {placeOf(letter)} · <time dateTime={at}>{shownMoment(at)}</time>
              </span>
              <span>{stateOf(letter, draft, outcome)}</span>
            </span>
            <span>{reason}</span>
            <span className="mono letter-value">{value.slice(0, lineLength) || '(empty)'}</span>
          </button>
        </td>
      </tr>
      {(isOpen || outcome) && (
        <tr id={panel} className="letter-panel">
          <td />
          <td>
            <div className="stack">
              <Alert error={outcome?.error} />
              {outcome?.text && <p className="letter-receipt">✓ {outcome.text}</p>}
              {isOpen && <Editor letter={letter} draft={draft} isSending={isSending} onSend={onSend} />}
            </div>
          </td>
        </tr>
      )}
    </tbody>
  );
}

function stateOf({ value, redriven }: DeadLetter, draft: string | undefined, outcome: Outcome | undefined): string {
  if (redriven) return `✓ sent again ${shownMoment(redriven)}`;
  if (outcome?.error) return '⚠ not sent';
  return isMended({ value, draft }) ? '✎ mended, not sent' : '✕ refused';
}

interface EditorProps extends Pick<LetterProps, 'letter' | 'isSending' | 'onSend'> {
  draft: string | undefined;
}

function Editor({ letter, draft, isSending, onSend }: EditorProps) {
  const { id, value, key, headers, redriven } = letter;
  const hint = useId();
  const text = draft ?? value;
  const mistake = mistakeIn(text);
  const write = (next: string | undefined) =>
    usePlace.setState(({ drafts: { [id]: _, ...others } }) => ({
      drafts: next === undefined || next === value ? others : { ...others, [id]: next },
    }));
  return (
    <>
      <Labels messageKey={key} headers={headers}>
        <Label name="Letter">{id}</Label>
      </Labels>
      <textarea
        className="mono"
        aria-label={`Value of ${id}`}
        aria-describedby={hint}
        rows={Math.min(16, Math.max(4, text.split('\n').length + 1))}
        spellCheck={false}
        readOnly={redriven !== null}
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
      />
      <p id={hint} className={mistake ? '' : 'faint'}>
        {mistake
          ? `⚠ No JSON: line ${mistake.line}, column ${mistake.column} should have ${mistake.expected}. It can be sent as it is.`
          : '✓ JSON.'}
        {value.includes('\uFFFD') &&
          ' What is no UTF-8 stands here as \uFFFD. As long as you do not change the text, the message is sent to the byte as it was.'}
      </p>
      <div className="row">
        <Button aria-disabled={isSending} onClick={onSend}>
          {redriven ? 'Send once more…' : isMended({ value, draft }) ? 'Send mended' : 'Send as it was'}
        </Button>
        <Button disabled={mistake !== undefined || redriven !== null} onClick={() => write(indented(text))}>
          Indent
        </Button>
        <Button disabled={draft === undefined} onClick={() => write(undefined)}>
          Undo
        </Button>
      </div>
    </>
  );
}
