import type { PartitionTable } from '../../topology/partition-table.ts';
import { PoisonError } from '../codec/errors.ts';
import type { TickDecoder } from '../codec/tick-decoder.ts';
import type { DomainSettings } from '../domain/settings.ts';
import type { LiveClock } from '../domain/symbol-stage.ts';
import { emptyTick } from '../domain/tick.ts';
import { hasBadSymbol } from '../domain/tick-checks.ts';
import { OutputBuffer } from '../runtime/output-buffer.ts';
import type { CommitBatch, InputBatch, InputRecord } from '../runtime/ports.ts';
import type { ChangelogPartition } from '../runtime/task.ts';
import { type CleanTopics, CleanWork } from './clean-work.ts';
import { type FeatureTopics, FeatureWork } from './feature-work.ts';
import type { InputTask } from './input-task.ts';
import { KeyText } from './key-text.ts';
import type { OutputCodec } from './output-codec.ts';

/** Header of a tick that was moved to its symbol's partition: where it had been produced, `topic/partition@offset`. */
export const FORWARDED_FROM = 'arbitrex-forwarded-from';

/** What a tick task is made of. */
export interface TickTaskOptions {
  readonly domain: DomainSettings;
  readonly groupId: string;
  readonly clean: CleanTopics;
  /** Null where another stage set runs tier 1. */
  readonly features: FeatureTopics | null;
  readonly table: PartitionTable;
  readonly misrouted: 'forward' | 'reject';
  readonly codec: OutputCodec;
  readonly decoder: TickDecoder;
  /** The wall clock for the live rules, null where they are off. */
  readonly live: (() => LiveClock) | null;
  /** Live only: a slot closes this long after its end by the wall clock, ms; null is off. */
  readonly idleMs: number | null;
  /** Input records after which a commit is due. */
  readonly commitRecords: number;
}

/** The work of one tick partition: ticks to clean bars and, in the set `all`, on to tier-1 rows, without a topic in between. */
export class TickTask implements InputTask {
  /** Ticks taken so far. */
  taken = 0;
  /** Ticks moved to their symbol's partition. */
  forwarded = 0;
  readonly clean: CleanWork;
  readonly #options: TickTaskOptions;
  readonly #outputs = new OutputBuffer();
  readonly #featureChangelog = new OutputBuffer();
  readonly #features: FeatureWork | null;
  readonly #tick = emptyTick();
  readonly #keys = new KeyText();
  #nextOffset: number | null = null;
  #committedOffset: number | null = null;
  #sinceCommit = 0;

  constructor(options: TickTaskOptions) {
    this.#options = options;
    const features = options.features === null ? null : new FeatureWork(options.domain.features, options.features, options.codec);
    this.#features = features;
    this.clean = new CleanWork(
      options.domain.bars,
      options.clean,
      options.codec,
      this.#outputs,
      features && ((bar, position) => features.onBar(bar, position, this.#outputs, this.#featureChangelog)),
    );
  }

  /** Where reading goes on; null: at the partition's first record. */
  get nextOffset(): number | null {
    return this.#nextOffset;
  }

  restore(changelog: ChangelogPartition, record: InputRecord): void {
    if (changelog.topic === this.#options.clean.changelog) this.clean.restore(record);
    else this.#features?.restore(record);
  }

  async restored(committed: number | null): Promise<void> {
    await this.#features?.restored();
    const included = await this.clean.restored();
    // At least once, state can be ahead of the committed position: what it includes is not read again.
    this.#nextOffset = included === null ? committed : Math.max(committed ?? 0, included);
    this.#committedOffset = committed;
  }

  prepare(batch: InputBatch): Promise<void> {
    return this.#options.decoder.prepare(batch.records.map(({ value }) => value));
  }

  process(batch: InputBatch): void {
    const live = this.#options.live?.() ?? null;
    for (const record of batch.records) {
      if (this.#nextOffset !== null && record.offset < this.#nextOffset) continue;
      this.#record(record, live);
      this.#nextOffset = record.offset + 1;
    }
    this.#nextOffset = Math.max(this.#nextOffset ?? 0, batch.nextOffset);
  }

  /** Applies the live idle timer. */
  idle(nowMs: number): void {
    if (this.#options.idleMs !== null) this.clean.idle(nowMs, this.#options.idleMs, this.#nextOffset ?? 0);
  }

  hasWork(): boolean {
    return this.#nextOffset !== this.#committedOffset || this.#outputs.records > 0;
  }

  isFull(): boolean {
    return this.#sinceCommit >= this.#options.commitRecords;
  }

  takeCommit(): CommitBatch {
    this.#sinceCommit = 0;
    const nextOffset = this.#nextOffset ?? 0;
    this.#committedOffset = this.#nextOffset;
    const cleanChangelog = new OutputBuffer();
    this.clean.takeChanges(cleanChangelog, nextOffset);
    const { input: topic, partition } = this.#options.clean;
    return {
      outputs: this.#outputs.take(),
      // Tier 1 first: at least once, its state may include bars that the clean state has yet to close again, never the reverse.
      changelog: [...this.#featureChangelog.take(), ...cleanChangelog.take()],
      positions: [{ groupId: this.#options.groupId, topic, partition, offset: nextOffset }],
    };
  }

  #record(record: InputRecord, live: LiveClock | null): void {
    this.taken++;
    this.#sinceCommit++;
    const tick = this.#tick;
    try {
      this.#options.decoder.decodeInto(record.value, tick);
    } catch (error) {
      if (!(error instanceof PoisonError)) throw error;
      this.clean.refuse(error.reason, record, null, [], error.message);
      return;
    }
    tick.key = this.#keys.of(record.key);
    if (!hasBadSymbol(tick)) {
      const home = this.#options.table.partitionOf(tick.symbol);
      if (home !== this.#options.clean.partition) {
        this.#misrouted(record, tick.symbol, home);
        return;
      }
    }
    this.clean.process(tick, record, live);
  }

  #misrouted(record: InputRecord, symbol: string, home: number | null): void {
    const { input: topic, partition } = this.#options.clean;
    if (home === null) {
      this.clean.refuse('UNLISTED', record, symbol);
    } else if (this.#options.misrouted === 'reject') {
      this.clean.refuse('WRONG_PARTITION', record, symbol, [], `it belongs on partition ${home}`);
    } else {
      this.forwarded++;
      this.#outputs.add(topic, {
        partition: home,
        key: record.key,
        value: record.value,
        timestamp: record.timestamp,
        headers: [...record.headers, { key: FORWARDED_FROM, value: Buffer.from(`${topic}/${partition}@${record.offset}`) }],
      });
    }
  }
}
