/** A room of the graph. */
export interface Space {
  id: string;
  name: string;
}

/** Between two spaces, by their ids; null is outdoors. */
export interface Doorway {
  id: string;
  ingress: string | null;
  egress: string | null;
}

/** A room, and those that are reached through it on the shortest ways from outdoors. */
export interface Branch {
  id: string;
  behind: Branch[];
  /** How many rooms there are behind it with nothing behind them; 1 when it has nothing behind itself. */
  leaves: number;
}

/** Rooms that one can walk between without going outdoors. */
export interface Building {
  /** Those that are entered from outdoors, or where the building has no entrance, one with the most doorways. */
  entered: Branch[];
  isEntered: boolean;
  leaves: number;
}

/**
 * The buildings that spaces are in, the one with most rooms first. What is the same in another order gives the same.
 * @returns `detached`: rooms without a way to outdoors or to another room
 */
export function buildingsOf(spaces: readonly Space[], doorways: readonly Doorway[]) {
  const ordered = [...new Map(spaces.map((space) => [space.id, space])).values()].sort(byName);
  const rank = new Map(ordered.map(({ id }, at) => [id, at]));
  const neighbours = new Map(ordered.map(({ id }) => [id, new Set<string>()]));
  const entrances = new Set<string>();
  for (const { ingress, egress } of doorways) {
    if (egress === null && ingress !== null) entrances.add(ingress);
    else if (ingress === null && egress !== null) entrances.add(egress);
    else if (ingress !== egress && rank.has(ingress!) && rank.has(egress!)) {
      neighbours.get(ingress!)!.add(egress!);
      neighbours.get(egress!)!.add(ingress!);
    }
  }
  const near = (id: string) => [...neighbours.get(id)!].sort((a, b) => rank.get(a)! - rank.get(b)!);
  const detached: Branch[] = [];
  const buildings: (Building & { rooms: number })[] = [];
  for (const ids of components(ordered, near)) {
    const outer = ids.filter((id) => entrances.has(id));
    if (ids.length === 1 && outer.length === 0) detached.push({ id: ids[0]!, behind: [], leaves: 1 });
    else {
      const busiest = ids.reduce((a, b) => (neighbours.get(b)!.size > neighbours.get(a)!.size ? b : a));
      const entered = grow(outer.length > 0 ? outer : [busiest], near);
      untangle(entered, neighbours);
      const isEntered = outer.length > 0;
      buildings.push({ entered, isEntered, leaves: leavesOf(entered), rooms: ids.length });
    }
  }
  return { buildings: buildings.sort((a, b) => b.rooms - a.rooms) as Building[], detached };
}

function byName(a: Space, b: Space): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function components(spaces: readonly Space[], near: (id: string) => string[]): string[][] {
  const seen = new Set<string>();
  const found: string[][] = [];
  for (const { id } of spaces) {
    if (seen.has(id)) continue;
    const component = new Set([id]);
    for (const one of component) for (const next of near(one)) component.add(next);
    for (const one of component) seen.add(one);
    found.push(spaces.filter((space) => component.has(space.id)).map((space) => space.id));
  }
  return found;
}

/** Breadth first, so that every room lies behind one that is nearer to outdoors. */
function grow(entered: readonly string[], near: (id: string) => string[]): Branch[] {
  const roots = entered.map((id): Branch => ({ id, behind: [], leaves: 1 }));
  const seen = new Set(entered);
  const queue = [...roots];
  for (const branch of queue)
    for (const id of near(branch.id)) {
      if (seen.has(id)) continue;
      seen.add(id);
      const next: Branch = { id, behind: [], leaves: 1 };
      branch.behind.push(next);
      queue.push(next);
    }
  for (const branch of queue.reverse()) branch.leaves = Math.max(1, leavesOf(branch.behind));
  return roots;
}

function leavesOf(branches: readonly Branch[]): number {
  return branches.reduce((sum, { leaves }) => sum + leaves, 0);
}

/** How often all siblings are looked at, while it still helps. */
const mostRounds = 4;

/** Brings rooms nearer that have a doorway between them: siblings change places while that makes the ways shorter. */
function untangle(roots: Branch[], neighbours: ReadonlyMap<string, ReadonlySet<string>>): void {
  const all = [...roots];
  for (const branch of all) all.push(...branch.behind);
  const behind = new Map(all.flatMap(({ id, behind }) => behind.map((next) => [next.id, id])));
  const across = all.flatMap(({ id }) =>
    [...neighbours.get(id)!]
      .filter((other) => id < other && behind.get(id) !== other && behind.get(other) !== id)
      .map((other) => [id, other] as const),
  );
  const length = () => {
    const middle = new Map<string, number>();
    const measure = (branches: readonly Branch[], from: number) => {
      let begin = from;
      for (const { id, behind, leaves } of branches) {
        middle.set(id, begin + leaves / 2);
        measure(behind, begin);
        begin += leaves;
      }
    };
    measure(roots, 0);
    return across.reduce((sum, [a, b]) => sum + Math.abs(middle.get(a)! - middle.get(b)!), 0);
  };
  let shortest = across.length > 0 ? length() : 0;
  let isBetter = shortest > 0;
  for (let round = 0; isBetter && round < mostRounds; round++) {
    isBetter = false;
    for (const siblings of [roots, ...all.map(({ behind }) => behind)])
      for (let at = 1; at < siblings.length; at++) {
        const swap = () => siblings.splice(at - 1, 2, siblings[at]!, siblings[at - 1]!);
        swap();
        const now = length();
        if (now < shortest) {
          shortest = now;
          isBetter = true;
        } else swap();
      }
  }
}
