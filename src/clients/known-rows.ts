import type { Tier1Features } from '../codec/generated/records.ts';
import { FEATURE_COLUMNS, type FeatureRow } from '../domain/feature-row.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import { emittedMsOf } from '../lineage/read-lineage.ts';
import type { FeatureConsumer, ReadOptions } from './feature-consumer.ts';

/** Which rows. */
export interface KnownRowsOptions extends Pick<ReadOptions, 'symbols' | 'from' | 'signal' | 'onProgress' | 'onUnreadable'> {
  readonly timeframe?: string;
  /** Only rows that had gone out by then, UTC epoch ms. */
  readonly asOfMs: number;
}

/** A tier-1 row with what tells when it was known, and what it means. */
export interface KnownRow {
  readonly row: FeatureRow;
  /** Wall clock when it went out, UTC epoch ms. */
  readonly emittedMs: number;
  readonly featureVersion: string;
}

/** What was not given, and why. */
export interface LeftOut {
  /** Went out after the time asked for. */
  later: number;
  /** Do not say when they went out: written by a version without headers, or by somebody else. */
  untold: number;
  /** Repeat a row: at least once, a crash may write some twice. The first is when it was known. */
  repeats: number;
}

/** The tier-1 rows that were known at a time, each series in order of time; what is passed over is counted in `leftOut`. */
export async function* knownRows(consumer: FeatureConsumer, options: KnownRowsOptions, leftOut: LeftOut): AsyncGenerator<KnownRow> {
  const { timeframe, asOfMs, ...read } = options;
  /** Time of the newest row by series. */
  const newest = new Map<string, number>();
  for await (const { value, headers } of consumer.read('features-tier1', read)) {
    if (timeframe !== undefined && value.timeframe !== timeframe) continue;
    const series = `${value.timeframe} ${value.symbol}`;
    if (value.timestamp_utc <= (newest.get(series) ?? Number.NEGATIVE_INFINITY)) {
      leftOut.repeats++;
      continue;
    }
    newest.set(series, value.timestamp_utc);
    const emittedMs = emittedMsOf(headers);
    if (emittedMs === null) leftOut.untold++;
    else if (emittedMs > asOfMs) leftOut.later++;
    else yield { row: toFeatureRow(value), emittedMs, featureVersion: value.feature_version };
  }
}

/** A tier-1 record as the domain has it: null numbers are NaN. */
export function toFeatureRow(record: Tier1Features): FeatureRow {
  const numbers = record as unknown as Readonly<Record<string, number | null>>;
  return {
    symbol: record.symbol,
    timeframe: record.timeframe as Timeframe,
    timestampUtc: record.timestamp_utc,
    validBar: record.valid_bar,
    mlReady: record.ml_ready,
    logReturn1: record.log_return_1 ?? Number.NaN,
    values: Float64Array.from(FEATURE_COLUMNS, (name) => numbers[name] ?? Number.NaN),
  };
}
