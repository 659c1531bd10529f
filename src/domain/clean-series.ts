import type { CleanBar } from './clean-bar.ts';
import type { BarSettings } from './settings.ts';
import type { Timeframe } from './timeframe.ts';
import { RollingMoments, STD_ZERO } from './window.ts';

/** A price at or below this is no price (spec section 3). */
const SMALLEST_PRICE = 1e-10;
/** A move of a bar larger than this is an outlier. */
const LARGEST_RETURN = 0.15;
/** Returns before the bar that its own is compared with, and how many of their standard deviations it may be off their mean. */
const OUTLIER_WINDOW = 20;
const OUTLIER_STDS = 5;

/** A bar as built from ticks or read from a file, before it is judged. NaN is null. */
export interface RawBar {
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** The bar's own spread as a fraction of the price, by the settings' mode. */
  rawSpread: number;
  sourceId: string;
  tickCount: number;
}

/** What a clean series must remember between bars, for a snapshot. */
export interface CleanSeriesState {
  previousClose: number;
  previousClean: boolean;
  spreadAverage: number;
  /** Bars judged so far that were not missing: the phase of the outlier window. */
  returnsSeen: number;
  /** The last returns, oldest first, at most OUTLIER_WINDOW. */
  recentReturns: number[];
}

/** Judges the bars of one symbol and timeframe in order: flags and never corrections (spec section 3). */
export class CleanSeries {
  readonly #bar: CleanBar;
  readonly #minVolume: number;
  readonly #spreadAlpha: number;
  /** Close of the last bar that was not missing, outliers included. */
  #previousClose = Number.NaN;
  /** The grid bar before was neither missing nor outlier. */
  #previousClean = false;
  #spreadAverage = Number.NaN;
  #returns = new RollingMoments(OUTLIER_WINDOW);

  constructor(symbol: string, timeframe: Timeframe, settings: Pick<BarSettings, 'minVolume' | 'spreadAlpha'>) {
    this.#minVolume = settings.minVolume;
    this.#spreadAlpha = settings.spreadAlpha;
    this.#bar = {
      symbol,
      timeframe,
      timestampUtc: 0,
      open: Number.NaN,
      high: Number.NaN,
      low: Number.NaN,
      close: Number.NaN,
      volume: Number.NaN,
      logReturn1: Number.NaN,
      spreadEstimate: Number.NaN,
      isMissing: true,
      isOutlier: false,
      validBar: false,
      sourceId: null,
      tickCount: 0,
      isPartial: false,
    };
  }

  /** Forgets all bars: the series restarts after a gap. */
  restart(): void {
    this.#previousClose = Number.NaN;
    this.#previousClean = false;
    this.#spreadAverage = Number.NaN;
    this.#returns = new RollingMoments(OUTLIER_WINDOW);
  }

  /** The clean bar of a slot without ticks. The returned object is used again for the next bar. */
  missing(timestampUtc: number, isPartial: boolean): CleanBar {
    const bar = this.#bar;
    bar.timestampUtc = timestampUtc;
    bar.open = bar.high = bar.low = bar.close = bar.volume = bar.logReturn1 = bar.spreadEstimate = Number.NaN;
    bar.isMissing = true;
    bar.isOutlier = bar.validBar = false;
    bar.sourceId = null;
    bar.tickCount = 0;
    bar.isPartial = isPartial;
    this.#previousClean = false;
    return bar;
  }

  /** The clean bar of a slot with ticks, or of a raw bar. The returned object is used again for the next bar. */
  judge(raw: RawBar, timestampUtc: number, isPartial: boolean): CleanBar {
    const bar = this.#bar;
    bar.timestampUtc = timestampUtc;
    bar.open = raw.open;
    bar.high = raw.high;
    bar.low = raw.low;
    bar.close = raw.close;
    bar.volume = raw.volume;
    bar.isMissing = false;
    bar.sourceId = raw.sourceId;
    bar.tickCount = raw.tickCount;
    bar.isPartial = isPartial;

    const move = this.#logReturn(raw.close);
    bar.isOutlier = isInconsistent(raw) || Math.abs(move) > LARGEST_RETURN || this.#isJump(move);
    bar.logReturn1 = this.#previousClean && !bar.isOutlier ? move : Number.NaN;
    // A null volume counts 0.
    bar.validBar = !bar.isOutlier && (raw.volume >= this.#minVolume || (Number.isNaN(raw.volume) && this.#minVolume <= 0));
    bar.spreadEstimate = bar.isOutlier ? Number.NaN : this.#averageSpread(raw.rawSpread);

    this.#returns.push(move);
    this.#previousClose = raw.close;
    this.#previousClean = !bar.isOutlier;
    return bar;
  }

  /** A copy of what must outlive the process. */
  snapshot(): CleanSeriesState {
    return {
      previousClose: this.#previousClose,
      previousClean: this.#previousClean,
      spreadAverage: this.#spreadAverage,
      returnsSeen: this.#returns.count,
      recentReturns: this.#returns.toArray(),
    };
  }

  /** Takes up where the snapshot was made; goes on with the same bits. */
  restore(state: CleanSeriesState): void {
    this.#previousClose = state.previousClose;
    this.#previousClean = state.previousClean;
    this.#spreadAverage = state.spreadAverage;
    this.#returns = new RollingMoments(OUTLIER_WINDOW, state.returnsSeen - state.recentReturns.length);
    for (const value of state.recentReturns) this.#returns.push(value);
  }

  #logReturn(close: number): number {
    return close > SMALLEST_PRICE && this.#previousClose > SMALLEST_PRICE ? Math.log(close / this.#previousClose) : Number.NaN;
  }

  #isJump(move: number): boolean {
    if (Number.isNaN(move) || !this.#returns.isFull) return false;
    const std = this.#returns.std();
    return std > STD_ZERO && Math.abs(this.#returns.deviation(move)) > OUTLIER_STDS * std;
  }

  #averageSpread(rawSpread: number): number {
    if (Number.isNaN(rawSpread)) return this.#spreadAverage;
    this.#spreadAverage = Number.isNaN(this.#spreadAverage)
      ? rawSpread
      : this.#spreadAlpha * rawSpread + (1 - this.#spreadAlpha) * this.#spreadAverage;
    return this.#spreadAverage;
  }
}

/** High and low that do not hold the other prices, or a price that is none. Comparisons with NaN are false, so null is caught by the last line. */
function isInconsistent(raw: RawBar): boolean {
  if (raw.high < Math.max(raw.open, raw.close) || raw.low > Math.min(raw.open, raw.close) || raw.high < raw.low) return true;
  return !(raw.open > SMALLEST_PRICE && raw.high > SMALLEST_PRICE && raw.low > SMALLEST_PRICE && raw.close > SMALLEST_PRICE);
}
