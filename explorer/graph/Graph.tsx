import { useGraphiQL } from '@graphiql/react';
import type { GraphQLSchema } from 'graphql';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { ask, type Operation } from '../client.ts';
import { type Run, useRun } from '../runs.ts';
import { Alert, Pane } from '../ui/Pane.tsx';
import { Details } from './Details.tsx';
import { Drawing } from './Drawing.tsx';
import './graph.css';
import { List } from './List.tsx';
import { Notes } from './Notes.tsx';
import type { Answer } from './neighbours.ts';
import { Picture } from './picture.ts';

/** In milliseconds: how often what a subscription brings is drawn. */
const readEvery = 100;

export default function Graph() {
  const run = useRun();
  const schema = useGraphiQL((state) => state.schema);
  const picture = useMemo(() => run && schema && pictureOf(run.operation, schema), [run?.operation, schema]);
  useReading(picture, run);
  if (picture instanceof Picture && run) return <PictureOf key={run.id} picture={picture} run={run} />;
  return (
    <Pane title="Graph">
      {picture instanceof Error ? <Alert error={picture} /> : <p className="empty">{run ? noSchema : noRun}</p>}
    </Pane>
  );
}

const example = 'such as “Where has a person worked?” in the cookbook';
const noRun = `Run a query about people or companies, ${example}: they are drawn here.`;
const noSchema = 'What is a person and what a company is known from the schema, and GraphiQL has not loaded it.';
const noNodes = `This result has no people and no companies. Ask for some, ${example}.`;

function PictureOf({ picture, run }: { picture: Picture; run: Run }) {
  useSyncExternalStore(picture.subscribe, () => picture.version);
  const [isList, setIsList] = useState(false);
  const { nodes, hidden } = picture.shown;
  const isEmpty = nodes.length === 0 && hidden === 0;
  const views = (
    <fieldset className="graph-views" aria-label="Show as">
      <button type="button" aria-pressed={!isList} onClick={() => setIsList(false)}>
        Drawing
      </button>
      <button type="button" aria-pressed={isList} onClick={() => setIsList(true)}>
        List
      </button>
    </fieldset>
  );
  return (
    <Pane title="Graph" actions={!isEmpty && views}>
      <Notes picture={picture} />
      {isEmpty ? (
        <p className="empty">{run.log || run.result ? noNodes : 'The answer is waited for.'}</p>
      ) : (
        <div className="graph">
          {isList ? <List picture={picture} /> : <Drawing picture={picture} />}
          <Details picture={picture} />
        </div>
      )}
    </Pane>
  );
}

/** What was opened and moved stays while other plugins are shown. */
const pictures = new WeakMap<Operation, Picture>();

function pictureOf(operation: Operation, schema: GraphQLSchema): Picture | Error {
  const known = pictures.get(operation);
  if (known) return known;
  try {
    const picture = new Picture((query, variables) => ask<Answer>(query, variables), schema, operation);
    pictures.set(operation, picture);
    return picture;
  } catch (error) {
    return error as Error;
  }
}

/** Hands the picture what the run brings. */
function useReading(picture: Picture | Error | undefined | null, run: Run | undefined): void {
  const { result, log } = run ?? {};
  useEffect(() => {
    if (picture instanceof Picture && result) picture.readResult(result);
  }, [picture, result]);
  useEffect(() => {
    if (!(picture instanceof Picture) || !log) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const readSoon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (picture.readRows(log.rows)) readSoon();
      }, readEvery);
    };
    readSoon();
    const leave = log.subscribe(readSoon);
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [picture, log]);
}
