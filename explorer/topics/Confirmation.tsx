import { Button } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { count, counted } from '../ui/numbers.ts';
import { usePlace } from './place.ts';
import { isMended } from './redrives.ts';
import type { DeadLetter } from './sendAgain.ts';

interface ConfirmationProps {
  /** What is to be sent; nothing is asked without any. */
  letters: DeadLetter[];
  onConfirm(): void;
  onCancel(): void;
}

/** Asks before messages are sent again. */
export function Confirmation({ letters, onConfirm, onCancel }: ConfirmationProps) {
  const { drafts } = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = letters.length > 0;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const mended = letters.filter(({ id, value }) => isMended({ value, draft: drafts[id] })).length;
  const before = letters.filter(({ redriven }) => redriven).length;
  const byTopic = [...Map.groupBy(letters, ({ topic }) => topic)];
  return (
    <dialog ref={dialog} className="pane-dialog" aria-labelledby="send-again" onClose={onCancel}>
      <h3 id="send-again">Send {counted(letters.length, 'message')} again?</h3>
      <ul>
        {byTopic.map(([topic, { length }]) => (
          <li key={topic}>
            {counted(length, 'message')} of {topic}
          </li>
        ))}
      </ul>
      <p>
        {mended === 0 ? 'As they were.' : `${mended} mended, ${letters.length - mended} as they were.`} A message is
        sent again once.
      </p>
      {before > 0 && <p>⚠ Sent again before, which the gateway refuses a second time: {count(before)}.</p>}
      <div className="row">
        <Button onClick={onConfirm}>Send</Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </dialog>
  );
}
