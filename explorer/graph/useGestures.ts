import { type RefObject, useEffect } from 'react';
import type { Picture } from './picture.ts';
import { type View, zoomed } from './view.ts';

interface Point {
  x: number;
  y: number;
}

/** In pixels: what a hand moves without meaning to. */
const slop = 4;

/**
 * What a mouse and fingers do to the drawing. The ground is moved, a wheel or a pinch zooms, and a node is dragged to
 * where it then stays; two clicks on a node, or one on its sign, expand it, and one on a line chooses it.
 */
export function useGestures(
  svg: RefObject<SVGSVGElement | null>,
  picture: Picture,
  look: (view: View) => void,
  place: () => void,
): void {
  useEffect(() => {
    const element = svg.current!;
    const pointers = new Map<number, Point>();
    /** What one pointer does: it drags a node, or else the ground. */
    let drag: { key: string | undefined; begun: Point; isMoving: boolean } | undefined;

    const pointOf = ({ clientX, clientY }: MouseEvent): Point => {
      const { left, top } = element.getBoundingClientRect();
      return { x: clientX - left, y: clientY - top };
    };
    const dragTo = (at: Point, before: Point, key: string | undefined) => {
      const { x, y, scale } = picture.view!;
      if (key === undefined) return look({ x: x + at.x - before.x, y: y + at.y - before.y, scale });
      picture.isFitted = false;
      picture.layout.pin(key, (at.x - x) / scale, (at.y - y) / scale);
      place();
    };
    const pinch = (at: Point, before: Point, other: Point) => {
      const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
      look(zoomed(picture.view!, distance(at, other) / (distance(before, other) || 1), middle));
    };

    const leaving = new AbortController();
    const on = <Type extends keyof SVGSVGElementEventMap>(
      type: Type,
      listener: (event: SVGSVGElementEventMap[Type]) => void,
    ) => element.addEventListener(type, listener, { passive: false, signal: leaving.signal });
    on('wheel', (event) => {
      event.preventDefault();
      const speed = event.ctrlKey ? 0.01 : 0.0015; // a pinch on a touchpad is a wheel with Ctrl, in small steps
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 33 : event.deltaY;
      look(zoomed(picture.view!, Math.exp(-pixels * speed), pointOf(event)));
    });
    on('pointerdown', (event) => {
      const begun = pointOf(event);
      pointers.set(event.pointerId, begun);
      drag = pointers.size === 1 ? { key: keyAt(event, 'data-key'), begun, isMoving: false } : undefined;
    });
    on('pointermove', (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const at = pointOf(event);
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (drag && !drag.isMoving && distance(at, drag.begun) < slop) return;
      element.setPointerCapture(event.pointerId); // only now: a click of a captured pointer has no target
      pointers.set(event.pointerId, at);
      if (drag) {
        drag.isMoving = true;
        dragTo(at, before, drag.key);
      } else if (other) pinch(at, before, other);
    });
    const release = (event: PointerEvent) => {
      pointers.delete(event.pointerId);
      drag = undefined;
    };
    on('pointerup', release);
    on('pointercancel', release);
    on('pointerleave', release);
    on('dblclick', (event) => {
      const key = keyAt(event, 'data-key');
      if (key) void picture.expand(key);
    });
    on('click', (event) => {
      const edge = keyAt(event, 'data-edge');
      if (edge) picture.select(edge);
      const key = (event.target as Element).closest('.graph-expand') && keyAt(event, 'data-key');
      if (key) void (picture.expansions.get(key)?.pages ? picture.more(key) : picture.expand(key));
    });
    return () => leaving.abort();
  }, [svg, picture]);
}

function keyAt({ target }: Event, attribute: 'data-key' | 'data-edge'): string | undefined {
  return (target as Element).closest(`[${attribute}]`)?.getAttribute(attribute) ?? undefined;
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
