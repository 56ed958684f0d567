interface Bounds {
  items: number;
  weight: number;
}

/** The newest items of a list that goes on, oldest first, bounded by their number and weight. */
export class Newest<Item> {
  readonly items: Item[] = [];
  /** How many of the oldest are no longer held. */
  dropped = 0;
  weight = 0;

  /**
   * @param most how many items and how much weight are held; of one that is heavier, itself
   * @param slack how far it may grow beyond that before it is cut down to it, because moving what stays takes time
   */
  constructor(
    readonly weigh: (item: Item) => number,
    readonly most: Bounds,
    readonly slack: Bounds = { items: 0, weight: 0 },
  ) {}

  push(...items: Item[]): void {
    for (const item of items) {
      this.items.push(item);
      this.weight += this.weigh(item);
    }
    const { most, slack } = this;
    if (this.items.length <= most.items + slack.items && this.weight <= most.weight + slack.weight) return;
    let drop = 0;
    while (drop < this.items.length - 1 && (this.items.length - drop > most.items || this.weight > most.weight))
      this.weight -= this.weigh(this.items[drop++]!);
    this.items.splice(0, drop);
    this.dropped += drop;
  }

  clear(): void {
    this.dropped += this.items.length;
    this.items.length = 0;
    this.weight = 0;
  }
}
