import { type Column, timeOf } from './table.ts';

export interface Sorting {
  path: string;
  isDescending: boolean;
}

const collator = new Intl.Collator();

/** The numbers of the rows in the order of a column; rows that have nothing in it come last, either way round. */
export function orderOf({ values, kind }: Column, isDescending: boolean): number[] {
  const keys = values.map((value) => (kind === 'time' ? timeOf(value) : kind === 'number' ? value : value?.toString()));
  const sign = isDescending ? -1 : 1;
  const has = (row: number) => keys[row] !== null && keys[row] !== undefined;
  const compare = (a: number, b: number) => {
    const [left, right] = [keys[a], keys[b]];
    return typeof left === 'string' ? collator.compare(left, right as string) : Number(left) - Number(right);
  };
  const rows = [...values.keys()];
  return [...rows.filter(has).sort((a, b) => sign * compare(a, b)), ...rows.filter((row) => !has(row))];
}
