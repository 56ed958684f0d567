import type { FillMode } from './types.ts';

/** What is known of the US index in a bucket. */
export interface Known {
  samples: number;
  mean: number | null;
  least: number | null;
  greatest: number | null;
}

/**
 * Every bucket with what stands for what it does not have; those without readings are left out by NONE alone.
 * @param before the last index known before the first bucket
 */
export function filled<Bucket extends Known>(buckets: Bucket[], mode: `${FillMode}`, before: number | null): Bucket[] {
  switch (mode) {
    case 'NONE':
      return buckets.filter(({ samples }) => samples > 0);
    case 'NULL':
      return buckets;
    case 'PREVIOUS': {
      let last: Omit<Known, 'samples'> = { mean: before, least: before, greatest: before };
      return buckets.map((bucket) => {
        const { mean, least, greatest } = bucket.mean === null ? last : bucket;
        last = { mean, least, greatest };
        return { ...bucket, ...last };
      });
    }
    case 'LINEAR':
      return interpolated(buckets);
  }
}

function interpolated<Bucket extends Known>(buckets: Bucket[]): Bucket[] {
  const known = buckets.flatMap(({ mean }, place) => (mean === null ? [] : [place]));
  let following = 0;
  return buckets.map((bucket, place) => {
    while (following < known.length && known[following]! < place) following++;
    const [left, right] = [known[following - 1], known[following]];
    if (bucket.mean !== null || left === undefined || right === undefined) return bucket;
    const share = (place - left) / (right - left);
    const between = (of: 'mean' | 'least' | 'greatest') =>
      buckets[left]![of]! + share * (buckets[right]![of]! - buckets[left]![of]!);
    const [mean, least, greatest] = [between('mean'), Math.round(between('least')), Math.round(between('greatest'))];
    return { ...bucket, mean, least, greatest };
  });
}
