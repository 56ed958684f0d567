/**
 * Numbers filed under keys (32-bit integers), any number of them under one. What is under one key lies together in memory,
 * which is what makes a look-up fast; a key that outgrows its block moves to one twice as large.
 */
export class Postings {
  /** A hash table by linear probing: key and block, key and block. */
  private table = new Int32Array(32);
  private keys = 0;
  /** A bit for each hash there is: small enough to stay near the processor, it spares most looks at the table. */
  private seen = new Int32Array(4);
  /** Blocks: how many numbers fit, how many there are, the numbers. Block 0 is none and empty. */
  private pool = new Int32Array(64);
  private end = 2;
  /** The first block nobody uses, by the logarithm of how many numbers fit; its count leads to the next. */
  private readonly unused = new Int32Array(32);

  add(key: number, value: number): void {
    if (this.keys * 4 >= this.table.length) this.grow();
    const hash = mix(key);
    const place = this.placeOf(key, hash);
    let block = this.table[place + 1]!;
    if (block === 0) {
      this.keys++;
      this.enter(place, key, hash, this.allocate(0));
      block = this.table[place + 1]!;
    } else if (this.pool[block + 1] === this.pool[block]) {
      const count = this.pool[block]!;
      const larger = this.allocate(32 - Math.clz32(count));
      this.pool.copyWithin(larger + 1, block + 1, block + 2 + count);
      this.release(block);
      block = this.table[place + 1] = larger;
    }
    const count = this.pool[block + 1]!++;
    this.pool[block + 2 + count] = value;
  }

  remove(key: number, value: number): void {
    const block = this.find(key);
    for (let index = this.count(block) - 1; index >= 0; index--) {
      if (this.value(block, index) !== value) continue;
      const last = --this.pool[block + 1]!;
      this.pool[block + 2 + index] = this.value(block, last);
      return;
    }
  }

  /** The block of a key, to be given to the two below. */
  find(key: number): number {
    const hash = mix(key);
    if (((this.seen[(hash >>> 5) & (this.seen.length - 1)]! >>> hash) & 1) === 0) return 0;
    return this.table[this.placeOf(key, hash) + 1]!;
  }

  /** How many numbers are in a block. */
  count(block: number): number {
    return this.pool[block + 1]!;
  }

  value(block: number, index: number): number {
    return this.pool[block + 2 + index]!;
  }

  /** Where the key is in the table, or where it would be. */
  private placeOf(key: number, hash: number): number {
    const mask = this.table.length - 1;
    let place = (hash << 1) & mask;
    while (this.table[place + 1] !== 0 && this.table[place] !== key) place = (place + 2) & mask;
    return place;
  }

  private enter(place: number, key: number, hash: number, block: number): void {
    this.table[place] = key;
    this.table[place + 1] = block;
    this.seen[(hash >>> 5) & (this.seen.length - 1)]! |= 1 << hash;
  }

  /** Drops the keys that nothing is under any more. */
  private grow(): void {
    const old = this.table;
    this.table = new Int32Array(old.length * 2);
    this.seen = new Int32Array(this.table.length / 8);
    this.keys = 0;
    for (let place = 0; place < old.length; place += 2) {
      const block = old[place + 1]!;
      if (block === 0) continue;
      if (this.pool[block + 1] === 0) {
        this.release(block);
        continue;
      }
      const hash = mix(old[place]!);
      this.enter(this.placeOf(old[place]!, hash), old[place]!, hash, block);
      this.keys++;
    }
  }

  private allocate(logarithm: number): number {
    const block = this.unused[logarithm]!;
    if (block !== 0) {
      this.unused[logarithm] = this.pool[block + 1]!;
      this.pool[block + 1] = 0;
      return block;
    }
    const start = this.end;
    this.end += 2 + (1 << logarithm);
    if (this.end > this.pool.length) {
      const pool = new Int32Array(this.end * 2);
      pool.set(this.pool);
      this.pool = pool;
    }
    this.pool[start] = 1 << logarithm;
    return start;
  }

  private release(block: number): void {
    const logarithm = 31 - Math.clz32(this.pool[block]!);
    this.pool[block + 1] = this.unused[logarithm]!;
    this.unused[logarithm] = block;
  }
}

function mix(key: number): number {
  let hash = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
