/** No argument may be longer, in bytes: ClickHouse's setting http_max_field_value_size. */
const longestArgument = 128 << 10;

/**
 * Gives arrays that are longer than ClickHouse takes as several arguments, which the query joins again.
 * @param query names its parameters as `{name:Type}`
 */
export function splitLong(
  query: string,
  parameters: Record<string, unknown>,
): { query: string; parameters: Record<string, unknown> } {
  const split = Object.entries(parameters).map(([name, value]) => ({ name, parts: partsOf(value) }));
  const long = split.filter(({ parts }) => parts.length > 1);
  if (long.length === 0) return { query, parameters };
  const joined = long.reduce((text, { name, parts }) => {
    const one = (type: string) => `arrayConcat(${parts.map((_, at) => `{${name}_${at}:${type}}`).join(', ')})`;
    return text.replace(new RegExp(`\\{${name}:(.*?)\\}`, 'g'), (_, type: string) => one(type));
  }, query);
  const named = split.flatMap(({ name, parts }) =>
    parts.map((part, at) => [parts.length > 1 ? `${name}_${at}` : name, part] as const),
  );
  return { query: joined, parameters: Object.fromEntries(named) };
}

/** A value that fits, in one part; a longer array in several. */
function partsOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) return [value];
  const parts: unknown[][] = [[]];
  let bytes = 0;
  for (const element of value) {
    const length = lengthOf(element);
    if (bytes + length > longestArgument - 2 && parts.at(-1)!.length > 0) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(element);
    bytes += length;
  }
  return parts;
}

/** As it is sent, with what separates it from the next; every character may need a backslash. */
function lengthOf(element: unknown): number {
  return typeof element === 'string' ? 2 * Buffer.byteLength(element) + 3 : String(element).length + 1;
}
