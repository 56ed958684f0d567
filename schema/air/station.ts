/** Where a station is, in the words of the API that tells of it. */
export interface StationName {
  country: string;
  state: string;
  city: string;
}

/** The longest id, in characters: a slash in a name makes three of it. */
export const longestStationId = 1_000;

/** country/state/city. A slash or percent sign inside a name is written as in URLs, so that no two stations share an id. */
export function stationId({ country, state, city }: StationName): string {
  return [country, state, city].map((name) => name.replaceAll('%', '%25').replaceAll('/', '%2F')).join('/');
}

/** A name as ids compare: one spelling of each character, single spaces, no control characters; empty if nothing is left. */
export function placeName(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}
