import { setTimeout as delay } from 'node:timers/promises';
import { openClickHouse, Tables } from '../../platform/clickhouse.ts';
import type { Settings } from '../../platform/config.ts';
import { messageOf } from '../../platform/errors.ts';
import { openKafka } from '../../platform/kafka.ts';
import { createLogger } from '../../platform/log.ts';
import { Publisher } from '../../platform/publish.ts';
import { toTopologyChange } from '../../schema/occupancy/topology.ts';
import { publicTenant } from '../../schema/tenant.ts';
import type { TopicName } from '../../schema/topics.ts';
import { buildingDemo, buildingIds } from './building.ts';
import { dayMs, hourMs, type Invented, idPrefix, inventedDay } from './demo.ts';

const paceMs = 1_000;

const readPresent = `
SELECT
  (
    SELECT count()
    FROM occupancy_topology
    WHERE tenant = {tenant:String} AND id NOT IN {building:Array(String)}
  ) AS strangers,
  (
    SELECT toUnixTimestamp64Milli(max(time))
    FROM occupancy_readings
    WHERE tenant = {tenant:String} AND startsWith(id, {prefix:String})
  ) AS newest`;

interface BuildingReport {
  /** Called every time when everything up to the present has been published. */
  caughtUp(): void;
  warn(line: string): void;
}

/**
 * Publishes the building of the demo and what happens there: yesterday and today where there is nothing yet, and then
 * as time goes on. Where somebody else's topology is, it publishes nothing.
 *
 * An hour is published after all of the hours before it have been acknowledged. So a restart, which goes on with the
 * hour of the newest reading that is stored, leaves out nothing; and what it publishes again replaces itself.
 */
export class DemoBuilding {
  readonly #publisher: Publisher;
  /** Everything before it has been published, in milliseconds since 1970. */
  #next: number | undefined;
  #day: { midnight: number; messages: Invented[] } | undefined;

  constructor(readonly settings: Settings) {
    const kafka = openKafka(settings, 'demo', createLogger('demo', 'silent'));
    this.#publisher = new Publisher(kafka, settings.KAFKA_PREFIX);
  }

  /**
   * Publishes what has happened up to now.
   * @throws TributaryError STORE_UNAVAILABLE, or BROKER_UNAVAILABLE; another call goes on from there
   */
  async catchUp(stopped: AbortSignal, now = Date.now()): Promise<void> {
    this.#next ??= await this.#begin(now);
    while (this.#next < now && !stopped.aborted) {
      const end = Math.min(now, startOf(this.#next, hourMs) + hourMs);
      await this.#publish(this.#between(this.#next, end));
      this.#next = end;
    }
  }

  /** Catches up, and goes on every second until it is stopped, also after a server was away. */
  async play(stopped: AbortSignal, report: BuildingReport): Promise<void> {
    let isAway = false;
    while (!stopped.aborted) {
      try {
        await this.catchUp(stopped);
        report.caughtUp();
        isAway = false;
      } catch (error) {
        if (!isAway && !stopped.aborted) report.warn(`The building of the demo waits: ${messageOf(error)}`);
        isAway = true;
      }
      await delay(paceMs, undefined, { signal: stopped }).catch(() => {});
    }
  }

  async close(): Promise<void> {
    await this.#publisher.close();
  }

  /** @returns where to go on; infinite: nowhere */
  async #begin(now: number): Promise<number> {
    const clickhouse = openClickHouse(this.settings);
    try {
      const parameters = { tenant: publicTenant, building: buildingIds, prefix: idPrefix };
      const [present] = await new Tables(clickhouse).read<{ strangers: number; newest: number }>(
        readPresent,
        parameters,
      );
      if (Number(present!.newest) > 0) return startOf(Number(present!.newest), hourMs);
      if (Number(present!.strangers) > 0) return Number.POSITIVE_INFINITY;
    } finally {
      await clickhouse.close();
    }
    await this.#publish(buildingDemo());
    return startOf(now, dayMs) - dayMs;
  }

  /** What is sent in [from, to), which is of one day. */
  #between(from: number, to: number): Invented['message'][] {
    const midnight = startOf(from, dayMs);
    if (this.#day?.midnight !== midnight) this.#day = { midnight, messages: inventedDay(midnight) };
    return this.#day.messages.filter(({ at }) => at >= from && at < to).map(({ message }) => message);
  }

  async #publish(messages: Invented['message'][]): Promise<void> {
    const topology = messages.filter((message) => !('dpu_id' in message));
    const readings = messages.filter((message) => 'dpu_id' in message);
    await this.#send('occupancy.topology', topology, (message) => toTopologyChange(message).id);
    await this.#send('occupancy.readings', readings, ({ dpu_id }) => String(dpu_id));
  }

  async #send<Message>(topic: TopicName, messages: Message[], keyOf: (message: Message) => string): Promise<void> {
    if (messages.length === 0) return;
    await this.#publisher.publish(
      topic,
      messages.map((message) => ({ key: keyOf(message), value: JSON.stringify(message) })),
    );
  }
}

function startOf(time: number, length: number): number {
  return Math.floor(time / length) * length;
}
