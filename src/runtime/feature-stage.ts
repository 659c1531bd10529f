import type { CleanBar } from '../domain/clean-bar.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import { type FeatureInput, FeatureSeries, historyBars } from '../domain/feature-series.ts';
import type { FeatureSettings } from '../domain/settings.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { ValidBars } from '../domain/valid-bars.ts';

/** One symbol and timeframe of the stage. */
export interface FeatureEntry {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly series: FeatureSeries;
  /** Input position from which bars count: those closed by records below it are in the state already (set by a restore). */
  since: number;
  /** How often the series has begun anew: its rows are numbered from 0 each time. */
  beginnings: number;
}

/** What a changelog keeps of a series. */
export interface FeatureEntryState {
  readonly validBars: ValidBars;
  /** The last valid bars, oldest first. */
  readonly rows: readonly FeatureInput[];
  /** The input position that the state includes. */
  readonly since: number;
  readonly beginnings: number;
}

/**
 * The second stage of one input partition: clean bars in, tier-1 rows out, one for one, for every symbol and timeframe that the partition
 * carries. Pure, like CleanStage.
 */
export class FeatureStage {
  /** Valid bars that a restore needs: how many rows per series a changelog keeps. */
  readonly historyBars: number;
  readonly #settings: FeatureSettings;
  readonly #entries = new Map<string, FeatureEntry[]>();

  constructor(settings: FeatureSettings) {
    this.#settings = settings;
    this.historyBars = historyBars(settings);
  }

  /**
   * The row of a clean bar, or null where the state includes that bar already (at_least_once reads some input twice). `position` is that
   * of the record that closed the bar. The row is used again for the next bar of its series.
   */
  next(bar: CleanBar, position: number): FeatureRow | null {
    const entry = this.entry(bar.symbol, bar.timeframe);
    if (position < entry.since) return null;
    if (bar.isPartial) entry.beginnings++;
    return entry.series.next(bar);
  }

  /** The series of a symbol and timeframe; a new one where there was none. */
  entry(symbol: string, timeframe: Timeframe): FeatureEntry {
    let entries = this.#entries.get(symbol);
    if (entries === undefined) {
      entries = [];
      this.#entries.set(symbol, entries);
    }
    for (const entry of entries) if (entry.timeframe === timeframe) return entry;
    const entry: FeatureEntry = {
      symbol,
      timeframe,
      series: new FeatureSeries(symbol, timeframe, this.#settings),
      since: 0,
      beginnings: 0,
    };
    entries.push(entry);
    return entry;
  }

  /** Puts a series back as its changelog has it. */
  restore(symbol: string, timeframe: Timeframe, state: FeatureEntryState): void {
    const entry = this.entry(symbol, timeframe);
    entry.series.restore(state.validBars, state.rows);
    entry.since = state.since;
    entry.beginnings = state.beginnings;
  }
}
