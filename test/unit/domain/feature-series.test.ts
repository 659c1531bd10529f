import { describe, expect, it } from 'vitest';
import type { CleanBar } from '../../../src/domain/clean-bar.ts';
import { FEATURE_COLUMNS, FEATURES } from '../../../src/domain/feature-row.ts';
import { FeatureSeries } from '../../../src/domain/feature-series.ts';
import { DEFAULT_FEATURES, type FeatureSettings } from '../../../src/domain/settings.ts';
import type { Timeframe } from '../../../src/domain/timeframe.ts';
import { cleanBar } from './support.ts';

const NULL = Number.NaN;

interface Row {
  validBar: boolean;
  mlReady: boolean;
  logReturn1: number;
  [column: string]: number | boolean;
}

/** A row for every bar, its values by column name. */
function featuresOf(bars: readonly CleanBar[], timeframe: Timeframe = '1m', settings: Partial<FeatureSettings> = {}): Row[] {
  const series = new FeatureSeries('EURUSD', timeframe, { ...DEFAULT_FEATURES, ...settings });
  return bars.map((bar) => {
    const { validBar, mlReady, logReturn1, values } = series.next(bar);
    return { validBar, mlReady, logReturn1, ...Object.fromEntries(FEATURE_COLUMNS.map((name, i) => [name, values[i]!])) };
  });
}

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** Bars with the closes given, high and low 1 either side, and the log return from the bar before. */
function barsOf(closes: readonly number[]): CleanBar[] {
  return closes.map((close, i) =>
    cleanBar(i, close, {
      high: close + 1,
      low: close - 1,
      logReturn1: i === 0 ? NULL : Math.log(close / closes[i - 1]!),
      spreadEstimate: 0.01,
      isPartial: i === 0,
    }),
  );
}

/** Closes 100, 101, 102 …: every true range is 2. */
const line = (count: number) => barsOf(times(count, (i) => 100 + i));
/** Bars with the log returns given and nothing else of interest. */
const withReturns = (returns: readonly number[]) => returns.map((logReturn1, i) => cleanBar(i, 100, { logReturn1 }));
/** A series on which every feature varies: two waves. */
const waves = (count: number) => barsOf(times(count, (i) => 100 + 3 * Math.sin(i / 3) + 7 * Math.sin(i / 11)));
const last = <T>(items: readonly T[]): T => items[items.length - 1]!;

describe('features of log returns (spec section 4)', () => {
  const returns = [NULL, ...times(24, (i) => (i + 1) / 1_000)];
  const rows = featuresOf(withReturns(returns));

  it.each([3, 6, 12])('rolling_return_%d is the sum of the last log returns', (window) => {
    expect(last(rows)[`rolling_return_${window}`]).toBeCloseTo(returns.slice(-window).reduce((sum, r) => sum + r) / 1, 14);
  });

  it.each([6, 12, 24])('vol_%d is their sample standard deviation', (window) => {
    // n consecutive whole numbers have the sample variance n(n + 1) / 12.
    expect(last(rows)[`vol_${window}`]).toBeCloseTo(Math.sqrt((window * (window + 1)) / 12) / 1_000, 14);
  });

  it('momentum_score is rolling_return_12 / vol_12', () => {
    expect(last(rows).momentum_score).toBeCloseTo(0.222 / (Math.sqrt(13) / 1_000), 10);
  });

  it('a standard deviation of at most 1e-12 counts as 0, and what is divided by it is null', () => {
    const noise = featuresOf(withReturns(times(30, (i) => 0.001 + (i % 2) * 1e-13)), '1D');
    expect(last(noise)).toMatchObject({ vol_6: 0, vol_12: 0, vol_24: 0, momentum_score: NULL, stress_indicator: NULL });
    const signal = featuresOf(withReturns(times(30, (i) => 0.001 + (i % 2) * 1e-11)));
    expect(last(signal).vol_6).toBeCloseTo(0.5e-11 * Math.sqrt(6 / 5), 15);
    expect(last(signal).momentum_score).not.toBeNaN();
  });
});

describe('features of prices', () => {
  const row = last(featuresOf(line(60)));

  it.each([
    ['atr_normalized', 2 / 159],
    ['ma_12_slope', 3 / 2],
    ['ma_24_slope', 3 / 2],
    ['ma_50_slope', 3 / 2],
    ['distance_to_ma_12', 5.5 / 2],
    ['distance_to_ma_24', 11.5 / 2],
    ['distance_to_ma_50', 24.5 / 2],
    ['efficiency_ratio', 1],
    ['range_compression', 13 / 2],
    ['spread_ratio', 0.01 / (2 / 159)],
  ])('%s on closes that rise by 1 with a true range of 2', (name, expected) => {
    expect(row[name]).toBeCloseTo(expected, 12);
  });

  it('a true range reaches to the close before; the first bar’s is high - low', () => {
    const flat = (i: number, fields = {}) => cleanBar(i, 100, { high: 101, low: 99, ...fields });
    const first = [flat(0, { high: 120, low: 90 }), ...times(13, (i) => flat(i + 1))];
    expect(last(featuresOf(first)).atr_normalized).toBeCloseTo((30 + 13 * 2) / 14 / 100, 14);
    const gapUp = [...times(13, (i) => flat(i)), cleanBar(13, 110, { high: 111, low: 109 })];
    expect(last(featuresOf(gapUp)).atr_normalized).toBeCloseTo((13 * 2 + 11) / 14 / 110, 14);
    const gapDown = [...times(13, (i) => flat(i)), cleanBar(13, 90, { high: 91, low: 89 })];
    expect(last(featuresOf(gapDown)).atr_normalized).toBeCloseTo((13 * 2 + 11) / 14 / 90, 14);
  });

  it('a true range reaches over bars that are not valid to the last valid close', () => {
    const flat = (i: number, fields = {}) => cleanBar(i, 100, { high: 101, low: 99, ...fields });
    const bars = [...times(13, (i) => flat(i)), cleanBar(13, 500, { validBar: false }), cleanBar(14, 110, { high: 111, low: 109 })];
    expect(last(featuresOf(bars)).atr_normalized).toBeCloseTo((13 * 2 + 11) / 14 / 110, 14);
  });

  it('efficiency_ratio is the way made over the way gone', () => {
    const zigzag = barsOf(times(20, (i) => 100 + (i % 2)));
    expect(last(featuresOf(zigzag)).efficiency_ratio).toBe(0);
    const detour = barsOf([100, 103, 102, 105, 104, 107, 106, 109, 108, 111, 110]);
    expect(last(featuresOf(detour)).efficiency_ratio).toBeCloseTo(10 / 20, 14);
  });

  it('spread_ratio is the mean of 6 spread estimates over atr_normalized, null while one of them is null', () => {
    const bars = line(30).map((bar, i) => ({ ...bar, spreadEstimate: i === 20 ? NULL : i }));
    const rows = featuresOf(bars);
    expect(rows[19]?.spread_ratio).toBeCloseTo(16.5 / (2 / 119), 10);
    expect(times(6, (i) => rows[20 + i]?.spread_ratio)).toEqual(times(6, () => NULL));
    expect(rows[26]?.spread_ratio).toBeCloseTo(23.5 / (2 / 126), 10);
  });

  it('on prices that never move nothing is divided by zero: null', () => {
    const rows = featuresOf(
      times(130, (i) => cleanBar(i, 1.1, { logReturn1: 0, spreadEstimate: 0.01 })),
      '1D',
    );
    expect(last(rows)).toMatchObject({
      rolling_return_12: 0,
      vol_24: 0,
      atr_normalized: 0,
      momentum_score: NULL,
      ma_12_slope: NULL,
      distance_to_ma_50: NULL,
      efficiency_ratio: NULL,
      range_compression: NULL,
      stress_indicator: NULL,
      spread_ratio: NULL,
      trend_regime: 0,
      rolling_return_12_norm: NULL,
      atr_normalized_norm: NULL,
      ma_12_slope_norm: NULL,
    });
  });
});

describe('features of 1D alone', () => {
  /** 30 closes of 100, then 20 of `close`: trend_regime turns where close passes 3060/29.6 and 2940/30.4. */
  const step = (close: number) => barsOf([...times(30, () => 100), ...times(20, () => close)]);

  it.each([
    [103.38, 1],
    [103.37, 0],
    [100, 0],
    [96.72, 0],
    [96.7, -1],
  ])('trend_regime after a step from 100 to %d is %d', (close, regime) => {
    expect(last(featuresOf(step(close), '1D')).trend_regime).toBe(regime);
  });

  it('trend_regime is null until SMA_50 exists', () => {
    const regimes = featuresOf(step(110), '1D').map((row) => row.trend_regime);
    expect(regimes).toEqual([...times(49, () => NULL), 1]);
  });

  it('stress_indicator is vol_6 / vol_24', () => {
    const rows = featuresOf(withReturns(times(24, (i) => (i % 2 === 0 ? 0.01 : -0.01))), '1D');
    expect(last(rows).stress_indicator).toBeCloseTo(Math.sqrt(6 / 5 / (24 / 23)), 12);
  });

  it.each(['1s', '1m', '5m', '15m', '1H', '4H'] as const)('both are null on %s', (timeframe) => {
    expect(last(featuresOf(waves(150), timeframe))).toMatchObject({
      trend_regime: NULL,
      stress_indicator: NULL,
      stress_indicator_norm: NULL,
    });
  });
});

describe('when a feature is there', () => {
  const FIRST_BAR: Record<string, number> = {
    rolling_return_3: 4,
    rolling_return_6: 7,
    rolling_return_12: 13,
    momentum_score: 13,
    vol_6: 7,
    vol_12: 13,
    vol_24: 25,
    atr_normalized: 14,
    ma_12_slope: 15,
    ma_24_slope: 27,
    ma_50_slope: 53,
    distance_to_ma_12: 14,
    distance_to_ma_24: 24,
    distance_to_ma_50: 50,
    efficiency_ratio: 11,
    range_compression: 14,
    trend_regime: 50,
    stress_indicator: 25,
    spread_ratio: 14,
  };
  const rows = featuresOf(waves(200), '1D');

  it.each(FEATURES)('%s from its first full window on, and its twin 59 bars later', (name) => {
    const first = FIRST_BAR[name]! - 1;
    expect(rows.map((row) => Number.isNaN(row[name]))).toEqual(times(200, (i) => i < first));
    const twin = `${name}_norm`;
    if (name === 'trend_regime' || name === 'spread_ratio') expect(FEATURE_COLUMNS).not.toContain(twin);
    else expect(rows.map((row) => Number.isNaN(row[twin]))).toEqual(times(200, (i) => i < first + 59));
  });

  it('a null log return makes the windows that hold it null, and only those', () => {
    const bars = waves(200);
    bars[100] = { ...bars[100]!, logReturn1: NULL };
    const holes = featuresOf(bars, '1D');
    for (const [name, window] of [
      ['rolling_return_3', 3],
      ['vol_6', 6],
      ['momentum_score', 12],
      ['vol_24', 24],
      ['stress_indicator', 24],
    ] as const) {
      expect(times(60, (i) => Number.isNaN(holes[100 + i]![name]))).toEqual(times(60, (i) => i < window));
      expect(times(100, (i) => Number.isNaN(holes[100 + i]![`${name}_norm`]))).toEqual(times(100, (i) => i < window + 59));
    }
    expect(holes[100]).toMatchObject({ ma_12_slope: rows[100]?.ma_12_slope, atr_normalized: rows[100]?.atr_normalized });
  });
});

describe('bars that are not valid', () => {
  it('give a record with nulls alone, and no log return for the join', () => {
    const bars = waves(130);
    bars[129] = { ...bars[129]!, validBar: false };
    const row = last(featuresOf(bars, '1D'));
    expect(row).toMatchObject({ validBar: false, mlReady: false, logReturn1: NULL });
    expect(FEATURE_COLUMNS.map((name) => row[name])).toEqual(FEATURE_COLUMNS.map(() => NULL));
  });

  it('enter no window: the rows of the valid bars are those of a series without the others', () => {
    const valid = waves(200);
    const mixed = valid.flatMap((bar, i) =>
      i % 7 === 3 ? [{ ...bar, high: 900, low: 1, close: 500, logReturn1: 9, validBar: false }, bar] : [bar],
    );
    const without = featuresOf(valid, '1D').map((row) => ({ ...row, mlReady: false }));
    const among = featuresOf(mixed, '1D').filter((row) => row.validBar);
    expect(among.map((row) => ({ ...row, mlReady: false }))).toEqual(without);
  });

  it('that are valid carry their log return, null or not', () => {
    const rows = featuresOf(withReturns([NULL, 0.5]));
    expect(rows.map((row) => row.logReturn1)).toEqual([NULL, 0.5]);
  });
});

describe('ml_ready', () => {
  const readyFrom = (rows: readonly Row[]) => rows.findIndex((row) => row.mlReady) + 1;

  it('waits for every twin: 53 bars to ma_50_slope, 60 values of it', () => {
    const daily = featuresOf(waves(200), '1D');
    expect(readyFrom(daily)).toBe(112);
    expect(daily.slice(111).every((row) => row.mlReady)).toBe(true);
    expect(readyFrom(featuresOf(waves(200), '1H'))).toBe(112);
  });

  it.each([
    [5, true],
    [6, false],
  ])('allows %d invalid bars among the last 100: %s', (invalid, ready) => {
    const bars = waves(260).map((bar, i) => ({ ...bar, validBar: i < 110 || i >= 110 + invalid }));
    const rows = featuresOf(bars);
    expect(rows[209]?.ma_50_slope_norm).not.toBeNaN();
    expect(rows[209]?.mlReady).toBe(ready);
    expect(rows[210]?.mlReady).toBe(invalid <= 6);
  });

  it('is false where one twin is null, be it for want of variation', () => {
    const bars = waves(200).map((bar) => ({ ...bar, logReturn1: 0 }));
    expect(last(featuresOf(bars)).vol_6_norm).toBeNaN();
    expect(featuresOf(bars).some((row) => row.mlReady)).toBe(false);
  });
});

describe('a restart', () => {
  it('by a partial bar forgets everything: what follows is a new series', () => {
    const before = barsOf(times(150, (i) => 50 + (i % 13)));
    const after = waves(150);
    expect(featuresOf([...before, ...after], '1D').slice(150)).toEqual(featuresOf(after, '1D'));
  });
});
