import { type Branch, buildingsOf, type Doorway, type Space } from './building.ts';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A room on the plan. */
export interface Room extends Rect {
  id: string;
}

/** A doorway in a wall that both of its sides share, or in the wall to outdoors. */
export interface Door {
  id: string;
  /** The middle of the opening. */
  x: number;
  y: number;
  /** Where people go who are counted as 1. */
  towards: 'up' | 'down' | 'left' | 'right';
}

/** One side of a doorway between rooms that share no wall here. */
export interface Passage {
  id: string;
  room: string;
  x: number;
  y: number;
  isIngress: boolean;
}

/** What is written below a building, from its lower left corner. */
export interface Ground {
  x: number;
  y: number;
  width: number;
  name: string;
}

/** Everything in CSS pixels, from the upper left. */
export interface Plan {
  height: number;
  rooms: Room[];
  doors: Door[];
  passages: Passage[];
  grounds: Ground[];
}

export const sizes = {
  room: { width: 68, height: 92, widest: 240 },
  /** Between buildings that stand side by side. */
  gap: 20,
  /** Below a building. */
  ground: 40,
  /** Of a wall for each doorway in it. */
  door: 26,
  /** Between two passages of a room, and from its corner. */
  passage: 12,
};

/**
 * A plan of rooms of which nothing is known but the doorways between them. It looks from the entrance, with outdoors at
 * the bottom, and behind each room lie those that one comes to through it, sharing its width: so a room has a wall in
 * common with the one that it is entered from. What has no room behind it reaches as far back as its neighbours do.
 * Where rooms would be too narrow, they lie in several lines, and only the first has that wall. Buildings stand side by
 * side, or below one another, and rooms without a way to any other at the end.
 * @param width a whole number, at least that of one room
 */
export function planOf(spaces: readonly Space[], doorways: readonly Doorway[], width: number): Plan {
  const { buildings, detached } = buildingsOf(spaces, doorways);
  const rooms: Room[] = [];
  const grounds: Ground[] = [];
  const onGround = new Set<string>();
  let y = 0;
  for (const line of linesOf(buildings, width, sizes.gap)) {
    const widths = shares(line, width - sizes.gap * (line.length - 1));
    const heights = line.map(({ entered }, at) => heightOf(entered, widths[at]!));
    const bottom = y + Math.max(...heights);
    let x = 0;
    line.forEach(({ entered, isEntered }, at) => {
      const all = { x, y: bottom - heights[at]!, width: widths[at]!, height: heights[at]! };
      place(entered, all, rooms);
      if (isEntered) {
        grounds.push({ x, y: bottom, width: all.width, name: 'Outdoors' });
        for (const { id } of entered) onGround.add(id);
      }
      x += all.width + sizes.gap;
    });
    y = bottom + sizes.ground;
  }
  const bottoms = new Set(grounds.map((ground) => ground.y));
  if (detached.length > 0) {
    const all = { x: 0, y, width: Math.min(width, detached.length * sizes.room.widest), height: 0 };
    all.height = heightOf(detached, all.width);
    place(detached, all, rooms);
    grounds.push({ x: 0, y: y + all.height, width: all.width, name: 'Without a way elsewhere' });
    y += all.height + sizes.ground;
  }
  const isOutside = (room: Room) => onGround.has(room.id) && bottoms.has(room.y + room.height);
  return { height: y, rooms, grounds, ...openings(doorways, rooms, isOutside) };
}

/** What stands beside one another, in as many lines as it takes. */
function linesOf<Part extends { leaves: number }>(parts: readonly Part[], width: number, gap = 0): Part[][] {
  const most = columns(width);
  const lines: Part[][] = [];
  let free = 0;
  for (const part of parts) {
    const needed = Math.min(part.leaves, most) * sizes.room.width + gap;
    if (lines.length > 0 && needed <= free) lines.at(-1)!.push(part);
    else {
      lines.push([part]);
      free = width + gap;
    }
    free -= needed;
  }
  return lines;
}

function columns(width: number): number {
  return Math.max(1, Math.floor(width / sizes.room.width));
}

/** The widths of buildings on one line: none is wider than its rooms want. */
function shares(line: readonly { leaves: number }[], width: number): number[] {
  const edges = edgesOf(line, width);
  return line.map((part, at) => Math.min(edges[at + 1]! - edges[at]!, part.leaves * sizes.room.widest));
}

/** Where the parts of a line begin and the last one ends, in whole pixels. */
function edgesOf(line: readonly { leaves: number }[], width: number): number[] {
  const most = columns(width);
  const weights = line.map((part) => Math.min(part.leaves, most));
  const all = sum(weights);
  return [0, ...weights.map((_, at) => Math.round((width * sum(weights.slice(0, at + 1))) / all))];
}

function heightOf(branches: readonly Branch[], width: number): number {
  return sum(linesOf(branches, width).map((line) => heightOfLine(line, width)));
}

function heightOfLine(line: readonly Branch[], width: number): number {
  const edges = edgesOf(line, width);
  return sizes.room.height + Math.max(...line.map(({ behind }, at) => heightOf(behind, edges[at + 1]! - edges[at]!)));
}

/** The nearest to outdoors lies lowest, and what is left above goes to the last line. */
function place(branches: readonly Branch[], { x, y, width, height }: Rect, rooms: Room[]): void {
  const lines = linesOf(branches, width);
  let bottom = y + height;
  lines.forEach((line, number) => {
    const deep = number === lines.length - 1 ? bottom - y : heightOfLine(line, width);
    const edges = edgesOf(line, width);
    line.forEach(({ id, behind }, at) => {
      const part = { x: x + edges[at]!, width: edges[at + 1]! - edges[at]! };
      const own = behind.length > 0 ? sizes.room.height : deep;
      rooms.push({ id, ...part, y: bottom - own, height: own });
      place(behind, { ...part, y: bottom - deep, height: deep - own }, rooms);
    });
    bottom -= deep;
  });
}

interface Wall {
  isLevel: boolean;
  /** Where it begins, from the left or from the top, and how long it is. */
  from: number;
  length: number;
  /** How far it is from the top, or from the left. */
  at: number;
}

function openings(doorways: readonly Doorway[], rooms: readonly Room[], isOutside: (room: Room) => boolean) {
  const byId = new Map(rooms.map((room) => [room.id, room]));
  const walls = new Map<string, { wall: Wall; doorways: Doorway[] }>();
  const passages: Passage[] = [];
  const passagesOf = new Map<string, number>();
  for (const doorway of inOrder(doorways)) {
    const [ingress, egress] = [doorway.ingress, doorway.egress].map((id) => (id === null ? null : byId.get(id)));
    const wall = wallBetween(ingress, egress, isOutside);
    const key = [doorway.ingress, doorway.egress].sort().join('\n');
    const known = walls.get(key)?.doorways ?? [];
    if (wall && (known.length + 1) * sizes.door <= wall.length) walls.set(key, { wall, doorways: [...known, doorway] });
    else
      for (const room of new Set([ingress, egress])) {
        if (!room) continue;
        const before = passagesOf.get(room.id) ?? 0;
        passagesOf.set(room.id, before + 1);
        if ((before + 2) * sizes.passage > room.width) continue; // the list of its doorways has all
        const place = { x: room.x + room.width - (before + 1) * sizes.passage, y: room.y + sizes.passage };
        passages.push({ id: doorway.id, room: room.id, ...place, isIngress: room === ingress });
      }
  }
  const doors = [...walls.values()].flatMap(({ wall, doorways }) =>
    doorways.map(({ id, ingress }, number): Door => {
      const along = wall.from + (wall.length * (number + 1)) / (doorways.length + 1);
      const room = byId.get(ingress ?? '');
      if (wall.isLevel) return { id, x: along, y: wall.at, towards: room && room.y < wall.at ? 'up' : 'down' };
      return { id, x: wall.at, y: along, towards: room && room.x < wall.at ? 'left' : 'right' };
    }),
  );
  return { doors, passages };
}

/** @param a null: outdoors; undefined: a room that is not on the plan, like `b` */
function wallBetween(
  a: Room | null | undefined,
  b: Room | null | undefined,
  isOutside: (room: Room) => boolean,
): Wall | undefined {
  if (a === undefined || b === undefined || a === b) return undefined;
  if (a === null || b === null) {
    const { x, y, width, height } = (a ?? b)!;
    return isOutside((a ?? b)!) ? { isLevel: true, from: x, length: width, at: y + height } : undefined;
  }
  const level = shared([a.x, a.width], [b.x, b.width]);
  const upright = shared([a.y, a.height], [b.y, b.height]);
  const [left, upper] = [a.x < b.x ? a : b, a.y < b.y ? a : b];
  const [right, lower] = [a === left ? b : a, a === upper ? b : a];
  if (upper.y + upper.height === lower.y && level.length > 0) return { isLevel: true, ...level, at: lower.y };
  if (left.x + left.width === right.x && upright.length > 0) return { isLevel: false, ...upright, at: right.x };
  return undefined;
}

function shared([a, lengthOfA]: [number, number], [b, lengthOfB]: [number, number]) {
  const from = Math.max(a, b);
  return { from, length: Math.min(a + lengthOfA, b + lengthOfB) - from };
}

function inOrder(doorways: readonly Doorway[]): Doorway[] {
  return [...doorways].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
