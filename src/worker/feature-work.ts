import type { CleanBar } from '../domain/clean-bar.ts';
import type { FeatureSettings } from '../domain/settings.ts';
import { FeatureStage } from '../runtime/feature-stage.ts';
import type { OutputBuffer } from '../runtime/output-buffer.ts';
import type { InputRecord } from '../runtime/ports.ts';
import type { OutputCodec } from './output-codec.ts';
import { SavedFeatures } from './saved-features.ts';

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
  #saved: SavedFeatures | null;

  constructor(settings: FeatureSettings, topics: FeatureTopics, codec: OutputCodec) {
    this.#stage = new FeatureStage(settings);
    this.#topics = topics;
    this.#codec = codec;
    this.#saved = new SavedFeatures(codec, this.#stage.historyBars, settings.mlWindow);
  }

  /** One record of the changelog, in order. */
  restore(record: InputRecord): void {
    this.#saved!.add(record);
  }

  /** The changelog has been read. Gives the highest input position that any series includes, null where there is none. */
  async restored(): Promise<number | null> {
    let position: number | null = null;
    for (const { symbol, timeframe, state } of await this.#saved!.series()) {
      this.#stage.restore(symbol, timeframe, state);
      position = Math.max(position ?? 0, state.since);
    }
    this.#saved = null;
    return position;
  }

  /** Works on one clean bar, closed by the input record at `position`. */
  onBar(bar: CleanBar, position: number, outputs: OutputBuffer, changelog: OutputBuffer): void {
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
