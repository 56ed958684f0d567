import { type Static, type TSchema, Type } from 'typebox';
import { momentInWords, momentPattern } from '../moment.ts';
import { longestStationId } from './station.ts';

/** Names that also are folders and files of the raw responses: a dot stands between other characters only. */
export const namePattern = '^[A-Za-z0-9_-]([A-Za-z0-9_-]|\\.(?=[A-Za-z0-9_-])){0,99}$';
const nameForm = new RegExp(namePattern);
/** Whether a text is such a name. */
export const isName = (text: string) => nameForm.test(text);
export const adapterPattern = '^[A-Z][A-Z0-9_]{0,49}$';

/** What the patterns ask for, in words. */
export const airPatterns = {
  [namePattern]: '1 to 100 letters, digits, dashes, underscores and single dots between them',
  [adapterPattern]: 'the name of an adapter in capitals, such as IQAIR_DAILY',
  [momentPattern]: momentInWords,
};

const optional = <T extends TSchema>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));
const name = (description: string) => Type.String({ pattern: namePattern, description });
const adapter = (description: string) => Type.String({ pattern: adapterPattern, description });
const text = (description: string, maxLength = 1000) => Type.String({ minLength: 1, maxLength, description });
const moment = (description: string) => Type.String({ pattern: momentPattern, description });
/** The longest that a timer takes. */
const longestMs = 2_147_483_647;
const milliseconds = (minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: longestMs, description });
const query = optional(
  Type.Record(
    Type.String({ minLength: 1, maxLength: 50 }),
    Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]),
    { maxProperties: 50, description: 'What to ask the API for, as its adapter defines it' },
  ),
);

/**
 * How a fetch ended. STORED: a new point. UNCHANGED: a point of the same time as the last. REFUSED: the API says no, in an
 * answer of status 2xx. HTTP_ERROR: another status, or no answer. CORRUPT: no answer of this API. TIMEOUT: dropped.
 */
export const feedOutcomes = ['STORED', 'UNCHANGED', 'TIMEOUT', 'HTTP_ERROR', 'REFUSED', 'CORRUPT'] as const;
export type FeedOutcome = (typeof feedOutcomes)[number];
const outcome = Type.Enum([...feedOutcomes], { description: 'How it ended' });

const message = <Name extends string, Data extends TSchema>(type: Name, description: string, data: Data) =>
  Type.Object({ type: Type.Literal(type), data }, { title: type, description });

/** The messages of air.feeds, of which Kafka keeps the latest of each key. Missing and null mean the same. */
export const feedMessages = {
  Feed: message(
    'Feed',
    'A scheduled fetch of an outside API, or new facts about one, which count from its next interval on. The key is its id.',
    Type.Object({
      id: name('Identity of the feed'),
      adapter: adapter('What asks the API and reads its answers'),
      endpoint: text('http(s):// address of the API, without user, query and fragment', 2000),
      query,
      interval: milliseconds(1000, 'Milliseconds from one fetch to the next'),
      timeout: optional(milliseconds(1, 'Milliseconds after which a fetch is dropped; missing: the interval')),
      bucket: name('Folder of the raw responses'),
      secret: optional(
        Type.String({ maxLength: 10_000, writeOnly: true, description: "The API's key, sealed; never in plain text" }),
      ),
      state: Type.Enum(['STARTED', 'STOPPED'], { description: 'Whether it is to be fetched' }),
    }),
  ),
  Run: message(
    'Run',
    'What a worker does for a feed. The key is the id of the feed and #run, in the partition of the feed.',
    Type.Object({
      feed: name('The feed'),
      due: moment('Begin of the interval that is fetched'),
      next: moment('Begin of the interval after it'),
      worker: text('The worker', 200),
      state: Type.Enum(['CLAIMED', 'DONE', 'RELEASED'], {
        description: 'Whether it is being fetched, was fetched, or is left to another worker',
      }),
      started: moment('When the fetch began'),
      ended: optional(moment('When it ended')),
      outcome: optional(outcome),
      lastStation: optional(text('Station of the last point of the feed', longestStationId)),
      lastTime: optional(moment('Time of that point')),
    }),
  ),
} as const;

type FeedMessageType = keyof typeof feedMessages;
export type FeedMessage = { [Name in FeedMessageType]: Static<(typeof feedMessages)[Name]> }[FeedMessageType];

const fetched = {
  feed: name('The feed'),
  adapter: adapter('What asked and read'),
  run: name('Identity of the fetch'),
  query,
  started: moment('When the fetch began'),
  ended: moment('When it ended'),
  httpStatus: optional(Type.Integer({ minimum: 0, maximum: 999, description: 'Status of the answer' })),
};
const payload = Type.Object(
  { id: name('Identity of the raw response'), filename: text('Where it is: bucket, feed and id', 400) },
  { description: 'Reference to the raw response in the object store' },
);

/** The messages of air.results. Missing and null mean the same. */
export const resultMessages = {
  Result: message(
    'Result',
    'A feed was fetched. What came is in the object store; the message only refers to it.',
    Type.Object({
      ...fetched,
      payload: optional(payload),
      timestamp: moment('When the worker told it'),
      outcome,
      message: optional(text('Why it is no point, in words for a person', 2000)),
      parser: Type.Integer({ minimum: 1, maximum: 4095, description: 'Version of the parser of the adapter' }),
      station: optional(text('Station of the point: country, state and city', longestStationId)),
      time: optional(moment('Time of the point')),
    }),
  ),
  WorkerAvailable: message(
    'WorkerAvailable',
    'A worker is up and has no job yet.',
    Type.Object({ worker: text('The worker', 200), timestamp: moment('When it said so') }),
  ),
  Reparse: message(
    'Reparse',
    'A stored response is to be parsed again, by the parser of whoever reads this.',
    Type.Object({ ...fetched, payload, outcome }),
  ),
} as const;

type ResultMessageType = keyof typeof resultMessages;
export type ResultMessage = { [Name in ResultMessageType]: Static<(typeof resultMessages)[Name]> }[ResultMessageType];
