import { Button } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { Pane } from '../ui/Pane.tsx';
import { Letters } from './Letters.tsx';
import { Messages } from './Messages.tsx';
import { openTopics, usePlace } from './place.ts';
import { TopicList } from './TopicList.tsx';
import './topics.css';

/** The streams: how far every view is, what is in a topic, and what was refused. */
export default function Topics() {
  const { view, opener, reader } = usePlace();
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(view);
  useEffect(() => {
    if (shown.current === view) return;
    shown.current = view;
    const target = view.name === 'topics' && opener ? document.getElementById(opener) : heading.current;
    target?.focus();
  }, [view, opener]);
  return (
    <Pane title="Topics" actions={view.name !== 'topics' && <Button onClick={openTopics}>← All topics</Button>}>
      {view.name !== 'topics' && (
        <h3 ref={heading} tabIndex={-1}>
          {view.name === 'messages' ? `Messages of ${view.topic}` : 'Dead letters'}
        </h3>
      )}
      {/* It stays, so that the way back leads to the same row. */}
      <TopicList isShown={view.name === 'topics'} />
      {view.name === 'messages' && reader && <Messages key={view.topic} reader={reader} />}
      {view.name === 'letters' && <Letters />}
    </Pane>
  );
}
