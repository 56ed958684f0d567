import { Button } from '@graphiql/react';
import { count } from '../ui/numbers.ts';
import { useOpenTab } from '../ui/useOpenTab.ts';
import { questions } from './neighbours.ts';
import type { Picture } from './picture.ts';
import type { Edge, GraphNode } from './relations.ts';
import { nameOf, otherEnd, relationTexts } from './words.ts';

/** The most relations that are listed; the list view has all. */
const mostRelations = 50;

/** What is known of the selected node or relation, and what can be done with it. */
export function Details({ picture }: { picture: Picture }) {
  const { nodes, edges } = picture.shown;
  const node = nodes.find(({ key }) => key === picture.selected);
  const edge = edges.find(({ key }) => key === picture.selected);
  if (!node && !edge) return <p className="faint graph-details">Choose a node or a line to read about it.</p>;
  return (
    <section className="graph-details stack" aria-label="Details">
      {node && <NodeDetails picture={picture} node={node} />}
      {edge && <EdgeDetails picture={picture} edge={edge} />}
    </section>
  );
}

function NodeDetails({ picture, node }: { picture: Picture; node: GraphNode }) {
  const { key, type, id, headcount } = node;
  const openTab = useOpenTab();
  const relations = picture.shown.edgesAt.get(key) ?? [];
  return (
    <>
      <div>
        <h3>{nameOf(node)}</h3>
        <p className="faint">
          {type} <code>{id}</code>
          {typeof headcount === 'number' && `, headcount ${count(headcount)}`}
        </p>
      </div>
      <div className="row">
        <ExpandButton picture={picture} node={node} />
        <Button onClick={() => openTab({ query: questions[type], variables: JSON.stringify({ id }, null, 2) })}>
          Ask about it
        </Button>
        <Button onClick={() => picture.hide(key)}>Hide</Button>
      </div>
      {relations.length > 0 && (
        <ul>
          {relations.slice(0, mostRelations).map((edge) => (
            <li key={edge.key}>
              <NodeLink picture={picture} of={otherEnd(edge, key)} />
              {relationTexts(edge, key).map((text) => (
                <div key={text}>{text}</div>
              ))}
            </li>
          ))}
        </ul>
      )}
      {relations.length > mostRelations && (
        <p className="faint">{count(relations.length - mostRelations)} more relations are in the list.</p>
      )}
    </>
  );
}

function ExpandButton({ picture, node: { key } }: { picture: Picture; node: GraphNode }) {
  const { pages, isLoading, error } = picture.expansions.get(key) ?? {};
  const left = pages?.left ?? 0;
  const toggle = () => (pages ? picture.collapse(key) : void picture.expand(key));
  const name = pages ? 'Collapse' : error ? 'Expand again' : 'Expand';
  // The same buttons all the while, so that the one that was pressed keeps the focus.
  return (
    <>
      <Button aria-disabled={isLoading && !pages} onClick={toggle}>
        {isLoading && !pages ? 'Expanding…' : name}
      </Button>
      {left > 0 && (
        <Button aria-disabled={isLoading} onClick={() => void picture.more(key)}>
          {isLoading ? 'Expanding…' : `More (${count(left)} left)`}
        </Button>
      )}
    </>
  );
}

function EdgeDetails({ picture, edge }: { picture: Picture; edge: Edge }) {
  return (
    <>
      <h3>
        <NodeLink picture={picture} of={edge.from} /> <span aria-hidden="true">→</span>{' '}
        <NodeLink picture={picture} of={edge.to} />
      </h3>
      <ul>
        {relationTexts(edge, edge.from).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  );
}

function NodeLink({ picture, of }: { picture: Picture; of: string }) {
  const node = picture.shown.nodes.find(({ key }) => key === of);
  return (
    <button type="button" className="graph-link" onClick={() => picture.select(of)}>
      {node ? nameOf(node) : of}
    </button>
  );
}
