import { BarSeries } from '../../src/domain/bar-series.ts';
import type { CleanBar } from '../../src/domain/clean-bar.ts';
import type { RawBar } from '../../src/domain/clean-series.ts';
import { FeatureSeries } from '../../src/domain/feature-series.ts';
import { createGrid } from '../../src/domain/grid.ts';
import { MatrixWindow } from '../../src/domain/matrix-window.ts';
import { DEFAULT_BARS, DEFAULT_FEATURES, DEFAULT_MATRICES } from '../../src/domain/settings.ts';
import type { SymbolSink } from '../../src/domain/symbol-stage.ts';
import { emptyTick } from '../../src/domain/tick.ts';
import { triangleSize } from '../../src/domain/triangle.ts';
import { CleanStage } from '../../src/runtime/clean-stage.ts';
import { marketSymbols } from '../lib/market.ts';
import type { Row } from '../lib/result.ts';
import { measureKernel, uniformNumbers } from './measure.ts';

const MINUTE_MS = 60_000;
const TICKS_A_BAR = 20;
const TICKS = 1_000_000;
const BARS = 200_000;
const LEAST_PAIRS = 2_000_000;
const SETTINGS = { ...DEFAULT_BARS, timeframes: ['1m'] as const };

/** A prime, so that numbers and symbols meet in all ways. */
const noise = uniformNumbers(65_537);
const noiseAt = (i: number): number => noise[i % noise.length]!;

const SINK: SymbolSink<number> = { bar() {}, refused() {}, duplicate() {} };

/** Ticks through the clean stage of each symbol's partition, the bars that they close included: one in 20 closes one. */
export function measureCleanTicks(symbols: number, runs: number): Row {
  const names = marketSymbols(symbols);
  const stages = names.map(() => new CleanStage<number>(SETTINGS));
  const tick = { ...emptyTick(), hasSeq: true, hasVolume: true };
  let sent = 0;
  const kernel = { kernel: 'clean: ticks', symbols, window: null, per: 'tick' };
  return measureKernel(kernel, TICKS, runs, () => {
    for (const end = sent + TICKS; sent < end; sent++) {
      const symbol = sent % symbols;
      const price = 1 + 0.001 * noiseAt(sent);
      tick.symbol = names[symbol]!;
      tick.eventTime = Math.floor(((sent / symbols) * MINUTE_MS) / TICKS_A_BAR);
      tick.bid = price;
      tick.ask = price + 1e-4;
      tick.volume = 1;
      tick.seq = sent;
      stages[symbol]!.process(tick, sent, SINK);
    }
  });
}

/** Bars judged: gaps, flags, log return, spread. */
export function measureCleanBars(symbols: number, runs: number): Row {
  const grid = createGrid('1m', SETTINGS);
  const series = marketSymbols(symbols).map((name) => new BarSeries(name, grid, SETTINGS));
  const raw: RawBar = { open: 1, high: 1.1, low: 0.9, close: 1, volume: 1, rawSpread: 1e-4, sourceId: 'bench', tickCount: 20 };
  let bars = 0;
  const kernel = { kernel: 'clean: bars', symbols, window: null, per: 'bar' };
  return measureKernel(kernel, BARS, runs, () => {
    for (const end = bars + BARS; bars < end; bars++) {
      raw.close = 1 + 0.001 * noiseAt(bars);
      series[bars % symbols]!.addRaw(raw, (Math.floor(bars / symbols) + 1) * MINUTE_MS, SINK.bar);
    }
  });
}

/** Bars into tier-1 rows, all features and twins; `window` is that of the twins. */
export function measureFeatures(symbols: number, window: number, runs: number): Row {
  const settings = { ...DEFAULT_FEATURES, normWindow: window };
  const names = marketSymbols(symbols);
  const series = names.map((name) => new FeatureSeries(name, '1m', settings));
  // Every window is full from the second run on.
  const units = Math.max(BARS, 2 * window * symbols);
  const bar: CleanBar = { ...EMPTY_BAR };
  let bars = 0;
  return measureKernel({ kernel: 'tier 1', symbols, window, per: 'bar' }, units, runs, () => {
    for (const end = bars + units; bars < end; bars++) {
      const number = Math.floor(bars / symbols);
      bar.timestampUtc = (number + 1) * MINUTE_MS;
      bar.isPartial = number === 0;
      bar.close = 1 + 0.001 * noiseAt(bars);
      bar.high = bar.close + 0.001 * noiseAt(bars + 1);
      bar.low = bar.close - 0.001 * noiseAt(bars + 2);
      bar.logReturn1 = number === 0 ? Number.NaN : 0.001 * (noiseAt(bars) - 0.5);
      bar.spreadEstimate = 1e-4 * (1 + noiseAt(bars + 3));
      series[bars % symbols]!.next(bar);
    }
  });
}

/** Rows of returns into matrices with their summaries; `nullRate` of the returns are null. */
export function measureCorrelation(symbols: number, window: number, nullRate: number, runs: number): Row {
  const pairs = triangleSize(symbols);
  // Whole windows: every symbol's sums are made anew once in each.
  const rows = window * Math.ceil(LEAST_PAIRS / pairs / window);
  const universe = { name: 'bench', symbols: marketSymbols(symbols).sort() };
  const matrices = new MatrixWindow(universe, '1m', { ...DEFAULT_MATRICES, window }, () => []);
  const row = new Float64Array(symbols);
  let made = 0;
  const nulls = nullRate === 0 ? '' : `, ${100 * nullRate} % null`;
  return measureKernel({ kernel: `correlation${nulls}`, symbols, window, per: 'pair and bar' }, rows * pairs, runs, () => {
    for (const end = made + rows; made < end; made++) {
      for (let symbol = 0; symbol < symbols; symbol++) {
        const at = made * symbols + symbol;
        row[symbol] = noiseAt(at * 7 + 3) < nullRate ? Number.NaN : 0.001 * (noiseAt(at) - 0.5);
      }
      matrices.append((made + 1) * MINUTE_MS, row);
    }
  });
}

const EMPTY_BAR: CleanBar = {
  symbol: 'BENCH',
  timeframe: '1m',
  timestampUtc: 0,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume: 20,
  logReturn1: Number.NaN,
  spreadEstimate: Number.NaN,
  isMissing: false,
  isOutlier: false,
  validBar: true,
  sourceId: 'bench',
  tickCount: 20,
  isPartial: false,
};
