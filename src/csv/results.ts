import type { CleanBar } from '../domain/clean-bar.ts';
import { CLEAN_SCHEMA_VERSION } from '../domain/clean-bar.ts';
import { FEATURE_COLUMNS, type FeatureRow } from '../domain/feature-row.ts';
import type { CorrelationMatrix } from '../domain/matrix.ts';
import { formatDouble } from './numbers.ts';

/** Header lines of the result files. */
export const CLEAN_HEADER =
  'timestamp_utc,symbol,timeframe,open,high,low,close,volume,log_return_1,spread_estimate,is_missing,is_outlier,valid_bar,source_id,schema_version,tick_count,is_partial';
export const FEATURES_HEADER = `symbol,timeframe,timestamp_utc,valid_bar,ml_ready,${FEATURE_COLUMNS.join(',')}`;
/** Of rows with the version of what they mean, and when they went out (UTC epoch ms). */
export const KNOWN_FEATURES_HEADER = `${FEATURES_HEADER},feature_version,emitted`;
export const REJECTED_HEADER = 'row,reason,timeframes';

/** A clean bar as a line of clean.csv, without the line's end. */
export function cleanLine(bar: CleanBar): string {
  return [
    bar.timestampUtc,
    bar.symbol,
    bar.timeframe,
    formatDouble(bar.open),
    formatDouble(bar.high),
    formatDouble(bar.low),
    formatDouble(bar.close),
    formatDouble(bar.volume),
    formatDouble(bar.logReturn1),
    formatDouble(bar.spreadEstimate),
    bar.isMissing,
    bar.isOutlier,
    bar.validBar,
    bar.sourceId ?? '',
    CLEAN_SCHEMA_VERSION,
    formatDouble(bar.tickCount),
    bar.isPartial,
  ].join(',');
}

/** A tier-1 record as a line of tier1.csv, without the line's end. */
export function featureLine(row: FeatureRow): string {
  let line = `${row.symbol},${row.timeframe},${row.timestampUtc},${row.validBar},${row.mlReady}`;
  for (const value of row.values) line += `,${formatDouble(value)}`;
  return line;
}

/** A tier-1 record with its version and when it went out, as a line under KNOWN_FEATURES_HEADER, without the line's end. */
export function knownFeatureLine(row: FeatureRow, featureVersion: string, emittedMs: number): string {
  return `${featureLine(row)},${featureVersion},${emittedMs}`;
}

/** A matrix as a line of tier2.jsonl, without the line's end. */
export function matrixLine(matrix: CorrelationMatrix): string {
  return JSON.stringify({
    universe: matrix.universe,
    timeframe: matrix.timeframe,
    version: matrix.version,
    supersedes: matrix.supersedes,
    window_start: matrix.windowStart,
    window_end: matrix.windowEnd,
    window: matrix.window,
    symbols: matrix.symbols,
    rho: Array.from(matrix.rho, nullable),
    n_obs: Array.from(matrix.nObs),
    std: Array.from(matrix.std, nullable),
    completeness: matrix.completeness,
    missing: matrix.missing,
    metrics: {
      mean_abs_rho: nullable(matrix.meanAbsRho),
      max_abs_rho: nullable(matrix.maxAbsRho),
      dispersion: nullable(matrix.dispersion),
      strong_pairs: matrix.strongPairs.map(({ a, b, rho }) => [a, b, rho]),
    },
  });
}

function nullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
