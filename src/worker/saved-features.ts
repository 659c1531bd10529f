import type { Tier1State } from '../codec/generated/records.ts';
import type { FeatureInput } from '../domain/feature-series.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import { ValidBars } from '../domain/valid-bars.ts';
import type { FeatureEntryState } from '../runtime/feature-stage.ts';
import { unpackFlags } from './bitmap.ts';
import { fromNullable } from './nullable.ts';

/** One series as the changelog has it. */
export interface SavedFeatureSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly state: FeatureEntryState;
}

/** The series of a tier-1 changelog partition, put together from its records. `historyBars`: rows that a series needs; `mlWindow`: flags it keeps. */
export function savedFeatureSeries(records: readonly Tier1State[], historyBars: number, mlWindow: number): SavedFeatureSeries[] {
  const bySeries = Map.groupBy(records, ({ symbol, timeframe }) => `${symbol}/${timeframe}`);
  return [...bySeries.values()].map((own) => seriesOf(own, historyBars, mlWindow));
}

function seriesOf(records: readonly Tier1State[], historyBars: number, mlWindow: number): SavedFeatureSeries {
  const newest = records.reduce((a, b) => ((b.restarts - a.restarts || b.bars - a.bars) > 0 ? b : a));
  const oldestIndex = newest.valid_bars - historyBars;
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
      validBars: ValidBars.restore(newest.bars, newest.valid_bars, unpackFlags(newest.recent_valid, mlWindow)),
      rows,
      since: newest.input_offset,
      beginnings: newest.restarts,
    },
  };
}
