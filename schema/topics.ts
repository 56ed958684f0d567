interface Topic {
  /** What the key of a message is. */
  key: string;
  description: string;
  /** The view that is made of it. */
  view: string | undefined;
  /** Kafka keeps the latest message of each key for ever, and drops those before it. */
  isCompacted?: true;
  /** Else KAFKA_PARTITIONS. */
  partitions?: number;
  /** In bytes, else what the broker says. */
  largestMessage?: number;
}

/** Every topic of the product. Names are without KAFKA_PREFIX. */
export const topics = {
  'people.events': {
    key: 'person_id of a Person or PersonEmployment, company_id of a Company, parent_company_id of a CompanyAcquisition',
    description: 'People, companies, who worked where, and who bought whom.',
    view: 'people',
  },
  'wiki.edits': {
    key: 'meta.id of the event, or the title of the page where it has none',
    description: 'Changes of the pages of wikis, as Wikimedia sends them.',
    view: 'wiki',
  },
  'occupancy.topology': {
    key: 'id of the space, doorway or DPU; of a Mount its dpu, of a Calibration its space',
    description: 'Spaces, the doorways between them, the DPUs that count who passes, and where they hang.',
    view: 'occupancy',
  },
  'occupancy.readings': {
    key: 'dpu_id',
    description: 'Who passed a DPU, and in which direction.',
    view: 'occupancy',
  },
  'air.feeds': {
    key: 'id of the feed, of a Run with #run behind it; for another tenant than public, the tenant and a slash before it',
    description:
      'Which outside APIs are fetched, how often, and what the workers do. Compacted: the latest of each key stays.',
    view: 'air',
    isCompacted: true,
  },
  'air.results': {
    key: 'id of the feed, or of the worker',
    description: 'How feeds were fetched, with references to the raw responses in the object store.',
    view: 'air',
  },
  'menu.terms': {
    key: 'id of the term; for another tenant than public, the tenant and a slash before it',
    description:
      'Names that are looked for in menu items. Compacted: the latest of each key stays. One partition, so that an offset says which terms are known.',
    view: 'menu',
    isCompacted: true,
    partitions: 1,
  },
  'menu.items': {
    key: 'id of the item',
    description: 'Lines of menus.',
    view: 'menu',
  },
  'menu.matches': {
    key: 'id of the item',
    description: 'Terms that were found in menu items, and where.',
    view: 'menu',
  },
  'dead.letters': {
    key: 'name of the topic the message came from',
    description:
      'Messages that broke their contract: the original bytes, with the reason and the place in the headers.',
    view: undefined,
    // A dead letter is as large as the message it holds, and its headers more.
    largestMessage: 4 << 20,
  },
} as const satisfies Record<string, Topic>;

export type TopicName = keyof typeof topics;
export const topicNames = Object.keys(topics) as TopicName[];
export const topicOf = (name: TopicName): Topic => topics[name];

/** Every message is also written to the log by this consumer group. */
export const logGroup = 'tributary.log';
/** The consumer group of a view. */
export const viewGroup = (view: string) => `tributary.${view}`;

/** The consumer group of the workers that match menu.items. It commits with each offset how far it knew menu.terms. */
export const matcherGroup = viewGroup('matcher');

/** Everything that reads a topic to make something of it, and the consumer group that does. */
export function viewsOf(topic: TopicName): { name: string; group: string }[] {
  const { view } = topicOf(topic);
  return [
    { name: 'log', group: logGroup },
    ...(view === undefined ? [] : [{ name: view, group: viewGroup(view) }]),
    ...(topic === 'menu.items' ? [{ name: 'matcher', group: matcherGroup }] : []),
  ];
}

/** Headers of a dead letter, beside those of the original message, which are kept. */
export const deadLetterHeaders = {
  reason: 'dead-letter-reason',
  topic: 'dead-letter-topic',
  partition: 'dead-letter-partition',
  offset: 'dead-letter-offset',
  key: 'dead-letter-key',
} as const;

/**
 * Header of a message that is sent for one that had become a dead letter: where that one stands in the same topic, as
 * partition/offset. So one message is both what is sent again and the record that it was.
 */
export const redriveHeader = 'redrive-of';

/** The place that a header `redriveHeader` names, if it is one. */
export function redrivenPlace(header: string | undefined): { partition: number; offset: number } | undefined {
  const [, partition, offset] = /^(\d{1,9})\/(\d{1,15})$/.exec(header ?? '') ?? [];
  return partition === undefined ? undefined : { partition: Number(partition), offset: Number(offset) };
}

/**
 * Headers with which `tributary source` marks what it publishes, so that the log itself says where to go on. The
 * position is the next offset of each partition, comma-separated: what the source has published of events after `after`
 * lies behind it. An event without meta.id also has the id that the stream gave with it, if it gave one.
 */
export const sourceHeaders = {
  url: 'source-url',
  after: 'source-after',
  position: 'source-position',
  id: 'source-id',
} as const;
