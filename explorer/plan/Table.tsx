import { Disclosure } from '../ui/Disclosure.tsx';
import { type TimedCall, told } from './timeline.ts';

/** The calls as text. */
export function Table({ calls }: { calls: TimedCall[] }) {
  return (
    <Disclosure summary="As a table">
      {() => (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <div className="plan-table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Subgraph</th>
                {['Step', 'Began', 'Took', 'Entities', 'Errors'].map((name) => (
                  <th key={name} scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {calls.map(({ subgraph, step, from, tookMs, representations, errors }, at) => (
                <tr key={at}>
                  <th scope="row">{subgraph}</th>
                  <td className="number">{step}</td>
                  <td className="number">{told(from)}</td>
                  <td className="number">{tookMs === null ? 'not over' : told(tookMs)}</td>
                  <td className="number">{representations ?? '–'}</td>
                  <td className="number">{errors}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Disclosure>
  );
}
