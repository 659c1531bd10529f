import type { PartitionTable } from '../../topology/partition-table.ts';
import { PoisonError } from '../codec/errors.ts';
import type { TickDecoder } from '../codec/tick-decoder.ts';
import type { DomainSettings } from '../domain/settings.ts';
import type { LiveClock } from '../domain/symbol-stage.ts';
import { emptyTick } from '../domain/tick.ts';
import { hasBadSymbol } from '../domain/tick-checks.ts';
import { StageHeaders } from '../lineage/stage-headers.ts';
import { ChangelogBuffer } from '../runtime/changelog-buffer.ts';
import { OutputBuffer } from '../runtime/output-buffer.ts';
import type { CommitBatch, InputBatch, InputRecord, InputRecords, RecordHeader, TopicOutput } from '../runtime/ports.ts';
import { RecordCursor } from '../runtime/record-cursor.ts';
import type { ChangelogPartition } from '../runtime/task.ts';
import { type CleanTopics, CleanWork } from './clean-work.ts';
import { type FeatureTopics, FeatureWork } from './feature-work.ts';
import type { HaltLimits } from './halt-limits.ts';
import { type CommitLimits, InputProgress } from './input-progress.ts';
import type { InputTask } from './input-task.ts';
import { keptRecord } from './kept-record.ts';
import { KeyText } from './key-text.ts';
import { whyLost } from './lost-state.ts';
import type { OutputCodec } from './output-codec.ts';

/** Longest symbol and source_id taken, in characters: both stand in every state record, 256 sources a symbol among them. */
const MAX_NAME_CHARS = 1_000;
/** What a record takes in a batch of its own beside its key, value and headers, at the most, bytes. */
const RECORD_OVERHEAD_BYTES = 256;
/** Lengths of a header's key and value, at the most, bytes. */
const RECORD_FIELD_BYTES = 10;

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
  /** What becomes of a tick outside its symbol's partition; `ignore`: nothing, for another pipeline sees to it. */
  readonly misrouted: 'forward' | 'reject' | 'ignore';
  /** The largest record that the tick topic takes, bytes. */
  readonly maxTickBytes: number;
  readonly codec: OutputCodec;
  readonly decoder: TickDecoder;
  /** The wall clock for the live rules, null where they are off. */
  readonly live: (() => LiveClock) | null;
  /** Live only: a slot closes this long after its end by the wall clock, ms; null is off. */
  readonly idleMs: number | null;
  readonly commitLimits: CommitLimits;
  /** Told what becomes of every record; null where no limit is set. */
  readonly haltLimits: HaltLimits | null;
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
  readonly #features: FeatureWork | null;
  readonly #tick = emptyTick();
  readonly #keys = new KeyText();
  readonly #progress = new InputProgress();
  readonly #cursor = new RecordCursor();
  /** The symbol looked up last, and its partition: the next tick is mostly of the same. */
  #lastSymbol = '';
  #lastHome: number | null = null;

  constructor(options: TickTaskOptions) {
    this.#options = options;
    const { input: topic, partition } = options.clean;
    // Tier 1 writes while the clean stage has it stand on the record that closed the bar.
    const headers = new StageHeaders({ topic, partition });
    const features = options.features === null ? null : new FeatureWork(options.domain.features, options.features, options.codec, headers);
    this.#features = features;
    this.clean = new CleanWork(
      options.domain.bars,
      options.clean,
      options.codec,
      this.#outputs,
      headers,
      features && ((bar, position) => features.onBar(bar, position, this.#outputs)),
    );
  }

  /** Where reading goes on; null: at the partition's first record. */
  get nextOffset(): number | null {
    return this.#progress.next;
  }

  restore(changelog: ChangelogPartition, record: InputRecord): void {
    if (changelog.topic === this.#options.clean.changelog) this.clean.restore(record);
    else this.#features?.restore(record);
  }

  async restored(committed: number | null): Promise<void> {
    const [clean, tier1] = await Promise.all([this.clean.load(), this.#features?.load()]);
    const positions = { clean: clean.position, ...(tier1 === undefined ? {} : { tier1: tier1.position }) };
    const isLost = whyLost(committed, { ...positions, hasEmitted: this.clean.hasEmitted }) !== null;
    if (!isLost && clean.isUsable && tier1?.isUsable !== false) {
      this.clean.apply();
      this.#features?.apply();
      this.#progress.resume(committed, clean.position);
    } else {
      this.clean.discard();
      this.#features?.discard();
      this.#progress.rebuild(committed ?? clean.position ?? 0);
    }
  }

  prepare(batch: InputBatch): Promise<void> {
    return this.#options.decoder.prepare(batch.records);
  }

  process(batch: InputBatch, from: number): number {
    const live = this.#options.live?.() ?? null;
    const { haltLimits } = this.#options;
    const { records } = batch;
    let next = from;
    // One tick may close many slots: the limits are looked at before each.
    for (; next < records.length && !this.isFull(); next++) {
      const offset = records.offset(next);
      this.#outputs.isMuted = this.#progress.isHeldBack(offset);
      this.#cursor.moveTo(records, next);
      this.#record(records, next, live);
      this.#progress.take(offset);
      if (haltLimits !== null) this.#noteRefusal(haltLimits, this.#cursor);
    }
    this.#outputs.isMuted = false;
    if (next === records.length) this.#progress.reach(batch.nextOffset);
    return next;
  }

  /** Applies the live idle timer. */
  idle(nowMs: number): void {
    if (this.#options.idleMs === null || this.#progress.isRebuilding || this.isFull()) return;
    this.clean.idle(nowMs, this.#options.idleMs, this.#progress.next ?? 0);
  }

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
    const { input: topic, partition } = this.#options.clean;
    const changelog = new ChangelogBuffer();
    // Tier 1 first: at least once, its state may include bars that the clean state has yet to close again, never the reverse.
    this.#features?.takeChanges(changelog);
    this.clean.takeChanges(changelog, offset);
    return {
      outputs: this.#outputs.take(),
      changelog: changelog.take(),
      positions: [{ groupId: this.#options.groupId, topic, partition, offset }],
    };
  }

  /** What an earlier run has refused, it has judged. */
  #noteRefusal(limits: HaltLimits, record: InputRecord): void {
    const refusal = this.clean.takeRefusal();
    if (!this.#outputs.isMuted) limits.note(record, refusal);
  }

  #record(records: InputRecords, i: number, live: LiveClock | null): void {
    this.taken++;
    const tick = this.#tick;
    const record = this.#cursor;
    try {
      this.#options.decoder.decodeInto(records, i, tick);
    } catch (error) {
      if (!(error instanceof PoisonError)) throw error;
      this.clean.refuse(error.reason, record, null, [], error.message);
      return;
    }
    if (tick.symbol.length > MAX_NAME_CHARS || tick.sourceId.length > MAX_NAME_CHARS) {
      this.clean.refuse('UNDECODABLE', record, null, [], `symbol and source_id may have ${MAX_NAME_CHARS} characters each`);
      return;
    }
    tick.key = this.#keys.at(records, i);
    if (!hasBadSymbol(tick)) {
      if (tick.symbol !== this.#lastSymbol) {
        this.#lastSymbol = tick.symbol;
        this.#lastHome = this.#options.table.partitionOf(tick.symbol);
      }
      if (this.#lastHome !== this.#options.clean.partition) {
        this.#misrouted(record, tick.symbol, this.#lastHome);
        return;
      }
      // Only what is held back can be in the state already.
      if (this.#outputs.isMuted && this.clean.includes(tick.symbol, record.offset)) return;
    }
    this.clean.process(tick, record, live);
  }

  #misrouted(record: InputRecord, symbol: string, home: number | null): void {
    const { input: topic, partition } = this.#options.clean;
    if (home === null) {
      this.clean.refuse('UNLISTED', record, symbol);
      return;
    }
    if (this.#options.misrouted === 'ignore') return;
    if (this.#options.misrouted === 'reject') {
      this.clean.refuse('WRONG_PARTITION', record, symbol, [], `it belongs on partition ${home}`);
      return;
    }
    const kept = keptRecord(record);
    const headers = [...kept.headers, { key: FORWARDED_FROM, value: Buffer.from(`${topic}/${partition}@${record.offset}`) }];
    if (sizeOf(kept, headers) > this.#options.maxTickBytes) {
      this.clean.refuse('WRONG_PARTITION', record, symbol, [], `it belongs on partition ${home} and is too large to be sent on`);
      return;
    }
    this.forwarded++;
    this.#outputs.add(topic, { partition: home, key: kept.key, value: kept.value, timestamp: kept.timestamp, headers });
  }
}

/** What a record would take in the log, at the most. */
function sizeOf({ key, value }: InputRecord, headers: readonly RecordHeader[]): number {
  const ofHeaders = headers.reduce((sum, header) => sum + 3 * header.key.length + (header.value?.length ?? 0) + RECORD_FIELD_BYTES, 0);
  return (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders + RECORD_OVERHEAD_BYTES;
}
