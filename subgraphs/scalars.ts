import { GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLDate as IsoDate, GraphQLJSON as Json } from 'graphql-scalars';

export const GraphQLDateTime = new GraphQLScalarType({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'A moment in UTC, RFC 3339 with milliseconds: 2026-01-31T12:00:00.000Z.',
  extensions: {},
});

export const GraphQLDate = new GraphQLScalarType({
  ...IsoDate.toConfig(),
  name: 'Date',
  description: 'A day of the calendar, RFC 3339: 2026-01-31.',
  // What the stores give is already in this form.
  serialize: String,
});

export const GraphQLJSON = new GraphQLScalarType({
  ...Json.toConfig(),
  description: 'Any JSON value.',
  specifiedByURL: null,
});

export const GraphQLCursor = new GraphQLScalarType({
  name: 'Cursor',
  description: 'A position in a stream. Opaque: take it from an event or a receipt and hand it back unchanged.',
  serialize: String,
  parseValue: text,
  parseLiteral: (node) => text(node.kind === Kind.STRING ? node.value : undefined),
});

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('A Cursor is a text, as an event or a receipt gave it.');
  return value;
}
