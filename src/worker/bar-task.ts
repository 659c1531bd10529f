import type { RecordDecoder } from '../codec/decoder.ts';
import { PoisonError } from '../codec/errors.ts';
import type { CleanOhlcv } from '../codec/generated/records.ts';
import type { CleanBar } from '../domain/clean-bar.ts';
import type { FeatureSettings } from '../domain/settings.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import { StageHeaders } from '../lineage/stage-headers.ts';
import { ChangelogBuffer } from '../runtime/changelog-buffer.ts';
import { OutputBuffer } from '../runtime/output-buffer.ts';
import type { CommitBatch, InputBatch, InputRecord, TopicOutput } from '../runtime/ports.ts';
import { RecordCursor } from '../runtime/record-cursor.ts';
import type { ChangelogPartition } from '../runtime/task.ts';
import { deadLetter } from './dead-letters.ts';
import { type FeatureTopics, FeatureWork } from './feature-work.ts';
import { type CommitLimits, InputProgress } from './input-progress.ts';
import type { InputTask } from './input-task.ts';
import { whyLost } from './lost-state.ts';
import { fromNullable } from './nullable.ts';
import type { OutputCodec } from './output-codec.ts';

/** What a bar task is made of. */
export interface BarTaskOptions {
  readonly settings: FeatureSettings;
  readonly groupId: string;
  /** clean-ohlcv and dead-letters, as Kafka knows them. */
  readonly input: string;
  readonly deadLetters: string;
  readonly features: FeatureTopics;
  readonly codec: OutputCodec;
  readonly decoder: RecordDecoder<CleanOhlcv>;
  readonly commitLimits: CommitLimits;
}

/** The work of one clean-ohlcv partition in the stage set `tier1`: clean bars to tier-1 rows. */
export class BarTask implements InputTask {
  taken = 0;
  readonly #options: BarTaskOptions;
  readonly #outputs = new OutputBuffer();
  readonly #headers: StageHeaders;
  readonly #features: FeatureWork;
  readonly #progress = new InputProgress();
  readonly #cursor = new RecordCursor();

  constructor(options: BarTaskOptions) {
    this.#options = options;
    this.#headers = new StageHeaders({ topic: options.input, partition: options.features.partition }, true);
    this.#features = new FeatureWork(options.settings, options.features, options.codec, this.#headers);
  }

  get nextOffset(): number | null {
    return this.#progress.next;
  }

  restore(_changelog: ChangelogPartition, record: InputRecord): void {
    this.#features.restore(record);
  }

  async restored(committed: number | null): Promise<void> {
    const { isUsable, position } = await this.#features.load();
    if (isUsable && whyLost(committed, { tier1: position, hasEmitted: false }) === null) {
      this.#features.apply();
      // Each series skips by itself what it includes already; they do not all include the same.
      this.#progress.resume(committed, position);
    } else {
      this.#features.discard();
      this.#progress.rebuild(committed ?? position ?? 0);
    }
  }

  prepare(batch: InputBatch): Promise<void> {
    return this.#options.decoder.prepareAll(batch.records);
  }

  process({ records, nextOffset }: InputBatch, from: number): number {
    let next = from;
    for (; next < records.length && !this.isFull(); next++) {
      this.taken++;
      const offset = records.offset(next);
      this.#outputs.isMuted = this.#progress.isHeldBack(offset);
      try {
        const bar = toCleanBar(this.#options.decoder.decodeAt(records, next));
        this.#cursor.moveTo(records, next);
        this.#headers.standOn(offset, this.#cursor);
        this.#features.onBar(bar, offset, this.#outputs);
      } catch (error) {
        if (!(error instanceof PoisonError)) throw error;
        this.#refuse(records.at(next), error);
      }
      this.#progress.take(offset);
    }
    this.#outputs.isMuted = false;
    if (next === records.length) this.#progress.reach(nextOffset);
    return next;
  }

  idle(): void {}

  hasWork(): boolean {
    return this.#progress.hasMoved || this.#outputs.records > 0;
  }

  hasOutputs(): boolean {
    return this.#outputs.records > 0;
  }

  takeOutputs(): TopicOutput[] {
    return this.#outputs.take();
  }

  isFull(): boolean {
    return this.#progress.isFull(this.#outputs, this.#options.commitLimits);
  }

  takeCommit(): CommitBatch {
    const offset = this.#progress.commit();
    const { groupId, input: topic, features } = this.#options;
    const changelog = new ChangelogBuffer();
    this.#features.takeChanges(changelog);
    return {
      outputs: this.#outputs.take(),
      changelog: changelog.take(),
      positions: [{ groupId, topic, partition: features.partition, offset }],
    };
  }

  #refuse(record: InputRecord, { reason, message: detail }: PoisonError): void {
    const { input: topic, deadLetters, features } = this.#options;
    const refused = { reason, topic, partition: features.partition, record, stage: 'tier1', symbol: null, timeframes: [], detail };
    this.#outputs.add(deadLetters, deadLetter(this.#options.codec, this.#headers, refused));
  }
}

function toCleanBar(record: CleanOhlcv): CleanBar {
  return {
    symbol: record.symbol,
    timeframe: record.timeframe as Timeframe,
    timestampUtc: record.timestamp_utc,
    open: fromNullable(record.open),
    high: fromNullable(record.high),
    low: fromNullable(record.low),
    close: fromNullable(record.close),
    volume: fromNullable(record.volume),
    logReturn1: fromNullable(record.log_return_1),
    spreadEstimate: fromNullable(record.spread_estimate),
    isMissing: record.is_missing,
    isOutlier: record.is_outlier,
    validBar: record.valid_bar,
    sourceId: record.source_id,
    tickCount: fromNullable(record.tick_count),
    isPartial: record.is_partial,
  };
}
