import type { DataFrame } from 'danfojs-node';
import { featureVersion } from '../../topology/settings-hash.ts';
import { CLEAN_SCHEMA_VERSION, type CleanBar } from '../domain/clean-bar.ts';
import { FEATURE_COLUMNS, type FeatureRow } from '../domain/feature-row.ts';
import type { CorrelationMatrix } from '../domain/matrix.ts';
import type { Reason } from '../domain/reason.ts';
import type { DomainSettings } from '../domain/settings.ts';
import type { DriverSink } from '../runtime/driver.ts';
import { type SeriesRecord, SeriesRows } from './series-rows.ts';

/**
 * Keeps what an in-process driver gives out, as frames with the columns of the topics.
 *
 *     const recorder = new FrameRecorder(domain);
 *     const driver = new TopologyDriver<unknown>(domain, recorder);
 *     for (const tick of ticks) driver.tick(tick, null);
 *     driver.end();
 *     recorder.bars().print();
 */
export class FrameRecorder implements DriverSink<unknown> {
  /** In the order they were given out: of each universe and timeframe by version. */
  readonly matrices: CorrelationMatrix[] = [];
  /** Rows refused or dropped, by reason. */
  readonly rejected: Partial<Record<Reason, number>> = {};
  readonly #bars = new SeriesRows('clean-ohlcv');
  readonly #tier1 = new SeriesRows('features-tier1');
  readonly #featureVersion: string;

  constructor(domain: DomainSettings) {
    this.#featureVersion = featureVersion(domain.features);
  }

  /** The clean bars so far, of all timeframes: the columns of the topic clean-ohlcv. */
  bars(): DataFrame {
    return this.#bars.frame();
  }

  /** The tier-1 rows so far, of all timeframes: the columns of the topic features-tier1. */
  tier1(): DataFrame {
    return this.#tier1.frame();
  }

  bar(bar: CleanBar): void {
    this.#bars.add(barRecord(bar));
  }

  features(row: FeatureRow): void {
    this.#tier1.add(tier1Record(row, this.#featureVersion));
  }

  matrix(matrix: CorrelationMatrix): void {
    this.matrices.push(matrix);
  }

  refused(reason: Reason): void {
    this.rejected[reason] = (this.rejected[reason] ?? 0) + 1;
  }

  duplicate(): void {
    this.refused('DUPLICATE');
  }
}

function barRecord(bar: CleanBar): SeriesRecord {
  return {
    timestamp_utc: bar.timestampUtc,
    symbol: bar.symbol,
    timeframe: bar.timeframe,
    open: bar.open,
    high: bar.high,
    low: bar.low,
    close: bar.close,
    volume: bar.volume,
    log_return_1: bar.logReturn1,
    spread_estimate: bar.spreadEstimate,
    is_missing: bar.isMissing,
    is_outlier: bar.isOutlier,
    valid_bar: bar.validBar,
    source_id: bar.sourceId,
    schema_version: CLEAN_SCHEMA_VERSION,
    tick_count: bar.tickCount,
    is_partial: bar.isPartial,
  };
}

function tier1Record(row: FeatureRow, version: string): SeriesRecord {
  const record: Record<string, unknown> = {
    symbol: row.symbol,
    timeframe: row.timeframe,
    timestamp_utc: row.timestampUtc,
    feature_version: version,
    valid_bar: row.validBar,
    ml_ready: row.mlReady,
    log_return_1: row.logReturn1,
  };
  FEATURE_COLUMNS.forEach((name, at) => {
    record[name] = row.values[at];
  });
  return record;
}
