import type { Tier1State } from '../codec/generated/records.ts';
import type { CleanBar } from '../domain/clean-bar.ts';
import type { FeatureSettings } from '../domain/settings.ts';
import type { StageHeaders } from '../lineage/stage-headers.ts';
import type { ChangelogBuffer } from '../runtime/changelog-buffer.ts';
import { type FeatureEntry, FeatureStage } from '../runtime/feature-stage.ts';
import type { OutputBuffer } from '../runtime/output-buffer.ts';
import type { InputRecord } from '../runtime/ports.ts';
import type { OutputCodec } from './output-codec.ts';
import { savedFeatureSeries } from './saved-features.ts';
import { type LoadedState, SavedState } from './saved-state.ts';
import { UnsavedRows } from './unsaved-rows.ts';

/** Where the tier-1 stage of one partition writes. */
export interface FeatureTopics {
  readonly partition: number;
  /** features-tier1 and tier1-changelog, as Kafka knows them. */
  readonly output: string;
  readonly changelog: string;
}

/** The tier-1 stage of one partition with its outputs, one row for every clean bar, and its changelog, one row for every valid one. */
export class FeatureWork {
  readonly #stage: FeatureStage;
  readonly #topics: FeatureTopics;
  readonly #codec: OutputCodec;
  readonly #headers: StageHeaders;
  readonly #mlWindow: number;
  readonly #saved: SavedState<Tier1State>;
  readonly #unsaved = new Map<FeatureEntry, UnsavedRows>();

  /** Whoever calls `onBar` has let `headers` stand on the record that the bar is of. */
  constructor(settings: FeatureSettings, topics: FeatureTopics, codec: OutputCodec, headers: StageHeaders) {
    this.#stage = new FeatureStage(settings);
    this.#topics = topics;
    this.#codec = codec;
    this.#headers = headers;
    this.#saved = new SavedState((values) => codec.readTier1States(values));
    this.#mlWindow = settings.mlWindow;
  }

  /** One record of the changelog, in order. */
  restore(record: InputRecord): void {
    this.#saved.add(record);
  }

  /** The changelog has been read: what of it can be used. Nothing is taken over yet. */
  load(): Promise<LoadedState> {
    return this.#saved.load(({ input_offset }) => input_offset);
  }

  /** Takes over what was loaded. */
  apply(): void {
    for (const { symbol, timeframe, state } of savedFeatureSeries(this.#saved.take(), this.#stage.historyBars, this.#mlWindow)) {
      this.#stage.restore(symbol, timeframe, state);
    }
  }

  /** Begins without state; the changelog's is deleted with the next commit. */
  discard(): void {
    this.#saved.discard();
  }

  /** Works on one clean bar, closed by the input record at `position`. */
  onBar(bar: CleanBar, position: number, outputs: OutputBuffer): void {
    const row = this.#stage.next(bar, position);
    if (row === null) return;
    const { partition } = this.#topics;
    const timestamp = Math.max(0, bar.timestampUtc);
    outputs.add(this.#topics.output, {
      partition,
      key: row.symbol,
      value: this.#codec.featureRow(row),
      timestamp,
      encodedHeaders: this.#headers.encode('tier1', row.symbol, row.timeframe, timestamp),
    });
    const entry = this.#stage.entry(bar.symbol, bar.timeframe);
    this.#rowsOf(entry).add(bar, entry.series.validBars, entry.beginnings, position + 1);
  }

  /** Writes what is to be remembered of the bars since the last call. */
  takeChanges(changelog: ChangelogBuffer): void {
    const { changelog: topic, partition } = this.#topics;
    this.#saved.writeRepairs(changelog, topic, partition);
    for (const [entry, rows] of this.#unsaved) {
      const { symbol, timeframe } = entry;
      rows.drain((place, row) => {
        const value = this.#codec.tier1State(symbol, timeframe, row);
        changelog.add(topic, { partition, key: `${symbol}/${timeframe}/${place}`, value, timestamp: Math.max(0, row.timestampUtc) });
      });
    }
  }

  #rowsOf(entry: FeatureEntry): UnsavedRows {
    let rows = this.#unsaved.get(entry);
    if (rows === undefined) {
      rows = new UnsavedRows(this.#stage.historyBars, this.#mlWindow);
      this.#unsaved.set(entry, rows);
    }
    return rows;
  }
}
