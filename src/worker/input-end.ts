import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import type { KafkaAdmin } from '../kafka/admin.ts';
import { KafkaUnreachable } from '../kafka/connection.ts';
import type { Log } from '../log.ts';

const POLL_MS = 100;

/** Waits for a group to come to the end of topics, as it is now, through outages of Kafka: while it does not answer, nobody knows. */
export class InputEnd {
  readonly #admin: Pick<KafkaAdmin, 'committedOffsets' | 'watermarks'>;
  readonly #log: Log;
  readonly #isStopping: () => boolean;

  /** Once `isStopping`, every wait ends. */
  constructor(admin: Pick<KafkaAdmin, 'committedOffsets' | 'watermarks'>, log: Log, isStopping: () => boolean) {
    this.#admin = admin;
    this.#log = log;
    this.#isStopping = isStopping;
  }

  /** Resolves when the group's positions have reached where the topic ended at the call. */
  async reachedBy(groupId: string, topic: string): Promise<void> {
    const ends = await this.of(topic);
    await this.until(async () => {
      const committed = await this.#admin.committedOffsets(groupId, topic);
      return ends.every((end, partition) => (committed[partition] ?? 0) >= end);
    });
  }

  /** As `reachedBy`, with what the group forwarded of it: that lies behind the end, on partitions from which nothing is forwarded again. */
  async reachedWithForwards(groupId: string, topic: string): Promise<void> {
    await this.reachedBy(groupId, topic);
    await this.reachedBy(groupId, topic);
  }

  /** Where each partition of a topic ends now; nothing where the worker is being stopped. */
  async of(topic: string): Promise<number[]> {
    let ends: number[] = [];
    await this.until(async () => {
      ends = (await this.#admin.watermarks(topic)).map(({ high }) => high);
      return true;
    });
    return ends;
  }

  /** Resolves when `isTrue`, asked again and again. */
  async until(isTrue: () => Promise<boolean>): Promise<void> {
    while (!this.#isStopping() && !(await this.#ask(isTrue))) await sleep(POLL_MS);
  }

  async #ask(isTrue: () => Promise<boolean>): Promise<boolean> {
    try {
      return await isTrue();
    } catch (error) {
      if (error instanceof UserError && !(error instanceof KafkaUnreachable)) throw error;
      this.#log.warn({ error: String(error) }, 'whether the input is worked off cannot be told now');
      return false;
    }
  }
}
