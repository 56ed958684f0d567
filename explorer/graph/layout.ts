import {
  type ForceX,
  type ForceY,
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type Simulation,
  type SimulationNodeDatum,
} from 'd3-force';
import type { Edge, GraphNode } from './relations.ts';

/** Where a node stands. `fx` and `fy` hold it there. */
export interface Place extends SimulationNodeDatum {
  key: string;
  x: number;
  y: number;
  isPinned: boolean;
}

/** Below this heat nothing moves by as much as can be seen. */
const cold = 0.02;

/** Lays nodes out. What stands keeps its place when others come. */
export class Layout {
  readonly places = new Map<string, Place>();
  /** Counts how often it began to move. */
  round = 0;
  readonly #links = forceLink<Place, { source: string; target: string }>([]).id(({ key }) => key);
  readonly #simulation: Simulation<Place, undefined> = forceSimulation<Place>()
    .force('links', this.#links.distance(70))
    .force('apart', forceManyBody().strength(-260).distanceMax(500))
    .force('collide', forceCollide(22))
    .force('x', forceX())
    .force('y', forceY())
    .alphaDecay(0.04)
    .velocityDecay(0.35)
    .alpha(0)
    .stop();

  get isMoving(): boolean {
    return this.#simulation.alpha() >= cold;
  }

  /** Lays out exactly these. New ones begin beside the first neighbour that stands. */
  show(nodes: readonly GraphNode[], edges: readonly Edge[]): void {
    const shown = new Set(nodes.map(({ key }) => key));
    const isSame = shown.size === this.places.size && [...shown].every((key) => this.places.has(key));
    for (const key of this.places.keys()) if (!shown.has(key)) this.places.delete(key);
    const beside = new Map<string, Place>();
    for (const { from, to } of edges) {
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        const place = this.places.get(other);
        if (place && !this.places.has(one) && !beside.has(one)) beside.set(one, place);
      }
    }
    for (const [index, { key }] of nodes.entries()) if (!this.places.has(key)) this.#add(key, index, beside.get(key));
    this.#simulation.nodes([...this.places.values()]);
    this.#links.links(edges.map(({ from, to }) => ({ source: from, target: to })));
    if (!isSame) this.#begin();
  }

  /** @param aspect of the drawing, width by height: what is pulled together more is narrower */
  shape(aspect: number): void {
    const ratio = Math.min(Math.max(aspect, 0.5), 2);
    this.#simulation.force<ForceX<Place>>('x')?.strength(0.06 / ratio);
    this.#simulation.force<ForceY<Place>>('y')?.strength(0.06 * ratio);
  }

  /** Works for about this long, in milliseconds, and for at most so many steps. */
  work(forMs: number, steps = Number.POSITIVE_INFINITY): void {
    const until = performance.now() + forMs;
    for (let step = 0; step < steps && this.isMoving; step += 1) {
      this.#simulation.tick();
      if (performance.now() >= until) break;
    }
    if (!this.isMoving) this.#settle();
  }

  /** Holds a node at a place for good. */
  pin(key: string, x: number, y: number): void {
    const place = this.places.get(key);
    if (place) Object.assign(place, { x, y, fx: x, fy: y, isPinned: true });
  }

  /** Lays out anew all that nobody has pinned. */
  again(): void {
    for (const place of this.places.values()) if (!place.isPinned) Object.assign(place, { fx: null, fy: null });
    this.#begin();
  }

  /** Around its neighbour, or in a spiral around the middle, as the golden angle spreads them. */
  #add(key: string, index: number, beside: Place | undefined): void {
    const angle = index * Math.PI * (3 - Math.sqrt(5));
    const distance = beside ? 40 : 16 * Math.sqrt(index + 0.5);
    const x = (beside?.x ?? 0) + distance * Math.cos(angle);
    const y = (beside?.y ?? 0) + distance * Math.sin(angle);
    this.places.set(key, { key, x, y, isPinned: false });
  }

  #begin(): void {
    this.#simulation.alpha(1);
    this.round += 1;
  }

  #settle(): void {
    for (const place of this.places.values()) Object.assign(place, { fx: place.x, fy: place.y });
  }
}
