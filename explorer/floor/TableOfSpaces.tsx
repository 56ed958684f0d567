import { inWords } from './people.ts';
import type { Bucket, Count, Space } from './questions.ts';

interface TableOfSpacesProps {
  spaces: readonly Space[];
  countOf(space: Space): Count | undefined;
  seriesOf(space: Space): readonly Bucket[];
  /** The time of the counts, such as "Now". */
  time: string;
}

/** The plan as text. */
export function TableOfSpaces({ spaces, countOf, seriesOf, time }: TableOfSpacesProps) {
  return (
    <details>
      <summary>As a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Space</th>
            <th scope="col">{time}</th>
            <th scope="col" className="number">
              Min
            </th>
            <th scope="col" className="number">
              Max
            </th>
          </tr>
        </thead>
        <tbody>
          {spaces.map((space) => {
            const series = seriesOf(space);
            return (
              <tr key={space.id}>
                <th scope="row">{space.name}</th>
                <td>{inWords(countOf(space))}</td>
                <td className="number">{series.length > 0 && Math.min(...series.map(({ min }) => min))}</td>
                <td className="number">{series.length > 0 && Math.max(...series.map(({ max }) => max))}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}
