import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { oneAtATime } from '../../platform/oneAtATime.ts';
import type { Publisher } from '../../platform/publish.ts';
import { quote } from '../../schema/contract.ts';
import type { ReadingMessage, TopologyMessage } from '../../schema/occupancy/messages.ts';
import { toReading } from '../../schema/occupancy/reading.ts';
import { toTopologyChange } from '../../schema/occupancy/topology.ts';
import type { Context } from '../context.ts';
import { type PerTenant, perTenant } from '../perTenant.ts';
import { published, Receipt } from '../receipt.ts';
import { checked, refused } from '../refused.ts';
import type { Streams } from '../streams/stream.ts';
import type { OccupancyQuestions } from './questions.ts';
import { DoorwayInput, DpuInput, ReadingInput, SpaceInput } from './types.ts';

const greatestBatch = 10_000;
/**
 * How long a change of the topology waits until all that was written before it can be seen, in milliseconds: in all, and
 * at least when its turn has come.
 */
const patience = { inAll: 5_000, inTurn: 1_000 };

/**
 * Changes of the topology look at everything that was written before them, and are refused with the reason where they
 * would leave something that leads nowhere. In one process each waits for the one before of its tenant; two processes at the same
 * moment do not see each other, and whatever they leave, `holding` knows what to make of it.
 */
@Resolver()
export class OccupancyMutationResolver {
  constructor(
    readonly publisher: Publisher,
    readonly streams: Streams,
    readonly questions: PerTenant<OccupancyQuestions>,
    /** Waits until the questions see everything that was written before, or the signal is given. */
    readonly upToDate: (signal: AbortSignal) => Promise<void>,
  ) {}

  readonly #inTurn = perTenant(() => oneAtATime());

  @Mutation(() => Receipt)
  saveSpace(@Ctx() context: Context, @Arg('input', () => SpaceInput) input: SpaceInput) {
    return this.#change(context, { type: 'Space', data: { ...input } });
  }

  @Mutation(() => Receipt, { description: 'Refused while doorways lead into it or out of it.' })
  deleteSpace(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return this.#whenUpToDate(context, async () => {
      await this.#mustBe(context, 'space', id, '');
      const doorways = await this.questions(context).doorwaysOf(id);
      if (doorways.length > 0)
        throw refused(
          `The space ${quote(id)} is named by the ${doorways.length === 1 ? 'doorway' : 'doorways'} ${quoted(doorways)}. Let them lead elsewhere, or delete them, first.`,
        );
      return this.#change(context, { type: 'SpaceDeleted', data: { id } });
    });
  }

  @Mutation(() => Receipt, {
    description:
      'Of a doorway that is there already, this is how it always was: what was counted over it is attributed anew.',
  })
  saveDoorway(@Ctx() context: Context, @Arg('input', () => DoorwayInput) input: DoorwayInput) {
    return this.#whenUpToDate(context, async () => {
      await this.#mustBe(context, 'space', input.ingress);
      if (input.egress != null) await this.#mustBe(context, 'space', input.egress);
      return this.#change(context, { type: 'Doorway', data: { ...input } });
    });
  }

  @Mutation(() => Receipt, {
    description: 'What was counted over it no longer counts. Refused while a DPU hangs over it.',
  })
  deleteDoorway(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return this.#whenUpToDate(context, async () => {
      await this.#mustBe(context, 'doorway', id, '');
      const now = new Date();
      const present = (await this.questions(context).mountsOfDoorway(id)).filter(({ to }) => to === null || to > now);
      if (present.length > 0)
        throw refused(`Over the doorway ${quote(id)} hangs ${quoted(present.map(({ dpu }) => dpu))}. Move it first.`);
      return this.#change(context, { type: 'DoorwayDeleted', data: { id } });
    });
  }

  @Mutation(() => Receipt)
  async saveDpu(@Ctx() context: Context, @Arg('input', () => DpuInput) { id, doorway, from }: DpuInput) {
    if (doorway == null) {
      if (from != null) throw refused('from says since when a DPU hangs over a doorway: give the doorway too.');
      return this.#change(context, { type: 'Dpu', data: { id } });
    }
    return this.#whenUpToDate(context, async () => {
      await this.#mustBe(context, 'doorway', doorway);
      return this.#change(context, { type: 'Dpu', data: { id } }, mountOf(id, doorway, from));
    });
  }

  @Mutation(() => Receipt, {
    description: 'Its readings no longer count. They are kept, and so is where it hung: saved again, they count again.',
  })
  deleteDpu(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return this.#whenUpToDate(context, async () => {
      await this.#mustBe(context, 'dpu', id, '');
      return this.#change(context, { type: 'DpuDeleted', data: { id } });
    });
  }

  @Mutation(() => Receipt, {
    description:
      'Hangs the DPU over a doorway from `at` on (default: now; may lie in the past: history is re-attributed), until the next time for which a move is known. It hangs no longer where it was.',
  })
  moveDpu(
    @Ctx() context: Context,
    @Arg('dpu', () => ID) dpu: string,
    @Arg('doorway', () => ID) doorway: string,
    @Arg('at', () => Date, { nullable: true }) at: Date | null,
  ) {
    return this.#whenUpToDate(context, async () => {
      await this.#mustBe(context, 'dpu', dpu);
      await this.#mustBe(context, 'doorway', doorway);
      return this.#change(context, mountOf(dpu, doorway, at));
    });
  }

  @Mutation(() => Receipt, { description: 'Says how many people were really there: later counts start from it.' })
  async calibrateSpace(
    @Ctx() context: Context,
    @Arg('space', () => ID) space: string,
    @Arg('count', () => Int) count: number,
    @Arg('at', () => Date) at: Date,
  ) {
    if (at.getTime() > Date.now())
      throw refused(`at ${at.toISOString()} lies in the future: nobody has counted there yet.`);
    return this.#whenUpToDate(context, async () => {
      await this.#mustBe(context, 'space', space);
      return this.#change(context, { type: 'Calibration', data: { space, count, at: at.toISOString() } });
    });
  }

  @Mutation(() => Receipt, {
    description: `At most ${greatestBatch} at once. All are taken, or none when one is wrong. Those of a DPU that is not known, or hung nowhere, are kept, and count as soon as it is known where it hung.`,
  })
  async recordReadings(
    @Ctx() { caller }: Context,
    @Arg('readings', () => [ReadingInput]) readings: ReadingInput[],
  ): Promise<Receipt> {
    if (readings.length === 0) throw refused('readings is empty; send at least one.');
    if (readings.length > greatestBatch)
      throw refused(`readings holds ${readings.length}; send at most ${greatestBatch} at once.`);
    const now = Date.now();
    const messages = readings.map(({ dpu, time, direction, id }, at) => {
      const message = { dpu_id: dpu, timestamp: time.toISOString(), direction, reading_id: id ?? null };
      checked(
        () => toReading(message, now),
        (reason) => `readings[${at}]: ${inArguments(reason)}`,
      );
      return { key: dpu, value: JSON.stringify(message as ReadingMessage) };
    });
    return published(this, 'occupancy.readings', messages, caller.tenant);
  }

  #whenUpToDate(context: Context, change: () => Promise<Receipt>): Promise<Receipt> {
    const end = performance.now() + patience.inAll;
    return this.#inTurn(context)(async () => {
      await this.upToDate(AbortSignal.timeout(Math.max(Math.ceil(end - performance.now()), patience.inTurn)));
      return change();
    });
  }

  #change({ caller }: Context, ...messages: TopologyMessage[]): Promise<Receipt> {
    const keyed = messages.map((message) => ({
      key: checked(() => toTopologyChange(message), inArguments).id,
      value: JSON.stringify(message),
    }));
    return published(this, 'occupancy.topology', keyed, caller.tenant);
  }

  async #mustBe(
    context: Context,
    kind: 'space' | 'doorway' | 'dpu',
    id: string,
    advice = ' Save it first.',
  ): Promise<void> {
    if (await this.questions(context)[kind](id)) return;
    throw refused(`There is no ${kind === 'dpu' ? 'DPU' : kind} ${quote(id)}.${advice}`);
  }
}

function mountOf(dpu: string, doorway: string, from: Date | null | undefined): TopologyMessage {
  return { type: 'Mount', data: { dpu, doorway, from: (from ?? new Date()).toISOString() } };
}

/** Whatever the messages of the topics call otherwise than the arguments. */
const argumentNames: Record<string, string> = { 'data.': '', dpu_id: 'dpu', timestamp: 'time', reading_id: 'id' };

const inArguments = (reason: string) =>
  reason.replace(/\b(data\.|dpu_id|timestamp|reading_id)/g, (name) => argumentNames[name]!);

function quoted(things: { id: string }[]): string {
  const shown = things.slice(0, 5).map(({ id }) => quote(id));
  return shown.join(', ') + (things.length > shown.length ? ` and ${things.length - shown.length} more` : '');
}
