/** The newest items of a list that goes on, oldest first, bounded by their number and weight. */
export class Newest<Item> {
  readonly items: Item[] = [];
  /** How many of the oldest are no longer held. */
  dropped = 0;
  #weight = 0;

  /** @param most how many items and how much weight are held; of one that is heavier, itself */
  constructor(
    readonly weigh: (item: Item) => number,
    readonly most: { items: number; weight: number },
  ) {}

  push(...items: Item[]): void {
    for (const item of items) {
      this.items.push(item);
      this.#weight += this.weigh(item);
    }
    let drop = Math.max(0, this.items.length - this.most.items);
    for (let at = 0; at < this.items.length - 1; at++) {
      if (at >= drop && this.#weight <= this.most.weight) break;
      this.#weight -= this.weigh(this.items[at]!);
      drop = Math.max(drop, at + 1);
    }
    this.items.splice(0, drop);
    this.dropped += drop;
  }
}
