/**
 * The formulas of spec section 4 in plain two-pass code over whole arrays: what the rolling kernels must agree with. Windows are slices,
 * nothing is carried from one bar to the next. NaN is null.
 */
import type { CleanBar } from '../../src/domain/clean-bar.ts';

const STD_ZERO = 1e-12;
const RELATIVE_ZERO = 1e-12;

/** The last `window` of the values up to and with index `end`; undefined where there are not that many or one is null. */
export function windowOf(values: readonly number[], end: number, window: number): number[] | undefined {
  if (end + 1 < window) return undefined;
  const slice = values.slice(end + 1 - window, end + 1);
  return slice.some(Number.isNaN) ? undefined : slice;
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The mean, then once more over what it left: exact but for its own rounding. */
export function mean(values: readonly number[]): number {
  const first = sum(values) / values.length;
  return first + sum(values.map((value) => value - first)) / values.length;
}

/** Two passes; the second term takes out what the rounding of the mean has put in. */
export function std(values: readonly number[]): number {
  const centre = mean(values);
  const deviations = values.map((value) => value - centre);
  const squares = sum(deviations.map((deviation) => deviation * deviation)) - sum(deviations) ** 2 / values.length;
  return Math.sqrt(Math.max(0, squares) / (values.length - 1));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export function medianDeviation(values: readonly number[]): number {
  const centre = median(values);
  return median(values.map((value) => Math.abs(value - centre)));
}

export function largestMagnitude(values: readonly number[]): number {
  return Math.max(...values.map(Math.abs));
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? Number.NaN : numerator / denominator;
}

const over = (values: readonly number[], end: number, window: number, of: (values: readonly number[]) => number): number => {
  const slice = windowOf(values, end, window);
  return slice === undefined ? Number.NaN : of(slice);
};

/** A feature's value, and how far rounding of the prices that cancel in it may put it off (spec section 6), 0 where none do. */
export interface NaiveFeature {
  value: number;
  looseness: number;
}

/** The features of one series of VALID bars since its start, by name, in order. */
export function naiveFeatures(bars: readonly CleanBar[], isDaily: boolean): Array<Record<string, NaiveFeature>> {
  const closes = bars.map((bar) => bar.close);
  const highs = bars.map((bar) => bar.high);
  const lows = bars.map((bar) => bar.low);
  const returns = bars.map((bar) => bar.logReturn1);
  const spreads = bars.map((bar) => bar.spreadEstimate);
  const trueRanges = bars.map(({ high, low }, t) =>
    t === 0 ? high - low : Math.max(high - low, Math.abs(high - closes[t - 1]!), Math.abs(low - closes[t - 1]!)),
  );
  const moves = closes.map((close, t) => (t === 0 ? Number.NaN : Math.abs(close - closes[t - 1]!)));
  const vol = (t: number, window: number) => {
    const value = over(returns, t, window, std);
    return value <= STD_ZERO ? 0 : value;
  };
  return bars.map((_, t) => {
    const close = closes[t]!;
    const atr = over(trueRanges, t, 14, mean);
    const sma = (window: number, at = t) => over(closes, at, window, mean);
    const slow = sma(50);
    const regime = (sma(20) - slow) / slow;
    const net = t < 10 ? Number.NaN : Math.abs(close - closes[t - 10]!);
    const looseness = atr === 0 ? 0 : (2e-15 * close) / atr;
    const exact = (value: number): NaiveFeature => ({ value, looseness: 0 });
    const loose = (value: number): NaiveFeature => ({ value, looseness });
    const slope = (window: number) => loose(ratio(sma(window) - sma(window, t - 3), atr));
    const distance = (window: number) => loose(ratio(close - sma(window), atr));
    const range = over(highs, t, 12, (values) => Math.max(...values)) - over(lows, t, 12, (values) => Math.min(...values));
    return {
      rolling_return_3: exact(over(returns, t, 3, sum)),
      rolling_return_6: exact(over(returns, t, 6, sum)),
      rolling_return_12: exact(over(returns, t, 12, sum)),
      momentum_score: exact(ratio(over(returns, t, 12, sum), vol(t, 12))),
      vol_6: exact(vol(t, 6)),
      vol_12: exact(vol(t, 12)),
      vol_24: exact(vol(t, 24)),
      atr_normalized: exact(atr / close),
      ma_12_slope: slope(12),
      ma_24_slope: slope(24),
      ma_50_slope: slope(50),
      distance_to_ma_12: distance(12),
      distance_to_ma_24: distance(24),
      distance_to_ma_50: distance(50),
      efficiency_ratio: exact(Math.min(1, ratio(net, over(moves, t, 10, sum)))),
      range_compression: exact(ratio(range, atr)),
      trend_regime: exact(isDaily && !Number.isNaN(regime) ? (regime > 0.02 ? 1 : regime < -0.02 ? -1 : 0) : Number.NaN),
      stress_indicator: exact(isDaily ? ratio(vol(t, 6), vol(t, 24)) : Number.NaN),
      spread_ratio: exact(ratio(over(spreads, t, 6, mean), atr / close)),
    };
  });
}

/** The twin of the last of 60 values: the spec's formula, and the spread (std_60, or 1.4826 MAD) it was divided by. */
export function naiveTwin(window: readonly number[] | undefined, isRobust: boolean): { value: number; spread: number } {
  if (window === undefined) return { value: Number.NaN, spread: Number.NaN };
  const raw = isRobust ? medianDeviation(window) : std(window);
  const spread = isRobust ? 1.4826 * raw : raw;
  if (raw <= RELATIVE_ZERO * largestMagnitude(window)) return { value: Number.NaN, spread };
  const x = window[window.length - 1]!;
  const z = (x - (isRobust ? median(window) : mean(window))) / spread;
  return { value: Math.max(-5, Math.min(5, z)), spread };
}
