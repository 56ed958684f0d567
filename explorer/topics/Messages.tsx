import { Button } from '@graphiql/react';
import { type FormEvent, useEffect, useState, useSyncExternalStore } from 'react';
import { count, counted } from '../ui/numbers.ts';
import { MessageDetail } from './MessageDetail.tsx';
import { MessageGrid } from './MessageGrid.tsx';
import { localInput, toLocal } from './moments.ts';
import { openLetters, readMessages, usePlace } from './place.ts';
import { Refusal } from './Refusal.tsx';
import type { Reader } from './reader.ts';

/** The messages of a topic: from a time, by key, page by page, and live. */
export function Messages({ reader }: { reader: Reader }) {
  useSyncExternalStore(reader.subscribe, () => reader.version);
  // Nobody sees what comes; whoever comes back goes on where this ends.
  useEffect(() => () => reader.pause(), [reader]);
  const selected = usePlace((place) => place.selected);
  const { state, hasMore, question } = reader;
  const { items, dropped } = reader.messages;
  const isFollowing = state.is === 'live' || state.is === 'lost';
  const isBusy = isFollowing || state.is === 'reading';
  return (
    <div className="messages">
      <Asking reader={reader} />
      <div className="row">
        <Button aria-disabled={isBusy} onClick={() => void (isBusy || reader.more())}>
          {hasMore ? 'More' : 'Look for newer'}
        </Button>
        <Button onClick={() => (isFollowing ? reader.pause() : reader.tail())}>
          {isFollowing ? 'Pause' : state.is === 'paused' ? 'Go on live' : 'Tail live'}
        </Button>
        <button
          type="button"
          className="topic-link"
          onClick={() => openLetters(question.topic, `open-letters-${question.topic}`)}
        >
          Its dead letters
        </button>
      </div>
      <div className="row">
        <p role="status" className={`topic-state ${state.is}`}>
          {said(reader)}
        </p>
        <span className="faint topic-count">
          {counted(items.length, 'message')}
          {dropped > 0 && `, the oldest ${count(dropped)} dropped`}
        </span>
      </div>
      <Refusal error={state.is === 'failed' ? state.error : undefined} />
      {items.length > 0 ? (
        <MessageGrid reader={reader} selected={selected} isFollowing={isFollowing} />
      ) : (
        state.is !== 'reading' && state.is !== 'failed' && <Nothing reader={reader} isFollowing={isFollowing} />
      )}
      {selected && <MessageDetail message={selected} />}
    </div>
  );
}

function said({ state, hasMore, messages }: Reader): string {
  switch (state.is) {
    case 'reading':
      return 'Reading…';
    case 'live':
      return '● Live: connected.';
    case 'lost':
      return `◌ ${state.reason}`;
    case 'paused':
      return '‖ Paused, and goes on right after the last message.';
    case 'idle':
      return hasMore || messages.items.length === 0 ? '' : 'These are all for now.';
    case 'failed':
      return '';
  }
}

function Nothing({ reader: { question }, isFollowing }: { reader: Reader; isFollowing: boolean }) {
  const { topic, key, from } = question;
  const of = key === undefined ? '' : ` with the key ${key}`;
  if (isFollowing) return <p className="empty">No message{of} yet. Those that come appear here by themselves.</p>;
  return (
    <div className="stack empty">
      <p>
        No message{of} {from === undefined ? 'is kept' : 'since this time'}.
        {from !== undefined && ' Begin earlier, or wait for those that come with Tail live.'}
      </p>
      {from !== undefined && (
        <div className="row">
          <Button onClick={() => readMessages({ topic, key: key ?? '', from: '' })}>Read from the oldest</Button>
        </div>
      )}
    </div>
  );
}

/** What is asked: the time of the first message, and a key. */
function Asking({ reader: { question } }: { reader: Reader }) {
  const { topic } = question;
  const asked = {
    from: question.from === undefined ? '' : toLocal(Date.parse(question.from)),
    key: question.key ?? '',
  };
  const [from, setFrom] = useState(asked.from);
  const [key, setKey] = useState(asked.key);
  useEffect(() => setFrom(asked.from), [asked.from]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    readMessages({ topic, key, from });
  };
  return (
    <form className="row topic-form" onSubmit={submit}>
      <label>
        From
        <input
          {...localInput}
          value={from}
          aria-describedby="messages-from"
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label>
        Key
        <input
          type="text"
          spellCheck={false}
          autoComplete="off"
          placeholder="any"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
      </label>
      <Button type="submit">Read</Button>
      <Button type="button" onClick={() => readMessages({ topic, key, from: '' })}>
        From the oldest
      </Button>
      <span id="messages-from" className="unseen">
        In your time zone. Empty reads from the oldest message that is kept.
      </span>
    </form>
  );
}
