import { describe, expect, it } from 'vitest';
import type { CleanBar } from '../../../src/domain/clean-bar.ts';
import { type FeatureInput, FeatureSeries, historyBars } from '../../../src/domain/feature-series.ts';
import { DEFAULT_FEATURES, type FeatureSettings } from '../../../src/domain/settings.ts';
import { ValidBars } from '../../../src/domain/valid-bars.ts';
import { cleanBar } from './support.ts';

const BARS = 300;
/** Bars compared after each cut: more than any window looks back. */
const TAIL = 130;

/** Bars with invalid ones, null returns and spreads, a constant stretch, a spike, and a restart of the series two thirds through. */
function troubledBars(): CleanBar[] {
  let close = 100;
  return Array.from({ length: BARS }, (_, i) => {
    const isConstant = i > 60 && i < 80;
    const move = isConstant ? 0 : 0.01 * Math.sin(i * 12.9898) + 0.003 * Math.cos(i * 78.233);
    close *= Math.exp(i === 120 ? 0.1 : move);
    const height = isConstant ? 0 : 0.002 * (1 + Math.sin(i * 3.7) ** 2);
    const validBar = i % 17 !== 5 && i !== 121;
    return cleanBar(i, close, {
      high: close * (1 + height),
      low: close * (1 - height),
      logReturn1: i % 29 === 0 ? Number.NaN : move,
      spreadEstimate: i % 41 === 7 ? Number.NaN : 1e-4 * (1 + height),
      validBar,
      isPartial: i === 0 || i === 200,
    });
  });
}

/** Every row as plain numbers. */
function rowsOf(series: FeatureSeries, bars: readonly CleanBar[]): number[][] {
  return bars.map((bar) => {
    const row = series.next(bar);
    return [row.timestampUtc, row.validBar ? 1 : 0, row.mlReady ? 1 : 0, row.logReturn1, ...row.values];
  });
}

/** What a changelog keeps at the cut: the last valid bars of the series since it last started. */
function keptRows(bars: readonly CleanBar[], cut: number, count: number): FeatureInput[] {
  const start = bars.findLastIndex((bar, i) => i < cut && bar.isPartial);
  const valid = bars.slice(Math.max(start, 0), cut).filter((bar) => bar.validBar);
  return valid.slice(-count).map(({ high, low, close, logReturn1, spreadEstimate }) => ({ high, low, close, logReturn1, spreadEstimate }));
}

describe('a restored series goes on with the same bits at every cut', () => {
  it.each<[string, '1m' | '1D', Partial<FeatureSettings>]>([
    ['default settings', '1D', {}],
    ['robust twins', '1m', { normalizer: 'robust' }],
    ['long windows', '1D', { slopeLag: 11, atrWindow: 70, efficiencyWindow: 90, rangeWindow: 33, spreadWindow: 100, normWindow: 7 }],
    [
      'short windows',
      '1m',
      { slopeLag: 1, atrWindow: 1, efficiencyWindow: 1, rangeWindow: 1, spreadWindow: 1, normWindow: 2, mlWindow: 3, mlMinValid: 2 },
    ],
  ])('%s', (_, timeframe, overrides) => {
    const settings = { ...DEFAULT_FEATURES, ...overrides };
    const bars = troubledBars();
    const expected = rowsOf(new FeatureSeries('EURUSD', timeframe, settings), bars);
    const running = new FeatureSeries('EURUSD', timeframe, settings);
    for (let cut = 0; cut <= BARS; cut++) {
      const { bars: seen, valid, flags } = running.validBars;
      const restored = new FeatureSeries('EURUSD', timeframe, settings);
      restored.restore(ValidBars.restore(seen, valid, flags.slice()), keptRows(bars, cut, historyBars(settings)));
      expectSameBits(rowsOf(restored, bars.slice(cut, cut + TAIL)), expected.slice(cut, cut + TAIL), cut);
      if (cut < BARS) running.next(bars[cut]!);
    }
  });
});

/** As toEqual, without its cost on a million numbers. */
function expectSameBits(actual: number[][], expected: number[][], cut: number): void {
  expect(actual.length).toBe(expected.length);
  for (let row = 0; row < expected.length; row++) {
    const isSame = expected[row]!.every((value, i) => Object.is(value, actual[row]![i]));
    if (!isSame) expect({ cut, row, values: actual[row] }).toEqual({ cut, row, values: expected[row] });
  }
}
