import { Button } from '@graphiql/react';
import { useEffect, useRef, useState } from 'react';
import { count, counted } from '../ui/numbers.ts';
import { useAnswer } from '../ui/useAnswer.ts';
import { Confirmation } from './Confirmation.tsx';
import { Letter } from './Letter.tsx';
import { fromLocal, localInput } from './moments.ts';
import { type LetterFilter, usePlace } from './place.ts';
import { Refusal } from './Refusal.tsx';
import { type DeadLetter, type Outcome, sendAgain } from './sendAgain.ts';
import { useRefresh } from './useRefresh.ts';

const letters = `query DeadLetters($topic: String, $from: DateTime, $to: DateTime, $first: Int) {
  deadLetters(topic: $topic, from: $from, to: $to, first: $first) {
    totalCount edges { node { id topic partition offset reason key headers value at redriven } }
    pageInfo { hasNextPage } } }`;
const newest = `query NewestDeadLetter($topic: String, $from: DateTime, $to: DateTime) {
  deadLetters(topic: $topic, from: $from, to: $to, first: 1) { totalCount edges { node { id } } } }`;

interface List<Node> {
  deadLetters: { totalCount: number; edges: { node: Node }[]; pageInfo: { hasNextPage: boolean } };
}

const step = 50;
const most = 1_000;
const refreshMs = 3_000;

/** The messages that were refused: read, mended, and sent again. */
export function Letters() {
  const { filter, drafts, openLetter } = usePlace();
  const [first, setFirst] = useState(step);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [outcomes, setOutcomes] = useState<Record<string, Outcome>>({});
  const [asking, setAsking] = useState<DeadLetter[]>([]);
  const [isSending, setIsSending] = useState(false);
  const [said, setSaid] = useState('');
  const variables = { topic: filter.topic || undefined, from: fromLocal(filter.from), to: fromLocal(filter.to) };
  const list = useAnswer<List<DeadLetter>>(letters, { ...variables, first });
  const latest = useAnswer<List<{ id: string }>>(newest, variables);
  useRefresh(latest, refreshMs);
  const found = list.data?.deadLetters;
  const listed = found?.edges.map(({ node }) => node) ?? [];
  // What somebody mends stays, however many letters come before it.
  const opened = useRef<DeadLetter>(undefined);
  opened.current = [...listed, opened.current].find((letter) => letter?.id === openLetter);
  const shown = [...new Set([...listed, ...(opened.current ? [opened.current] : [])])];

  // A letter that has come is shown with those around it; so are all of them when the gateway answers again.
  const known = useRef<string>(undefined);
  const { reload, error } = list;
  useEffect(() => {
    if (!latest.data || latest.error) return;
    const { totalCount, edges } = latest.data.deadLetters;
    const sign = `${totalCount} ${edges[0]?.node.id}`;
    if (error || (known.current !== undefined && known.current !== sign)) reload();
    known.current = sign;
    // Not for each error, or it would ask without end.
  }, [latest.data, latest.error, reload]);

  const refresh = () => {
    list.reload();
    latest.reload();
  };
  const send = async (sent: DeadLetter[]) => {
    setAsking([]);
    setIsSending(true);
    setSaid(`Sending ${counted(sent.length, 'message')}…`);
    const told = await sendAgain(sent.map((letter) => ({ ...letter, draft: drafts[letter.id] })));
    setOutcomes((before) => ({ ...before, ...told }));
    const isRefused = (id: string) => told[id]?.error !== undefined;
    const refused = Object.keys(told).filter(isRefused).length;
    setSaid(
      `${counted(sent.length - refused, 'message')} sent again${refused > 0 ? `, ${count(refused)} not: see there why` : ''}.`,
    );
    usePlace.setState((place) => ({
      drafts: Object.fromEntries(Object.entries(place.drafts).filter(([id]) => !(id in told) || isRefused(id))),
    }));
    setChosen(new Set());
    setIsSending(false);
    refresh();
  };
  const ask = (sent: DeadLetter[]) => {
    if (isSending || sent.length === 0) return;
    if (sent.length > 1 || sent.some(({ redriven }) => redriven)) setAsking(sent);
    else void send(sent);
  };
  const choose = (ids: string[], isChosen: boolean) =>
    setChosen((before) => new Set(isChosen ? [...before, ...ids] : [...before].filter((id) => !ids.includes(id))));
  const open = shown.filter(({ redriven }) => !redriven).map(({ id }) => id);
  const picked = shown.filter(({ id }) => chosen.has(id));
  return (
    <div className="stack dead-letters">
      <Filter filter={filter} />
      <Refusal error={list.error ?? latest.error} />
      <div className="row">
        <Button aria-disabled={picked.length === 0 || isSending} onClick={() => ask(picked)}>
          Send {picked.length > 0 && count(picked.length)} again
        </Button>
        <Button onClick={refresh}>Refresh</Button>
        {found && <span className="faint topic-count">{counted(found.totalCount, 'dead letter')}</span>}
      </div>
      <p role="status" className={said ? '' : 'topic-silent'}>
        {said}
      </p>
      {!found && list.isLoading && <p className="empty">Asking the gateway…</p>}
      {found && shown.length === 0 && <Nothing filter={filter} />}
      {shown.length > 0 && (
        <table className="letters">
          <thead>
            <tr>
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label="Choose all that have not been sent again"
                  disabled={open.length === 0}
                  checked={open.length > 0 && open.every((id) => chosen.has(id))}
                  onChange={(event) => choose(open, event.currentTarget.checked)}
                />
              </th>
              <th scope="col">Refused</th>
            </tr>
          </thead>
          {shown.map((letter) => (
            <Letter
              key={letter.id}
              letter={letter}
              outcome={outcomes[letter.id]}
              isChosen={chosen.has(letter.id)}
              isSending={isSending}
              onChoose={(isChosen) => choose([letter.id], isChosen)}
              onSend={() => ask([letter])}
            />
          ))}
        </table>
      )}
      {found?.pageInfo.hasNextPage &&
        // A page ends early where its letters are large.
        (first < most && (list.isLoading || listed.length >= first) ? (
          <div className="row">
            <Button onClick={() => setFirst(Math.min(most, first + step))}>More</Button>
          </div>
        ) : (
          <p className="faint">These are the newest {count(shown.length)}. An earlier “To” shows those before them.</p>
        ))}
      <Confirmation letters={asking} onConfirm={() => void send(asking)} onCancel={() => setAsking([])} />
    </div>
  );
}

function Filter({ filter }: { filter: LetterFilter }) {
  const topics = useAnswer<{ topics: { name: string }[] }>('query TopicNames { topics { name } }');
  const names = (topics.data?.topics ?? []).map(({ name }) => name).filter((name) => name !== 'dead.letters');
  const change = (part: Partial<LetterFilter>) =>
    usePlace.setState({ filter: { ...filter, ...part }, openLetter: undefined });
  return (
    <div className="row topic-form">
      <label>
        Topic
        <select value={filter.topic} onChange={(event) => change({ topic: event.currentTarget.value })}>
          <option value="">all</option>
          {[...new Set([...names, filter.topic])].filter(Boolean).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {(['from', 'to'] as const).map((end) => (
        <label key={end}>
          {end === 'from' ? 'From' : 'To'}
          <input
            {...localInput}
            value={filter[end]}
            onChange={(event) => change({ [end]: event.currentTarget.value })}
          />
        </label>
      ))}
    </div>
  );
}

function Nothing({ filter: { topic, from, to } }: { filter: LetterFilter }) {
  const isFiltered = from !== '' || to !== '' || topic !== '';
  return (
    <div className="stack empty">
      <p>
        {isFiltered
          ? 'Nothing was refused of this topic in this time.'
          : 'Nothing was refused. A message that breaks its contract appears here by itself, with what is wrong with it.'}
      </p>
      {isFiltered && (
        <div className="row">
          <Button onClick={() => usePlace.setState({ filter: { topic: '', from: '', to: '' }, openLetter: undefined })}>
            Show all
          </Button>
        </div>
      )}
    </div>
  );
}
