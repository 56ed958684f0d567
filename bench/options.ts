import { parseArgs } from 'node:util';

/**
 * The numbers that a benchmark is given as options.
 * @param options of each its default, and the least that makes sense
 * @throws Error when an option is unknown, or its value no such number
 */
export function numbersOf<Name extends string>(
  args: string[],
  options: Record<Name, { default: number; least: number }>,
): Record<Name, number> {
  const names = Object.keys(options) as Name[];
  const { values } = parseArgs({ args, options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });
  const numberOf = (name: Name): number => {
    const said = (values as Partial<Record<Name, string>>)[name];
    const value = said === undefined ? options[name].default : Number(said);
    if (Number.isSafeInteger(value) && value >= options[name].least) return value;
    throw new Error(`--${name} takes a whole number from ${options[name].least} on, not "${said}".`);
  };
  return Object.fromEntries(names.map((name) => [name, numberOf(name)])) as Record<Name, number>;
}
