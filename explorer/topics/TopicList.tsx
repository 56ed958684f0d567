import { Button } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { count, counted } from '../ui/numbers.ts';
import { useAnswer } from '../ui/useAnswer.ts';
import { shownMoment } from './moments.ts';
import { messagesIn, rate } from './numbers.ts';
import { openLetters, openMessages } from './place.ts';
import { Refusal } from './Refusal.tsx';
import { markOf, type Progress, type Standing, standing, stuckAfterMs } from './standing.ts';
import { useRefresh } from './useRefresh.ts';

interface Topic {
  name: string;
  partitions: { id: number; start: string; end: string }[];
  views: (Progress & { at: string | null })[];
}

const question = `query TopicsAndViews {
  topics { name partitions { id start end } views { view lag rate at } }
  deadLetters(first: 1) { totalCount }
}`;
const refreshMs = 3_000;

/** Every topic, with how far its views are. */
export function TopicList({ isShown }: { isShown: boolean }) {
  const answer = useAnswer<{ topics: Topic[]; deadLetters: { totalCount: number } }>(question);
  useRefresh(answer, refreshMs, isShown);
  const { data, error, isLoading } = answer;
  const [{ since, asked }, setKnown] = useState<{ since: Standing; asked: number }>({ since: new Map(), asked: 0 });
  useEffect(() => {
    const now = Date.now();
    if (!data) return;
    setKnown(({ since, asked }) => {
      // Of a time when nobody looked, nothing is known.
      const before = now - asked < stuckAfterMs ? since : new Map();
      return { since: standing(before, data.topics, now), asked: now };
    });
  }, [data]);
  const stuck = (data?.topics ?? []).flatMap((topic) =>
    topic.views
      .filter((view) => markOf(since, topic.name, view, asked).kind === 'stuck')
      .map(({ view }) => `${view} of ${topic.name}`),
  );
  return (
    <div className="stack" hidden={!isShown}>
      <Refusal error={error} />
      {!data && isLoading && <p className="empty">Asking the gateway…</p>}
      <p role="status" className={stuck.length > 0 ? 'topic-stuck' : 'topic-silent'}>
        {stuck.length > 0 && `⚠ Stuck, with messages to take: ${stuck.join(', ')}. The logs of ingest say why.`}
      </p>
      {data && (
        <>
          <div className="row">
            <Button id="open-letters-all" onClick={() => openLetters('', 'open-letters-all')}>
              Dead letters ({count(data.deadLetters.totalCount)})
            </Button>
          </div>
          <table className="topics">
            <thead>
              <tr>
                <th scope="col">View</th>
                <th scope="col" className="number">
                  Behind
                </th>
                <th scope="col" className="number">
                  Per s
                </th>
                <th scope="col">Newest taken</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            {data.topics.map((topic) => (
              <TopicRows key={topic.name} topic={topic} since={since} asked={asked} />
            ))}
          </table>
        </>
      )}
    </div>
  );
}

function TopicRows({ topic, since, asked }: { topic: Topic; since: Standing; asked: number }) {
  const { name, partitions, views } = topic;
  const [isOpen, setIsOpen] = useState(false);
  const ids = { messages: `open-messages-${name}`, letters: `open-letters-${name}` };
  return (
    <tbody>
      <tr className="topic">
        <th scope="rowgroup" colSpan={5}>
          <div className="row">
            <span className="topic-name">{name}</span>
            <span className="faint">{counted(messagesIn(partitions), 'message')}</span>
            <span className="row topic-actions">
              <button
                type="button"
                aria-expanded={isOpen}
                aria-label={`${counted(partitions.length, 'partition')} of ${name}`}
                onClick={() => setIsOpen(!isOpen)}
              >
                {counted(partitions.length, 'partition')}
              </button>
              <button
                type="button"
                id={ids.messages}
                aria-label={`Messages of ${name}`}
                onClick={() => openMessages(name, ids.messages)}
              >
                Messages
              </button>
              {name !== 'dead.letters' && (
                <button
                  type="button"
                  id={ids.letters}
                  aria-label={`Dead letters of ${name}`}
                  onClick={() => openLetters(name, ids.letters)}
                >
                  Dead letters
                </button>
              )}
            </span>
          </div>
        </th>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={5}>
            <Partitions topic={topic} />
          </td>
        </tr>
      )}
      {views.map((view) => {
        const mark = markOf(since, name, view, asked);
        return (
          <tr key={view.view}>
            <td>{view.view}</td>
            <td className="number">{count(view.lag)}</td>
            <td className="number">{rate(view.rate)}</td>
            <td>{view.at === null ? 'nothing yet' : <time dateTime={view.at}>{shownMoment(view.at)}</time>}</td>
            <td className={`topic-mark ${mark.kind}`}>
              {mark.sign} <span>{mark.words}</span>
            </td>
          </tr>
        );
      })}
    </tbody>
  );
}

function Partitions({ topic: { name, partitions } }: { topic: Topic }) {
  return (
    <table className="partitions" aria-label={`Partitions of ${name}`}>
      <thead>
        <tr>
          {['Partition', 'Oldest offset', 'Next offset', 'Messages'].map((title) => (
            <th key={title} scope="col" className="number">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {partitions.map(({ id, start, end }) => (
          <tr key={id}>
            <th scope="row" className="number">
              {id}
            </th>
            <td className="number">{count(Number(start))}</td>
            <td className="number">{count(Number(end))}</td>
            <td className="number">{count(messagesIn([{ start, end }]))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
