import type { Picture } from './picture.ts';
import { nameOf, otherEnd, relationTexts } from './words.ts';

/** The same as the drawing, as text. */
export function List({ picture }: { picture: Picture }) {
  const { nodes, edgesAt } = picture.shown;
  const names = new Map(nodes.map((node) => [node.key, nameOf(node)]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="graph-list" aria-label="People and companies" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Relations</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.key} className={picture.selected === node.key ? 'is-selected' : ''}>
              <td>
                <button type="button" className="graph-link" onClick={() => picture.select(node.key)}>
                  {nameOf(node)}
                </button>
                <div className="faint">{node.type}</div>
              </td>
              <td>
                <ul>
                  {(edgesAt.get(node.key) ?? []).map((edge) => (
                    <li key={edge.key}>
                      {names.get(otherEnd(edge, node.key))}: {relationTexts(edge, node.key).join('; ')}
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
