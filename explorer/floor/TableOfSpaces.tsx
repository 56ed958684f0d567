import { Disclosure } from '../ui/Disclosure.tsx';
import { inWords } from './people.ts';
import type { Bucket, Count, Space } from './questions.ts';

interface TableOfSpacesProps {
  spaces: readonly Space[];
  countOf(space: Space): Count | undefined;
  courseOf(space: Space): readonly Bucket[];
  /** The time of the counts, such as "Now". */
  time: string;
}

/** The plan as text. */
export function TableOfSpaces(props: TableOfSpacesProps) {
  return <Disclosure summary="As a table">{() => <Rows {...props} />}</Disclosure>;
}

function Rows({ spaces, countOf, courseOf, time }: TableOfSpacesProps) {
  return (
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
          const course = courseOf(space);
          return (
            <tr key={space.id}>
              <th scope="row">{space.name}</th>
              <td>{inWords(countOf(space))}</td>
              <td className="number">{Math.min(...course.map(({ min }) => min))}</td>
              <td className="number">{Math.max(...course.map(({ max }) => max))}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
