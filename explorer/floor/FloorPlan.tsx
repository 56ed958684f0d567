import { type CSSProperties, memo, useEffect, useMemo, useRef, useState } from 'react';
import { count as grouped } from '../ui/numbers.ts';
import type { Doorway } from './building.ts';
import { type Door, type Passage, type Plan, planOf, type Rect, sizes } from './layout.ts';
import { inWords, signs } from './people.ts';
import type { Count, Space } from './questions.ts';
import type { Scale } from './scale.ts';

interface FloorPlanProps {
  spaces: readonly Space[];
  countOf(space: Space): Count | undefined;
  scale: Scale;
  selected: string | undefined;
  onSelect(space: string): void;
}

/** The rooms as buttons, and over them the walls with their openings. */
export function FloorPlan({ spaces, countOf, scale, selected, onSelect }: FloorPlanProps) {
  const [place, width] = useWidth();
  const plan = useMemo(
    () => (width > 0 ? planOf(spaces, doorwaysOf(spaces), Math.max(width, sizes.room.width)) : undefined),
    [spaces, width],
  );
  const byId = useMemo(() => new Map(spaces.map((space) => [space.id, space])), [spaces]);
  return (
    <div ref={place} className="floor-plan" style={{ height: plan?.height ?? 0 }}>
      {plan?.rooms.map((room) => {
        const space = byId.get(room.id)!;
        return (
          <RoomButton
            key={room.id}
            {...{ name: space.name, count: countOf(space), scale, isSelected: room.id === selected }}
            {...{ x: room.x, y: room.y, width: room.width, height: room.height }}
            onSelect={() => onSelect(room.id)}
          />
        );
      })}
      {plan?.grounds.map((ground) => (
        <p
          key={`${ground.x} ${ground.y}`}
          className="floor-ground faint"
          style={{ left: ground.x, top: ground.y, width: ground.width }}
        >
          {ground.name}
        </p>
      ))}
      {plan && <Walls plan={plan} selected={selected} />}
    </div>
  );
}

/** Every doorway once, though both of its spaces have it. */
function doorwaysOf(spaces: readonly Space[]): Doorway[] {
  const all = spaces.flatMap(({ doorways }) => doorways);
  return [...new Map(all.map((doorway) => [doorway.id, doorway])).values()].map(({ id, ingress, egress }) => {
    return { id, ingress: ingress.id, egress: egress?.id ?? null };
  });
}

function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return [place, width] as const;
}

interface RoomButtonProps extends Rect {
  name: string;
  count: Count | undefined;
  scale: Scale;
  isSelected: boolean;
  onSelect(): void;
}

function RoomButton({ name, count, scale, isSelected, onSelect, x, y, width, height }: RoomButtonProps) {
  const place = { left: x, top: y, width, height, '--share': count ? scale.share(count.value) : 0 } as CSSProperties;
  return (
    <button
      type="button"
      className={`floor-room${count?.drift ? ' floor-drift' : ''}`}
      style={place}
      aria-pressed={isSelected}
      onClick={onSelect}
    >
      <span className="unseen">{`${name}, ${inWords(count)}`}</span>
      <span className="floor-shown" aria-hidden="true">
        <span className="floor-count">{count ? grouped(count.value) : '·'}</span>
        <span className="floor-name">{name}</span>
        <span className="floor-sign">{count && signs(count).join(', ')}</span>
      </span>
    </button>
  );
}

interface WallsProps {
  plan: Plan;
  selected: string | undefined;
}

const Walls = memo(function Walls({ plan: { rooms, doors, passages, height }, selected }: WallsProps) {
  const chosen = rooms.find(({ id }) => id === selected);
  const ways = passages
    .filter(({ room }) => room === selected)
    .map(({ id }) => passages.filter((one) => one.id === id));
  return (
    <svg className="floor-walls" width="100%" height={height} aria-hidden="true">
      {rooms.map(({ id, ...rect }) => (
        <rect key={id} className="floor-wall" {...rect} />
      ))}
      {chosen && <rect className="floor-chosen" {...inset(chosen, 3)} />}
      {ways.map(([one, other]) => other && <path key={one!.id} className="floor-way" d={wayOf(one!, other)} />)}
      {doors.map((door) => (
        <Opening key={door.id} {...door} />
      ))}
      {passages.map(({ id, room, x, y, isIngress }) => (
        <path
          key={`${id} ${room}`}
          className="floor-arrow"
          transform={`translate(${x} ${y}) rotate(${isIngress ? 180 : 0})`}
          d={arrow}
        />
      ))}
    </svg>
  );
});

/** Points up, about its middle. */
const arrow = 'M0-4.5L4.5 3.5H-4.5Z';
const turns = { up: 0, right: 90, down: 180, left: 270 };

function Opening({ x, y, towards }: Door) {
  return (
    <g transform={`translate(${x} ${y}) rotate(${turns[towards]})`}>
      <path className="floor-gap" d="M-10 0H10" />
      <path className="floor-jamb" d="M-10-4V4M10-4V4" />
      <path className="floor-arrow" d={arrow} />
    </g>
  );
}

function inset({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}

/** A bow to the left, so that it is not taken for a wall. */
function wayOf(from: Passage, to: Passage): string {
  const bow = Math.min(from.x, to.x) - Math.hypot(to.x - from.x, to.y - from.y) / 5;
  return `M${from.x} ${from.y}Q${Math.max(bow, 0)} ${(from.y + to.y) / 2} ${to.x} ${to.y}`;
}
