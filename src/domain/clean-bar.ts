import type { Timeframe } from './timeframe.ts';

/** Written into every clean bar: the version of its column set (spec section 3), not of the Avro schema. */
export const CLEAN_SCHEMA_VERSION = '1.0.0';

/**
 * One clean bar: the 15 columns of spec section 3, then tick_count and is_partial. Null numbers are NaN here and null on the wire.
 * Stages hand the same object over for every bar: read it during the call, copy what must outlive it.
 */
export interface CleanBar {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** END of the slot, UTC epoch ms. */
  timestampUtc: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** ln(close / previous close) where this grid bar and the one before are neither missing nor outlier; else NaN. */
  logReturn1: number;
  spreadEstimate: number;
  isMissing: boolean;
  isOutlier: boolean;
  validBar: boolean;
  /** The closing tick's source; null on a missing bar. */
  sourceId: string | null;
  /** Ticks in the bar, 0 on a missing one; NaN (null) on a raw bar that is not missing. */
  tickCount: number;
  isPartial: boolean;
}
