import type { Bucket } from './questions.ts';
import { readableTime } from './timeline.ts';

const size = { width: 300, height: 48 };

interface SparklineProps {
  course: readonly Bucket[];
  /** The bucket that is looked at. */
  position: number;
}

/** The course of one space: the count at the end of each bucket, within the least and the greatest in it. */
export function Sparkline({ course, position }: SparklineProps) {
  const lowest = Math.min(0, ...course.map(({ min }) => min));
  const highest = Math.max(1, ...course.map(({ max }) => max));
  const x = (at: number) => (size.width * (at + 0.5)) / course.length;
  const y = (people: number) => size.height * (1 - (people - lowest) / (highest - lowest));
  const line = (of: (bucket: Bucket) => number) => course.map((bucket, at) => `${x(at)} ${y(of(bucket))}`);
  const band = [...line(({ max }) => max), ...line(({ min }) => min).reverse()];
  const from = readableTime(Date.parse(course[0]!.start));
  return (
    <svg
      className="floor-course"
      viewBox={`0 -2 ${size.width} ${size.height + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Course since ${from}: from ${lowest} to ${highest} people`}
    >
      <path className="floor-zero" d={`M0 ${y(0)}H${size.width}`} />
      <path className="floor-band" d={`M${band.join('L')}Z`} />
      <path className="floor-line" d={`M${line(({ value }) => value).join('L')}`} />
      {position < course.length && <path className="floor-here" d={`M${x(position)} -2V${size.height + 2}`} />}
    </svg>
  );
}
