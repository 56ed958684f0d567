import { ToolbarButton } from '@graphiql/react';
import { type FocusEvent, type KeyboardEvent, memo, useEffect, useId, useLayoutEffect, useRef } from 'react';
import { Icon } from '../ui/plugin.tsx';
import { save } from '../ui/save.ts';
import { directions, nearest } from './direction.ts';
import { svgOf } from './export.ts';
import type { Picture } from './picture.ts';
import { type Edge, type GraphNode, isPresent } from './relations.ts';
import { useGestures } from './useGestures.ts';
import { fitted, showing, uncrowded, type View, zoomed } from './view.ts';
import { nameOf } from './words.ts';

/** The layout works for at most this long in a frame, in milliseconds, so the page goes on answering. */
const workMs = 16;

/** In milliseconds: what a step of the layout lasts for the eye, if the machine is that fast. */
const stepMs = 8;

/** With more nodes than this, labels are only put when everything stands. */
const manyNodes = 100;

/** The longest label, in characters. */
const longestLabel = 26;

/**
 * Nodes and edges. React says what is there; where it is, `place` writes past React, because the layout moves everything
 * in every frame.
 */
export function Drawing({ picture }: { picture: Picture }) {
  const svg = useRef<SVGSVGElement>(null);
  const help = useId();
  const { shown, selected, expansions, layout } = picture;
  const place = () => svg.current && placeAll(svg.current, picture);
  const look = (view: View) => {
    Object.assign(picture, { view, isFitted: false });
    place();
  };
  const showAll = () => {
    picture.isFitted = true;
    place();
  };
  const zoom = (factor: number) => {
    const { clientWidth, clientHeight } = svg.current!;
    look(zoomed(picture.view!, factor, { x: clientWidth / 2, y: clientHeight / 2 }));
  };
  const focus = (key: string) =>
    svg.current?.querySelector<SVGElement>(`[data-key=${CSS.escape(key)}]`)?.focus({ preventScroll: true });
  useGestures(svg, picture, look, place);

  // Without an array of what it depends on: after whatever React has changed.
  useLayoutEffect(() => void place());
  useEffect(() => {
    const observer = new ResizeObserver(place);
    observer.observe(svg.current!);
    return () => observer.disconnect();
  }, [picture]);
  const { round } = layout;
  useEffect(() => {
    const { clientWidth, clientHeight } = svg.current!;
    layout.shape(clientWidth / clientHeight);
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    let frame = 0;
    let last = performance.now();
    const go = (now: number) => {
      if (!layout.isMoving) return;
      layout.work(workMs, isStill ? undefined : Math.max(Math.round((now - last) / stepMs), 1));
      last = now;
      if (!isStill || !layout.isMoving) place();
      frame = requestAnimationFrame(go);
    };
    frame = requestAnimationFrame(go);
    return () => cancelAnimationFrame(frame);
  }, [layout, round]);

  const onKeyDown = (event: KeyboardEvent) => {
    const key = (event.target as Element).getAttribute('data-key') ?? undefined;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') zoom(1.25);
    else if (event.key === '-') zoom(0.8);
    else if (event.key === '0') showAll();
    else if (key === undefined) return;
    else if (event.key === 'Enter') void picture.expand(key);
    else if (event.key === 'Delete') {
      const next = nearestTo(picture, key);
      picture.hide(key);
      if (next) focus(next);
    } else if (directions[event.key]) {
      const next = nearest(layout.places.get(key)!, directions[event.key]!, layout.places.values());
      if (next) focus(next.key);
    } else return;
    event.preventDefault();
  };
  const onFocus = ({ target }: FocusEvent) => {
    const key = target.getAttribute('data-key');
    if (!key) return;
    picture.select(key);
    const { clientWidth: width, clientHeight: height } = svg.current!;
    const view = showing(picture.view!, layout.places.get(key)!, { width, height });
    if (view.x !== picture.view!.x || view.y !== picture.view!.y) look(view);
  };
  const tabStop = shown.nodes.some(({ key }) => key === selected) ? selected : shown.nodes[0]?.key;
  const near = new Set(shown.edgesAt.get(selected ?? '')?.flatMap(({ from, to }) => [from, to]));

  return (
    <div className="graph-drawing">
      <p id={help} hidden>
        The arrow keys go to the next node, Enter expands it, Delete hides it, plus and minus zoom, 0 shows all.
      </p>
      <div
        className="graph-box"
        role="listbox"
        aria-label="Graph of people and companies"
        aria-describedby={help}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
      >
        <svg ref={svg} role="none">
          <defs>
            <marker
              id={`${help}arrow`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8z" className="graph-arrow" />
            </marker>
          </defs>
          <g>
            {shown.edges.map((edge) => (
              <EdgeMark
                key={edge.key}
                edge={edge}
                arrow={`url(#${CSS.escape(help)}arrow)`}
                isSelected={edge.key === selected}
                isNear={edge.from === selected || edge.to === selected}
              />
            ))}
          </g>
          {shown.nodes.map((node) => {
            const expansion = expansions.get(node.key);
            return (
              <NodeMark
                key={node.key}
                node={node}
                isSelected={node.key === selected}
                isNear={near.has(node.key)}
                isTabStop={node.key === tabStop}
                isExpanded={expansion?.pages !== undefined}
                left={expansion?.pages?.left ?? 0}
                isLoading={expansion?.isLoading ?? false}
              />
            );
          })}
        </svg>
      </div>
      <Legend />
      <div className="graph-tools">
        <ToolbarButton label="Zoom in" onClick={() => zoom(1.25)}>
          <Icon path="M12 5v14M5 12h14" />
        </ToolbarButton>
        <ToolbarButton label="Zoom out" onClick={() => zoom(0.8)}>
          <Icon path="M5 12h14" />
        </ToolbarButton>
        <ToolbarButton label="Show all" onClick={showAll}>
          <Icon path="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />
        </ToolbarButton>
        <ToolbarButton label="Lay out again" onClick={() => picture.layOutAgain()}>
          <Icon path="M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5" />
        </ToolbarButton>
        <ToolbarButton label="Save as SVG" onClick={() => save('graph.svg', svgOf(svg.current!), 'image/svg+xml')}>
          <Icon path="M12 4v11M7 11l5 5 5-5M5 20h14" />
        </ToolbarButton>
      </div>
    </div>
  );
}

interface NodeMarkProps {
  node: GraphNode;
  isSelected: boolean;
  isNear: boolean;
  isTabStop: boolean;
  isExpanded: boolean;
  left: number;
  isLoading: boolean;
}

const NodeMark = memo(function NodeMark(props: NodeMarkProps) {
  const { node, isSelected, isNear, isTabStop, isExpanded, left, isLoading } = props;
  const name = nameOf(node);
  const isPerson = node.type === 'Person';
  const states = [isSelected && 'is-selected', isNear && 'is-near', isExpanded && 'is-expanded'];
  const state = isLoading ? ', expanding' : isExpanded ? `, expanded${left ? `, ${left} more` : ''}` : '';
  return (
    <g
      role="option"
      aria-selected={isSelected}
      aria-label={`${name}, ${node.type.toLowerCase()}${state}`}
      className={['graph-node', isPerson ? 'is-person' : 'is-company', ...states].filter(Boolean).join(' ')}
      data-key={node.key}
      tabIndex={isTabStop ? 0 : -1}
    >
      <circle className="graph-ring" r="15" />
      {isPerson ? (
        <circle className="graph-shape" r="9" />
      ) : (
        <rect className="graph-shape" x="-9" y="-9" width="18" height="18" rx="3" />
      )}
      {(!isExpanded || left > 0) && (
        <g className="graph-expand">
          <circle cx="9" cy="9" r="6.5" />
          <path d={isLoading ? 'M7 9h.1M9 9h.1M11 9h.1' : 'M6 9h6M9 6v6'} />
        </g>
      )}
      <text>{name.length > longestLabel ? `${name.slice(0, longestLabel - 1)}…` : name}</text>
      <title>{name}</title>
    </g>
  );
});

interface EdgeMarkProps {
  edge: Edge;
  arrow: string;
  isSelected: boolean;
  isNear: boolean;
}

const EdgeMark = memo(function EdgeMark({ edge, arrow, isSelected, isNear }: EdgeMarkProps) {
  const { key, type } = edge;
  const present = type === 'employment' ? isPresent(edge) : undefined;
  const time = present === undefined ? '' : present ? 'is-present' : 'is-past';
  const states = [`is-${type}`, time, isSelected && 'is-selected', isNear && 'is-near'];
  const isDirected = type === 'acquisition' || type === 'descent';
  return (
    <g className={['graph-edge', ...states].filter(Boolean).join(' ')} data-edge={key}>
      <line className="graph-line" {...(isDirected && { markerEnd: arrow })} />
      <line className="graph-touch" />
    </g>
  );
});

function Legend() {
  return (
    <ul className="graph-legend" aria-label="Legend">
      <li>
        <svg viewBox="-10 -10 20 20" className="is-person" aria-hidden="true">
          <circle className="graph-shape" r="8" />
        </svg>
        Person
      </li>
      <li>
        <svg viewBox="-10 -10 20 20" className="is-company" aria-hidden="true">
          <rect className="graph-shape" x="-8" y="-8" width="16" height="16" rx="3" />
        </svg>
        Company
      </li>
      {legend.map(([label, kind]) => (
        <li key={label}>
          <svg viewBox="0 -6 28 12" className={`graph-edge ${kind}`} aria-hidden="true">
            <line className="graph-line" x1="1" x2="27" />
            {kind === 'is-acquisition' && <path d="M20-4 28 0 20 4z" className="graph-arrow" />}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}

const legend = [
  ['works there', 'is-employment is-present'],
  ['worked there', 'is-employment is-past'],
  ['bought', 'is-acquisition'],
  ['otherwise', 'is-colleagues'],
] as const;

/** Writes where everything stands, and which labels have room: those of the selected node and its neighbours first. */
function placeAll(svg: SVGSVGElement, picture: Picture): void {
  const { shown, layout, selected } = picture;
  const { clientWidth: width, clientHeight: height } = svg;
  if (picture.isFitted || !picture.view) picture.view = fitted([...layout.places.values()], { width, height });
  const { x, y, scale } = picture.view;
  const size = Math.min(Math.max(Math.round(scale * 12) / 10, 0.4), 1);
  // Everything in the drawing is styled anew when this changes, so it changes in tenths.
  if (svg.style.getPropertyValue('--size') !== `${size}`) svg.style.setProperty('--size', `${size}`);
  const at = (key: string) => {
    const found = layout.places.get(key)!;
    return { x: found.x * scale + x, y: found.y * scale + y };
  };
  const lines = svg.querySelectorAll('[data-edge]');
  for (const [index, { from, to, type }] of shown.edges.entries()) {
    const [start, end] = [at(from), at(to)];
    const length = Math.hypot(end.x - start.x, end.y - start.y) || 1;
    const short = type === 'acquisition' || type === 'descent' ? Math.min((12 * size) / length, 1) : 0;
    for (const line of lines[index]?.children ?? []) {
      line.setAttribute('x1', start.x.toFixed(1));
      line.setAttribute('y1', start.y.toFixed(1));
      line.setAttribute('x2', (end.x - (end.x - start.x) * short).toFixed(1));
      line.setAttribute('y2', (end.y - (end.y - start.y) * short).toFixed(1));
    }
  }
  const marks = [...svg.querySelectorAll('[data-key]')];
  const labels = shown.nodes.map((node, index) => {
    const where = at(node.key);
    marks[index]?.setAttribute('transform', `translate(${where.x.toFixed(1)} ${where.y.toFixed(1)})`);
    const isNear = marks[index]?.classList.contains('is-near');
    const rank = node.key === selected ? 2 : isNear ? 1 : 0;
    const box = {
      x: where.x,
      y: where.y + 20,
      width: Math.min(nameOf(node).length, longestLabel) * 6.4 + 6,
      height: 15,
    };
    return { mark: marks[index], rank, degree: shown.edgesAt.get(node.key)?.length ?? 0, box };
  });
  if (layout.isMoving && labels.length > manyNodes) return;
  labels.sort((one, other) => other.rank - one.rank || other.degree - one.degree);
  const isDrawn = uncrowded(labels.map(({ box }) => box));
  for (const [index, { mark, rank }] of labels.entries())
    mark?.classList.toggle('is-named', rank === 2 || isDrawn[index]!);
}

/** The nearest node whichever way. */
function nearestTo({ layout }: Picture, key: string): string | undefined {
  const from = layout.places.get(key)!;
  const far = (place: { x: number; y: number }) => Math.hypot(place.x - from.x, place.y - from.y);
  const others = [...layout.places.values()].filter((place) => place !== from);
  return others.sort((one, other) => far(one) - far(other))[0]?.key;
}
