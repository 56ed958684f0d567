import { Button } from '@graphiql/react';
import { count, counted } from '../ui/numbers.ts';
import { Alert } from '../ui/Pane.tsx';
import { bounds, type Picture } from './picture.ts';
import { nameOf } from './words.ts';

/** How much is shown, what is not and why, and what went wrong. */
export function Notes({ picture }: { picture: Picture }) {
  const { shown, missing, expansions } = picture;
  const { nodes, edges, left, hidden, isFull } = shown;
  const people = nodes.filter(({ type }) => type === 'Person').length;
  const failed = [...expansions].filter(([, { error }]) => error);
  return (
    <>
      <div className="row">
        <p className="faint" role="status">
          {nodes.length + hidden > 0 &&
            `${counted(people, 'person', 'people')}, ${counted(nodes.length - people, 'company', 'companies')}, ${counted(edges.length, 'relation')}`}
          {hidden > 0 && `, ${count(hidden)} hidden`}
        </p>
        {hidden > 0 && <Button onClick={() => picture.showHidden()}>Show hidden</Button>}
      </div>
      {(left > 0 || isFull) && (
        <p>
          There are {left > 0 ? `${count(left)} more` : 'more'} people, companies or relations, but{' '}
          {count(bounds.nodes)} nodes and {count(bounds.edges)} relations are the most that are drawn. Ask for fewer, or
          hide some to see others.
        </p>
      )}
      <Missed fields={missing.ids} add="id" without="they cannot be drawn" />
      <Missed fields={missing.types} add="__typename" without="it cannot be told what they are" />
      <Missed fields={missing.names} add="name" without="their ids stand for them until they are expanded" />
      {failed.map(([key, { error, pages }]) => {
        const node = nodes.find((one) => one.key === key);
        return (
          node && (
            <div className="stack" key={key}>
              <Alert error={new Error(`${nameOf(node)} could not be expanded: ${error?.message}`)} />
              <div>
                <Button onClick={() => void (pages ? picture.more(key) : picture.expand(key))}>Try again</Button>
              </div>
            </div>
          )
        );
      })}
    </>
  );
}

function Missed({ fields, add, without }: { fields: Set<string>; add: string; without: string }) {
  if (fields.size === 0) return null;
  return (
    <p className="faint">
      Add <code>{add}</code> to <code>{[...fields].join(', ')}</code>: without it {without}.
    </p>
  );
}
