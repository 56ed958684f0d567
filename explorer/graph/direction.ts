interface Point {
  x: number;
  y: number;
}

/** Of the arrow keys: what each adds to a place. */
export const directions: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** The nearest that lies in a direction, where a step aside counts as two ahead. Undefined when nothing lies there. */
export function nearest<Place extends Point>(
  from: Point,
  direction: Point,
  places: Iterable<Place>,
): Place | undefined {
  let best: Place | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const [dx, dy] = [place.x - from.x, place.y - from.y];
    const ahead = dx * direction.x + dy * direction.y;
    const way = ahead + 2 * Math.abs(dx * direction.y - dy * direction.x);
    if (ahead > 0 && way < least) [best, least] = [place, way];
  }
  return best;
}
