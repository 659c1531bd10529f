import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CleanBar } from '../../src/domain/clean-bar.ts';
import { FEATURE_COLUMNS, FEATURES } from '../../src/domain/feature-row.ts';
import { FeatureSeries } from '../../src/domain/feature-series.ts';
import { DEFAULT_FEATURES, type Normalizer } from '../../src/domain/settings.ts';
import { hostileBars, seeds } from './hostile.ts';
import { type NaiveFeature, naiveFeatures, naiveTwin, windowOf } from './naive.ts';

const OPTIONS = { seed: 20_261_124, numRuns: 8 };
const LENGTH = 700;
const NORM_WINDOW = 60;
/** Features whose tolerance is 1e-15 absolute; all others 1e-12 (spec section 6). */
const RETURN_LIKE = /^(rolling_return_\d+|vol_\d+|atr_normalized)$/;
/** A looseness of this much is pure noise: any value or null is right. */
const NOISE = 1;

interface Row {
  validBar: boolean;
  mlReady: boolean;
  values: number[];
}

function rowsOf(bars: readonly CleanBar[], isDaily: boolean, normalizer: Normalizer): Row[] {
  const series = new FeatureSeries('EURUSD', isDaily ? '1D' : '1m', { ...DEFAULT_FEATURES, normalizer });
  return bars.map((bar) => {
    const { validBar, mlReady, values } = series.next(bar);
    return { validBar, mlReady, values: [...values] };
  });
}

/** Bars of a series up to its next restart. */
function stretches(bars: readonly CleanBar[]): CleanBar[][] {
  const found: CleanBar[][] = [];
  for (const bar of bars) {
    if (bar.isPartial) found.push([]);
    found.at(-1)!.push(bar);
  }
  return found;
}

function check(name: string, t: number, actual: number, expected: number, tolerance: number): void {
  if (Object.is(actual, expected) || tolerance >= NOISE) return;
  if (!(Math.abs(actual - expected) <= tolerance)) expect({ name, t, value: actual }).toEqual({ name, t, value: expected });
}

describe('tier 1 of any series is what the spec’s formulas give bar by bar', () => {
  it.each<[Normalizer, boolean]>([
    ['zscore', true],
    ['zscore', false],
    ['robust', true],
  ])('%s, 1D: %s, at price scales 1e-5 to 1e5', (normalizer, isDaily) => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(1e-5, 1, 1e5), (seed, level) => {
        const bars = hostileBars(seed, LENGTH, level);
        const rows = rowsOf(bars, isDaily, normalizer);
        let at = 0;
        for (const stretch of stretches(bars)) {
          compareStretch(stretch, rows.slice(at, at + stretch.length), isDaily, normalizer === 'robust');
          at += stretch.length;
        }
      }),
      OPTIONS,
    );
  });

  it('and causal: a row does not change with the bars that follow', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: LENGTH }), (seed, cut) => {
        const bars = hostileBars(seed, LENGTH, 1);
        const changed = [...bars.slice(0, cut), ...hostileBars(seed + 1, LENGTH - cut, 7)];
        expect(rowsOf(changed, true, 'zscore').slice(0, cut)).toEqual(rowsOf(bars, true, 'zscore').slice(0, cut));
      }),
      { ...OPTIONS, numRuns: 5 },
    );
  });
});

function compareStretch(bars: readonly CleanBar[], rows: readonly Row[], isDaily: boolean, isRobust: boolean): void {
  const valid = bars.filter((bar) => bar.validBar);
  const expected = naiveFeatures(valid, isDaily);
  const history = Object.fromEntries(FEATURES.map((name) => [name, expected.map((features) => features[name]!.value)]));
  let t = -1;
  rows.forEach((row, i) => {
    expect(row.validBar).toBe(bars[i]!.validBar);
    if (!row.validBar) {
      expect(row.values.every(Number.isNaN)).toBe(true);
      expect(row.mlReady).toBe(false);
      return;
    }
    t++;
    FEATURES.forEach((name, column) => {
      const { value, looseness } = expected[t]![name]!;
      check(name, t, row.values[column]!, value, toleranceOf(name, value) + looseness);
    });
    FEATURE_COLUMNS.slice(FEATURES.length).forEach((twin, column) => {
      compareTwin(twin, t, row.values[FEATURES.length + column]!, history, expected, isRobust);
    });
    expect(row.mlReady).toBe(isMlReady(bars, i, row, isDaily));
  });
}

function compareTwin(
  twin: string,
  t: number,
  actual: number,
  history: Record<string, number[]>,
  expected: ReadonlyArray<Record<string, NaiveFeature>>,
  isRobust: boolean,
): void {
  const name = twin.slice(0, -'_norm'.length);
  const { value, spread } = naiveTwin(windowOf(history[name]!, t, NORM_WINDOW), isRobust);
  if (Number.isNaN(spread)) {
    expect({ twin, t, value: actual }).toEqual({ twin, t, value: Number.NaN });
    return;
  }
  // The whole window is as loose as its loosest value, and every value carries its own last bits into the difference.
  const window = expected.slice(t + 1 - NORM_WINDOW, t + 1).map((features) => features[name]!);
  const looseness = Math.max(...window.map((feature) => feature.looseness + 4 * Number.EPSILON * Math.abs(feature.value)));
  const z = Number.isNaN(value) ? 0 : value;
  check(twin, t, actual, value, toleranceOf(twin, z) + (looseness * (2 + Math.abs(z))) / spread);
}

function toleranceOf(name: string, value: number): number {
  return Math.max(1e-9 * Math.abs(value), RETURN_LIKE.test(name) ? 1e-15 : 1e-12);
}

function isMlReady(bars: readonly CleanBar[], i: number, row: Row, isDaily: boolean): boolean {
  const recent = bars.slice(Math.max(0, i - 99), i + 1).filter((bar) => bar.validBar).length;
  const isThere = (name: string) => !Number.isNaN(row.values[FEATURE_COLUMNS.indexOf(name)]!);
  const needed = FEATURE_COLUMNS.slice(FEATURES.length).filter((name) => isDaily || name !== 'stress_indicator_norm');
  return recent >= 95 && needed.every(isThere) && (!isDaily || isThere('trend_regime'));
}
