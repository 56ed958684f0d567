/** How places are seen: times `scale`, then moved by x and y. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

interface Size {
  width: number;
  height: number;
}

/** How far one can go in and out. */
const scales = { least: 0.1, most: 4 };

/** The room around what is fitted, for half a node and its label, and at the top for the tools. */
const margin = { x: 40, top: 56, bottom: 32 };

/** Nearer or farther, with what is seen at a point staying there. */
export function zoomed({ x, y, scale }: View, factor: number, at: { x: number; y: number }): View {
  const next = Math.min(Math.max(scale * factor, scales.least), scales.most);
  const ratio = next / scale;
  return { x: at.x - (at.x - x) * ratio, y: at.y - (at.y - y) * ratio, scale: next };
}

/** All places in the middle, and none larger than life. */
export function fitted(places: readonly { x: number; y: number }[], { width, height }: Size): View {
  if (places.length === 0) return { x: width / 2, y: height / 2, scale: 1 };
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(
    Math.max((width - 2 * margin.x) / (right - left || 1), scales.least),
    Math.max((height - margin.top - margin.bottom) / (bottom - top || 1), scales.least),
    1,
  );
  const middle = (height + margin.top - margin.bottom) / 2;
  return { x: width / 2 - ((left + right) / 2) * scale, y: middle - ((top + bottom) / 2) * scale, scale };
}

/** The view moved just so far that a place is seen. */
export function showing(view: View, place: { x: number; y: number }, { width, height }: Size): View {
  const inside = (at: number, least: number, most: number) => Math.max(least - at, 0) + Math.min(most - at, 0);
  const { x, y, scale } = view;
  return {
    x: x + inside(place.x * scale + x, margin.x, width - margin.x),
    y: y + inside(place.y * scale + y, margin.top, height - margin.bottom),
    scale,
  };
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Which boxes can be drawn without covering another: the first come first. */
export function uncrowded(boxes: readonly Box[]): boolean[] {
  const drawn: Box[] = [];
  return boxes.map((box) => {
    const isFree = !drawn.some((other) => overlap(box, other));
    if (isFree) drawn.push(box);
    return isFree;
  });
}

function overlap(one: Box, other: Box): boolean {
  return (
    Math.abs(one.x - other.x) < (one.width + other.width) / 2 &&
    Math.abs(one.y - other.y) < (one.height + other.height) / 2
  );
}
