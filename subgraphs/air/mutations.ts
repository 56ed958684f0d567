import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { TributaryError } from '../../platform/errors.ts';
import { isPublicAddress } from '../../platform/publicAddress.ts';
import type { Publisher } from '../../platform/publish.ts';
import { Secret } from '../../platform/secret.ts';
import type { SecretKeys } from '../../platform/secretKeys.ts';
import { adapterOf } from '../../schema/air/adapters.ts';
import { feedKey, secretContext, toFeedChange } from '../../schema/air/feed.ts';
import type { FeedMessage, ResultMessage } from '../../schema/air/messages.ts';
import { quote } from '../../schema/contract.ts';
import { tenantHeaders } from '../../schema/tenant.ts';
import type { Context } from '../context.ts';
import type { PerTenant } from '../perTenant.ts';
import { Receipt } from '../receipt.ts';
import { checked } from '../refused.ts';
import { span } from '../span.ts';
import type { Streams } from '../streams/stream.ts';
import type { AirQuestions, StoredRun } from './questions.ts';
import { Feed, FeedInput, FeedResponse, FeedState } from './types.ts';

/** What a feed is, as the message says it. */
type FeedFacts = Extract<FeedMessage, { type: 'Feed' }>['data'];

@Resolver()
export class AirMutationResolver {
  constructor(
    readonly publisher: Publisher,
    readonly streams: Streams,
    readonly questions: PerTenant<AirQuestions>,
    readonly keys: SecretKeys,
    /** Whether feeds may ask addresses that are not public. */
    readonly allowPrivate: boolean,
    /** Waits until the questions see everything that was written to the topic before. */
    readonly upToDate: (topic: 'air.feeds' | 'air.results') => Promise<void>,
  ) {}

  @Mutation(() => FeedResponse, {
    description:
      'Idempotent: the same request has the same answer. Of a feed that is there already, this is how it is from the end of its present interval on.',
  })
  async startFeed(@Ctx() context: Context, @Arg('input', () => FeedInput) input: FeedInput): Promise<FeedResponse> {
    const { adapter: name, endpoint, interval, timeout, bucketName, query } = input;
    const id = input.id ?? identityOf(input);
    const facts: FeedFacts = {
      ...{ id, adapter: name, endpoint, query: (query ?? {}) as FeedFacts['query'] },
      ...{ interval: interval ?? 300_000, timeout: timeout ?? null, bucket: bucketName ?? 'results', state: 'STARTED' },
    };
    checked(() => {
      const change = toFeedChange({ type: 'Feed', data: facts });
      const adapter = adapterOf(name);
      if (change.kind === 'FEED') adapter.request(change.feed.endpoint, change.feed.query, '');
    }, inArguments);
    if (!this.allowPrivate) refusePrivate(endpoint);
    const place = secretContext(context.caller.tenant, id);
    const secret = input.secretKey === '' ? null : this.keys.seal(new Secret(input.secretKey), place);
    return this.#say(context, { ...facts, secret }, `Started fetching from adapter ${name}.`);
  }

  @Mutation(() => FeedResponse, {
    description: 'Idempotent. A fetch that is under way ends as it would have. The feed has no secret any more.',
  })
  async stopFeed(@Ctx() context: Context, @Arg('id', () => ID) id: string): Promise<FeedResponse> {
    await this.upToDate('air.feeds');
    const { adapter, endpoint, query, intervalMs, timeoutMs, bucket } = await this.#feed(context, id);
    const facts: FeedFacts = {
      ...{ id, adapter, endpoint, query: query as FeedFacts['query'], bucket, state: 'STOPPED' },
      ...{ interval: intervalMs, timeout: timeoutMs },
    };
    return this.#say(context, facts, `Stopped fetching from adapter ${adapter}.`);
  }

  @Mutation(() => Receipt, {
    description:
      'Parses every stored response of the feed, or those that came in [from, to), again with the present parser. What it reads takes the place of what was read before.',
  })
  async reparseFeed(
    @Ctx() context: Context,
    @Arg('id', () => ID) id: string,
    @Arg('from', () => Date, { nullable: true }) from: Date | null,
    @Arg('to', () => Date, { nullable: true }) to: Date | null,
  ): Promise<Receipt> {
    const { from: begin, to: end } = span(from, to);
    await Promise.all([this.upToDate('air.feeds'), this.upToDate('air.results')]);
    await this.#feed(context, id);
    let accepted = 0;
    let position: number[] = [];
    for await (const runs of this.questions(context).storedRuns(id, begin, end)) {
      const whose = tenantHeaders(context.caller.tenant);
      const messages = runs.map((run) => ({ key: id, value: JSON.stringify(reparseMessage(id, run)), ...whose }));
      position = await this.publisher.publish('air.results', messages);
      accepted += runs.length;
    }
    return Object.assign(new Receipt(), { accepted, position: this.streams.receipt('air.results', position) });
  }

  /** @throws TributaryError BAD_USER_INPUT when there is none */
  async #feed(context: Context, id: string): Promise<Feed> {
    const feed = await this.questions(context).feed(id);
    if (feed) return feed;
    throw new TributaryError('BAD_USER_INPUT', `There is no feed ${quote(id)}. Start it first.`);
  }

  async #say(context: Context, facts: FeedFacts, message: string): Promise<FeedResponse> {
    const said: FeedMessage = { type: 'Feed', data: facts };
    const change = checked(() => toFeedChange(said), inArguments);
    if (change.kind !== 'FEED') throw new Error('a feed is no run');
    const { secret: _, state, ...feed } = change.feed;
    // Asked before it is said, so that who is told of an error has changed nothing.
    const known = await this.questions(context).feed(feed.id);
    const { tenant } = context.caller;
    const toSay = { key: feedKey(tenant, change), value: JSON.stringify(said), ...tenantHeaders(tenant) };
    await this.publisher.publish('air.feeds', [toSay]);
    const present = known && known.state !== FeedState.STOPPED ? known.state : FeedState.WAITING;
    return Object.assign(new FeedResponse(), {
      ...{ success: true, message },
      feed: Object.assign(new Feed(), feed, {
        worker: known?.worker ?? null,
        state: state === 'STOPPED' ? FeedState.STOPPED : present,
      }),
    });
  }
}

function reparseMessage(feed: string, run: StoredRun): ResultMessage {
  const iso = (time: number | string) => new Date(Number(time)).toISOString();
  return {
    type: 'Reparse',
    data: {
      ...{ feed, adapter: run.adapter, run: run.run, query: JSON.parse(run.query) },
      ...{ started: iso(run.begun), ended: iso(run.over), httpStatus: run.http_status, outcome: run.outcome },
      payload: { id: run.payload, filename: run.filename },
    },
  };
}

/** The same request without an id means the same feed. */
function identityOf({ adapter, endpoint, query }: FeedInput): string {
  const asked = Object.entries((query ?? {}) as object).sort(([one], [other]) => (one < other ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify([endpoint, asked]));
  return `${adapter.toLowerCase()}-${hash.digest('hex').slice(0, 12)}`;
}

/** Names are looked up when they are fetched; what needs no looking up is told at once. */
function refusePrivate(endpoint: string): void {
  const hostname = new URL(endpoint).hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(hostname) === 0 ? !/(^|\.)localhost\.?$/.test(hostname) : isPublicAddress(hostname)) return;
  throw new TributaryError(
    'BAD_USER_INPUT',
    'endpoint is not at a public address. Who runs the gateway can allow that with TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS=true.',
  );
}

/** Whatever the messages of the topics call otherwise than the arguments. */
const argumentNames: Record<string, string> = { 'data.bucket': 'bucketName', 'data.secret': 'secretKey', 'data.': '' };

const inArguments = (reason: string) => reason.replace(/\bdata\.(bucket|secret)?/g, (name) => argumentNames[name]!);
