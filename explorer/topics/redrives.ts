/** A dead letter that is to be sent again. */
export interface Mended {
  id: string;
  topic: string;
  value: string;
  /** What is sent in the place of the value, if that was changed. */
  draft: string | undefined;
}

/** The variables of a `redriveDeadLetters`. */
export interface Redrive {
  topic: string;
  ids: string[];
  /** One for each id; without them the messages go as they were, to the byte. */
  values?: string[];
}

/** So many are taken at once. */
const mostLetters = 1_000;

/**
 * The requests that send letters again. One is about one topic, and either all of its letters are mended or none: the
 * value that a letter shows is not always to the byte what came.
 */
export function redrivesOf(letters: Mended[]): Redrive[] {
  const alike = Map.groupBy(letters, (letter) => `${letter.topic} ${isMended(letter)}`);
  return [...alike.values()].flatMap((group) =>
    inParts(group).map((part) => ({
      topic: part[0]!.topic,
      ids: part.map(({ id }) => id),
      ...(isMended(part[0]!) && { values: part.map(({ draft }) => draft!) }),
    })),
  );
}

export const isMended = ({ value, draft }: Pick<Mended, 'value' | 'draft'>) => draft !== undefined && draft !== value;

function inParts<Item>(items: Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / mostLetters) }, (_, part) =>
    items.slice(part * mostLetters, (part + 1) * mostLetters),
  );
}
