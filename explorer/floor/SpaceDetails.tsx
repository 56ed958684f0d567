import { Button } from '@graphiql/react';
import { useAnswer } from '../ui/useAnswer.ts';
import { useOpenTab } from '../ui/useOpenTab.ts';
import { inWords } from './people.ts';
import { type Bucket, type Company, type Count, companyQuery, type Space, spaceQuery } from './questions.ts';
import { Sparkline } from './Sparkline.tsx';
import { readableTime, type Stretch, type Timeline, timeAt } from './timeline.ts';
import { usePassed } from './usePassed.ts';

interface SpaceDetailsProps {
  space: Space;
  count: Count | undefined;
  /** Up to now, which is a bucket by itself. */
  course: readonly Bucket[];
  stretch: Stretch;
  timeline: Timeline;
  position: number;
}

/** What is known of the space that is selected. */
export function SpaceDetails({ space, count, course, stretch, timeline, position }: SpaceDetailsProps) {
  const open = useOpenTab();
  const { id, name, company, latitude, longitude } = space;
  const ask = () => {
    const { from, to } = timeline;
    const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    open({ query: spaceQuery, variables: JSON.stringify({ space: id, ...times, every: stretch.every }, null, 2) });
  };
  const last = Math.min(position, timeline.count - 1);
  const end = timeAt(timeline, last)!;
  return (
    <section className="stack floor-details" aria-labelledby="floor-selected">
      <div className="pane-header">
        <h3 id="floor-selected">{name}</h3>
        <Button type="button" onClick={ask}>
          Ask about it
        </Button>
      </div>
      {company && <CompanyName id={company.id} />}
      {latitude !== null && (
        <p className="faint">
          latitude {latitude}, longitude {longitude}
        </p>
      )}
      <Sparkline {...{ course, position }} />
      <p>
        min {Math.min(...course.map(({ min }) => min))}, max {Math.max(...course.map(({ max }) => max))},{' '}
        {position === timeline.count ? 'now' : 'then'} {inWords(count)}
      </p>
      <Doorways space={space} from={end - timeline.everyMs} to={end} />
    </section>
  );
}

function CompanyName({ id }: { id: string }) {
  const { data } = useAnswer<Company>(companyQuery, { company: id });
  return <p className="faint">{data?.company?.name ?? `Company ${id}`}</p>;
}

interface DoorwaysProps {
  space: Space;
  /** In milliseconds since 1970. */
  from: number;
  to: number;
}

function Doorways({ space, from, to }: DoorwaysProps) {
  const passed = usePassed(space, from, to);
  if (space.doorways.length === 0) return <p className="faint">No doorway leads here.</p>;
  return (
    <table>
      <caption>
        Through its doorways from {readableTime(from)} to {readableTime(to)}
      </caption>
      <thead>
        <tr>
          <th scope="col">Doorway</th>
          <th scope="col" className="number">
            Entered
          </th>
          <th scope="col" className="number">
            Left
          </th>
        </tr>
      </thead>
      <tbody>
        {space.doorways.map(({ id, name, ingress, egress }) => (
          <tr key={id}>
            <th scope="row">
              {name}{' '}
              <span className="faint">to {(ingress.id === space.id ? egress?.name : ingress.name) ?? 'outdoors'}</span>
            </th>
            <td className="number">{passed.get(id)?.entered ?? '–'}</td>
            <td className="number">{passed.get(id)?.left ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
