import type { Tier1State } from '../codec/generated/records.ts';
import type { FeatureInput } from '../domain/feature-series.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import { ValidBars } from '../domain/valid-bars.ts';
import type { FeatureEntryState } from '../runtime/feature-stage.ts';
import type { InputRecord } from '../runtime/ports.ts';
import { unpackFlags } from './bitmap.ts';
import { fromNullable } from './nullable.ts';
import type { OutputCodec } from './output-codec.ts';

/** One series as the changelog has it. */
export interface SavedFeatureSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly state: FeatureEntryState;
}

/** What a tier-1 changelog partition holds: gathers its records by key and puts the series together from them. */
export class SavedFeatures {
  readonly #codec: OutputCodec;
  readonly #historyBars: number;
  readonly #mlWindow: number;
  readonly #values = new Map<string, Buffer>();

  /** `historyBars`: rows that a series needs; `mlWindow`: bars that its flags of validity reach back. */
  constructor(codec: OutputCodec, historyBars: number, mlWindow: number) {
    this.#codec = codec;
    this.#historyBars = historyBars;
    this.#mlWindow = mlWindow;
  }

  /** Takes the next record; a later one of a key replaces an earlier one. */
  add(record: InputRecord): void {
    const key = record.key?.toString('utf8') ?? '';
    if (record.value === null) this.#values.delete(key);
    else this.#values.set(key, record.value);
  }

  /** Every series; the records of one series stand together under its symbol and timeframe. */
  async series(): Promise<SavedFeatureSeries[]> {
    const records = await this.#codec.readTier1States([...this.#values.values()]);
    const bySeries = Map.groupBy(records, ({ symbol, timeframe }) => `${symbol}/${timeframe}`);
    return [...bySeries.values()].map((own) => this.#seriesOf(own));
  }

  #seriesOf(records: readonly Tier1State[]): SavedFeatureSeries {
    const newest = records.reduce((a, b) => ((b.restarts - a.restarts || b.bars - a.bars) > 0 ? b : a));
    const oldestIndex = newest.valid_bars - this.#historyBars;
    const rows = records
      // Rows of an earlier beginning, or left over in a ring that is not full yet, do not count.
      .filter(({ row, restarts }) => row !== null && restarts === newest.restarts && row.index >= oldestIndex)
      .sort((a, b) => a.row!.index - b.row!.index)
      .map(
        ({ row }): FeatureInput => ({
          high: row!.high,
          low: row!.low,
          close: row!.close,
          logReturn1: fromNullable(row!.log_return_1),
          spreadEstimate: fromNullable(row!.spread_estimate),
        }),
      );
    return {
      symbol: newest.symbol,
      timeframe: newest.timeframe as Timeframe,
      state: {
        validBars: ValidBars.restore(newest.bars, newest.valid_bars, unpackFlags(newest.recent_valid, this.#mlWindow)),
        rows,
        since: newest.input_offset,
        beginnings: newest.restarts,
      },
    };
  }
}
