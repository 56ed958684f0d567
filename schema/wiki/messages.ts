import { type Static, type TSchema, Type } from 'typebox';

const optional = <T extends TSchema>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));
const text = (description: string) => optional(Type.String({ description }));
const flag = (description: string) => optional(Type.Boolean({ description }));
// Larger ids could not be told apart by JSON readers that keep numbers as doubles.
const id = (description: string) =>
  optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));
const bytes = (description: string) => optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647, description }));

/**
 * A message of wiki.edits: an event of Wikimedia's stream mediawiki.recentchange, untouched
 * (https://schema.wikimedia.org, mediawiki/recentchange; https://www.mediawiki.org/wiki/Manual:RCFeed). Of its
 * properties these are read; they may be missing or null where nothing else is said, and all others are kept.
 */
export const recentChange = Type.Object(
  {
    meta: optional(
      Type.Object({
        id: optional(
          Type.String({ maxLength: 200, description: 'Identity of the event; without it, its place in Kafka' }),
        ),
        dt: optional(
          Type.String({
            pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$',
            description: 'When the event was made; counts where `timestamp` is missing',
          }),
        ),
        uri: text('Address of what was changed'),
      }),
    ),
    type: Type.Union([Type.String({ minLength: 1 }), Type.Integer({ minimum: 0 })], {
      description: 'edit, new, log, categorize or external; or a number, rc_type of Manual:Recentchanges table',
    }),
    wiki: Type.String({ minLength: 1, description: 'Name of the wiki, such as enwiki' }),
    title: Type.String({ minLength: 1, description: 'Full name of the page' }),
    namespace: optional(
      Type.Integer({
        minimum: -2_147_483_648,
        maximum: 2_147_483_647,
        description: 'Namespace of the page; missing: 0',
      }),
    ),
    timestamp: optional(Type.Integer({ description: 'When the change was made, seconds since 1970' })),
    user: text('Name or address of who made it; missing where it is hidden'),
    comment: text('What its maker said about it'),
    bot: flag('Whether a bot made it'),
    minor: flag('Whether its maker called it minor'),
    length: optional(
      Type.Object({
        old: bytes('Bytes of the page before; missing when it is new'),
        new: bytes('Bytes of the page after'),
      }),
    ),
    revision: optional(Type.Object({ old: id('The revision before'), new: id('The revision that the change made') })),
    notify_url: text('Address that shows the change'),
    title_url: text('Address of the page'),
  },
  { title: 'RecentChange', description: 'A change of a page of a wiki, as Wikimedia sends it.' },
);

export type RecentChange = Static<typeof recentChange>;
