import type { Timeframe } from './timeframe.ts';

/** Tier-1 features in the order of the wire and of tier1.csv. The last four stand apart: the 1D-only two and those without a twin. */
export const FEATURES = [
  'rolling_return_3',
  'rolling_return_6',
  'rolling_return_12',
  'momentum_score',
  'vol_6',
  'vol_12',
  'vol_24',
  'atr_normalized',
  'ma_12_slope',
  'ma_24_slope',
  'ma_50_slope',
  'distance_to_ma_12',
  'distance_to_ma_24',
  'distance_to_ma_50',
  'efficiency_ratio',
  'range_compression',
  'trend_regime',
  'stress_indicator',
  'spread_ratio',
] as const;

export type FeatureName = (typeof FEATURES)[number];

/** Features that have a twin `<name>_norm`, in wire order: all but the category and the spread. */
export const NORMALISED_FEATURES = FEATURES.filter((name) => name !== 'trend_regime' && name !== 'spread_ratio');

/** Value columns of a tier-1 record in wire order: the features, then their twins. */
export const FEATURE_COLUMNS: readonly string[] = [...FEATURES, ...NORMALISED_FEATURES.map((name) => `${name}_norm`)];

/** One tier-1 record, handed over again and again like CleanBar. */
export interface FeatureRow {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** END of the bar's slot, UTC epoch ms. */
  timestampUtc: number;
  validBar: boolean;
  mlReady: boolean;
  /** log_return_1 of the bar, NaN where the bar is not valid: what the join reads. */
  logReturn1: number;
  /** FEATURE_COLUMNS in order; NaN is null. */
  readonly values: Float64Array;
}
