import type { Tier1State } from '../codec/generated/records.ts';
import type { CleanBar } from '../domain/clean-bar.ts';
import type { FeatureSettings } from '../domain/settings.ts';
import type { ChangelogBuffer } from '../runtime/changelog-buffer.ts';
import { FeatureStage } from '../runtime/feature-stage.ts';
import type { OutputBuffer } from '../runtime/output-buffer.ts';
import type { InputRecord } from '../runtime/ports.ts';
import type { OutputCodec } from './output-codec.ts';
import { savedFeatureSeries } from './saved-features.ts';
import { type LoadedState, SavedState } from './saved-state.ts';

/** Where the tier-1 stage of one partition writes. */
export interface FeatureTopics {
  readonly partition: number;
  /** features-tier1 and tier1-changelog, as Kafka knows them. */
  readonly output: string;
  readonly changelog: string;
}

/** The tier-1 stage of one partition with its outputs and its changelog: one row of each for every clean bar. */
export class FeatureWork {
  readonly #stage: FeatureStage;
  readonly #topics: FeatureTopics;
  readonly #codec: OutputCodec;
  readonly #mlWindow: number;
  readonly #saved: SavedState<Tier1State>;

  constructor(settings: FeatureSettings, topics: FeatureTopics, codec: OutputCodec) {
    this.#stage = new FeatureStage(settings);
    this.#topics = topics;
    this.#codec = codec;
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

  /** Writes what of the discarded state is to be deleted. */
  writeRepairs(changelog: ChangelogBuffer): void {
    this.#saved.writeRepairs(changelog, this.#topics.changelog, this.#topics.partition);
  }

  /** Works on one clean bar, closed by the input record at `position`. */
  onBar(bar: CleanBar, position: number, outputs: OutputBuffer, changelog: ChangelogBuffer): void {
    const row = this.#stage.next(bar, position);
    if (row === null) return;
    const { partition } = this.#topics;
    const timestamp = Math.max(0, bar.timestampUtc);
    outputs.add(this.#topics.output, { partition, key: row.symbol, value: this.#codec.featureRow(row), timestamp });
    const entry = this.#stage.entry(bar.symbol, bar.timeframe);
    const { validBars } = entry.series;
    const place = row.validBar ? (validBars.valid - 1) % this.#stage.historyBars : 'last';
    changelog.add(this.#topics.changelog, {
      partition,
      key: `${row.symbol}/${row.timeframe}/${place}`,
      value: this.#codec.tier1State(entry, bar, position + 1),
      timestamp,
    });
  }
}
