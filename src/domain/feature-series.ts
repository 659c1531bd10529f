import type { CleanBar } from './clean-bar.ts';
import { FEATURE_COLUMNS, FEATURES, type FeatureName, type FeatureRow, NORMALISED_FEATURES } from './feature-row.ts';
import type { FeatureSettings } from './settings.ts';
import type { Timeframe } from './timeframe.ts';
import type { TwinColumns, Twins } from './twin.ts';
import { createTwins } from './twins.ts';
import { ValidBars } from './valid-bars.ts';
import { RollingMax, RollingMoments, RollingSum, RollingValues, STD_ZERO } from './window.ts';

const LONGEST_AVERAGE = 50;

/** What of a valid bar its features are made from: one row of a task's changelog. NaN is null. */
export interface FeatureInput {
  high: number;
  low: number;
  close: number;
  logReturn1: number;
  spreadEstimate: number;
}

/** Valid bars after which every window, the twins' included, holds nothing older: how many rows a restore needs. */
export function historyBars(settings: FeatureSettings): number {
  const longest = Math.max(
    LONGEST_AVERAGE + settings.slopeLag,
    settings.atrWindow + 1,
    settings.efficiencyWindow + 1,
    settings.rangeWindow,
    settings.spreadWindow,
  );
  return longest + settings.normWindow;
}

const at = Object.fromEntries(FEATURES.map((name, i) => [name, i])) as Record<FeatureName, number>;
/** The twins of a 1D series, and of every other: where their features are null, so are they. */
const DAILY_TWINS = twinColumns(() => true);
const INTRADAY_TWINS = twinColumns((name) => name !== 'stress_indicator');
const AVERAGES = [
  { window: 12, slope: at.ma_12_slope, distance: at.distance_to_ma_12 },
  { window: 24, slope: at.ma_24_slope, distance: at.distance_to_ma_24 },
  { window: 50, slope: at.ma_50_slope, distance: at.distance_to_ma_50 },
] as const;

/** A moving average of closes and its own last values, from which its slope is taken. */
class Average {
  readonly #closes: RollingSum;
  readonly #means: RollingValues;
  /** The average over the last closes, NaN where there are not enough. */
  mean = Number.NaN;

  constructor(window: number, slopeLag: number, count: number) {
    this.#closes = new RollingSum(window, count);
    this.#means = new RollingValues(slopeLag + 1, count);
  }

  push(close: number): void {
    this.#closes.push(close);
    this.mean = this.#closes.mean();
    this.#means.push(this.mean);
  }

  /** The average less itself `slopeLag` bars before, NaN where either is not there. */
  slope(): number {
    return this.#means.change();
  }
}

/** Every window over valid bars; all begin at the same count, so that a restore continues with the same bits. */
class FeatureWindows {
  readonly returns3: RollingSum;
  readonly returns6: RollingMoments;
  readonly returns12: RollingMoments;
  readonly returns24: RollingMoments;
  readonly trueRange: RollingSum;
  readonly averages: readonly Average[];
  /** The fast side of trend_regime; null but on 1D. */
  readonly average20: RollingSum | null;
  readonly closes: RollingValues;
  readonly moves: RollingSum;
  readonly highs: RollingMax;
  readonly negatedLows: RollingMax;
  readonly spreads: RollingSum;
  readonly twins: Twins;
  previousClose = Number.NaN;

  constructor(settings: FeatureSettings, isDaily: boolean, count: number) {
    this.returns3 = new RollingSum(3, count);
    this.returns6 = new RollingMoments(6, count);
    this.returns12 = new RollingMoments(12, count);
    this.returns24 = new RollingMoments(24, count);
    this.trueRange = new RollingSum(settings.atrWindow, count);
    this.averages = AVERAGES.map(({ window }) => new Average(window, settings.slopeLag, count));
    this.average20 = isDaily ? new RollingSum(20, count) : null;
    this.closes = new RollingValues(settings.efficiencyWindow + 1, count);
    this.moves = new RollingSum(settings.efficiencyWindow, count);
    this.highs = new RollingMax(settings.rangeWindow, count);
    this.negatedLows = new RollingMax(settings.rangeWindow, count);
    this.spreads = new RollingSum(settings.spreadWindow, count);
    this.twins = createTwins(settings.normalizer, settings.normWindow, count, isDaily ? DAILY_TWINS : INTRADAY_TWINS);
  }
}

/** Tier-1 features of one symbol and timeframe: one row for every clean bar, null where the bar is not valid (spec section 4). */
export class FeatureSeries {
  readonly #settings: FeatureSettings;
  readonly #isDaily: boolean;
  readonly #row: FeatureRow;
  #validBars: ValidBars;
  #windows: FeatureWindows;

  constructor(symbol: string, timeframe: Timeframe, settings: FeatureSettings) {
    this.#settings = settings;
    this.#isDaily = timeframe === '1D';
    this.#row = {
      symbol,
      timeframe,
      timestampUtc: 0,
      validBar: false,
      mlReady: false,
      logReturn1: Number.NaN,
      values: new Float64Array(FEATURE_COLUMNS.length).fill(Number.NaN),
    };
    this.#validBars = new ValidBars(settings.mlWindow);
    this.#windows = new FeatureWindows(settings, this.#isDaily, 0);
  }

  /** The grid bars of the series so far and which of the last ones were valid. */
  get validBars(): ValidBars {
    return this.#validBars;
  }

  /** The row of the next bar in grid order. A partial bar starts the series over. The returned object is used again for the next row. */
  next(bar: CleanBar): FeatureRow {
    if (bar.isPartial) this.#begin(new ValidBars(this.#settings.mlWindow));
    this.#validBars.push(bar.validBar);
    const row = this.#row;
    row.timestampUtc = bar.timestampUtc;
    row.validBar = bar.validBar;
    row.mlReady = false;
    row.logReturn1 = bar.validBar ? bar.logReturn1 : Number.NaN;
    if (bar.validBar) {
      this.#compute(bar, row.values);
      row.mlReady = this.#isMlReady(row.values);
    } else {
      row.values.fill(Number.NaN);
    }
    return row;
  }

  /**
   * Takes up after the bar that `validBars` counts last. `rows` are the last valid bars, oldest first: `historyBars` of them, or all there
   * were; the next rows have the same bits as if the series had never stopped.
   */
  restore(validBars: ValidBars, rows: readonly FeatureInput[]): void {
    this.#begin(validBars, validBars.valid - rows.length);
    for (const row of rows) this.#compute(row, this.#row.values);
  }

  #begin(validBars: ValidBars, count = 0): void {
    this.#validBars = validBars;
    this.#windows = new FeatureWindows(this.#settings, this.#isDaily, count);
  }

  #compute(bar: FeatureInput, values: Float64Array): void {
    const windows = this.#windows;
    const { close } = bar;
    pushBar(windows, bar);
    const meanTrueRange = windows.trueRange.mean();

    const return12 = windows.returns12.sum();
    const vol6 = volatility(windows.returns6);
    const vol12 = volatility(windows.returns12);
    const vol24 = volatility(windows.returns24);
    values[at.rolling_return_3] = windows.returns3.sum();
    values[at.rolling_return_6] = windows.returns6.sum();
    values[at.rolling_return_12] = return12;
    values[at.momentum_score] = ratio(return12, vol12);
    values[at.vol_6] = vol6;
    values[at.vol_12] = vol12;
    values[at.vol_24] = vol24;
    const atrNormalized = meanTrueRange / close;
    values[at.atr_normalized] = finite(atrNormalized);
    for (let i = 0; i < AVERAGES.length; i++) {
      const average = windows.averages[i]!;
      values[AVERAGES[i]!.slope] = ratio(average.slope(), meanTrueRange);
      values[AVERAGES[i]!.distance] = ratio(close - average.mean, meanTrueRange);
    }
    values[at.efficiency_ratio] = efficiency(windows);
    values[at.range_compression] = ratio(windows.highs.max() + windows.negatedLows.max(), meanTrueRange);
    values[at.trend_regime] = trendRegime(windows, this.#settings.trendThreshold);
    values[at.stress_indicator] = this.#isDaily ? ratio(vol6, vol24) : Number.NaN;
    values[at.spread_ratio] = ratio(windows.spreads.mean(), atrNormalized);
    windows.twins.next(values);
  }

  #isMlReady(values: Float64Array): boolean {
    if (this.#validBars.recent < this.#settings.mlMinValid) return false;
    if (this.#isDaily && Number.isNaN(values[at.trend_regime]!)) return false;
    const { to } = this.#isDaily ? DAILY_TWINS : INTRADAY_TWINS;
    for (let i = 0; i < to.length; i++) if (Number.isNaN(values[to[i]!]!)) return false;
    return true;
  }
}

function twinColumns(isIn: (name: FeatureName) => boolean): TwinColumns {
  const names = NORMALISED_FEATURES.filter(isIn);
  return {
    from: Int32Array.from(names, (name) => at[name]),
    to: Int32Array.from(names, (name) => FEATURES.length + NORMALISED_FEATURES.indexOf(name)),
  };
}

function pushBar(windows: FeatureWindows, bar: FeatureInput): void {
  const { high, low, close, logReturn1 } = bar;
  const previous = windows.previousClose;
  const hasPrevious = !Number.isNaN(previous);
  windows.returns3.push(logReturn1);
  windows.returns6.push(logReturn1);
  windows.returns12.push(logReturn1);
  windows.returns24.push(logReturn1);
  windows.trueRange.push(hasPrevious ? Math.max(high - low, Math.abs(high - previous), Math.abs(low - previous)) : high - low);
  for (let i = 0; i < windows.averages.length; i++) windows.averages[i]!.push(close);
  windows.average20?.push(close);
  windows.closes.push(close);
  windows.moves.push(Math.abs(close - previous));
  windows.highs.push(high);
  windows.negatedLows.push(-low);
  windows.spreads.push(bar.spreadEstimate);
  windows.previousClose = close;
}

/** |c_t - c_{t-w}| / sum of the w last moves, clipped to [0, 1]. */
function efficiency(windows: FeatureWindows): number {
  return Math.min(1, ratio(Math.abs(windows.closes.change()), windows.moves.sum()));
}

/** Of a 1D series; NaN on every other. */
function trendRegime(windows: FeatureWindows, threshold: number): number {
  if (windows.average20 === null) return Number.NaN;
  const slow = windows.averages[2]!.mean;
  const difference = (windows.average20.mean() - slow) / slow;
  if (Number.isNaN(difference)) return Number.NaN;
  return difference > threshold ? 1 : difference < -threshold ? -1 : 0;
}

/** Standard deviation of log returns, 0 by the zero rule. */
function volatility(returns: RollingMoments): number {
  const std = returns.std();
  return std <= STD_ZERO ? 0 : std;
}

/** Division by 0 gives null, and so does a result that no double holds. */
function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? Number.NaN : finite(numerator / denominator);
}

function finite(value: number): number {
  return Math.abs(value) < Number.POSITIVE_INFINITY ? value : Number.NaN;
}
