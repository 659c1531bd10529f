import { describe, expect, it } from 'vitest';
import type { CleanBar } from '../../../src/domain/clean-bar.ts';
import { CleanSeries, type RawBar } from '../../../src/domain/clean-series.ts';
import { Desk, MINUTE, rawBar, tickAt } from './support.ts';

const NULL = Number.NaN;

/** The clean bars of a series of raw bars; null stands for a slot without ticks. */
function clean(bars: ReadonlyArray<RawBar | number | null>, settings: { minVolume?: number; spreadAlpha?: number } = {}): CleanBar[] {
  const series = new CleanSeries('EURUSD', '1m', { minVolume: 0, spreadAlpha: 0.1, ...settings });
  return bars.map((bar, i) =>
    bar === null
      ? { ...series.missing(i * MINUTE, false) }
      : { ...series.judge(typeof bar === 'number' ? rawBar(bar) : bar, i * MINUTE, i === 0) },
  );
}
const returnsOf = (bars: readonly CleanBar[]) => bars.map((bar) => bar.logReturn1);
const outliersOf = (bars: readonly CleanBar[]) => bars.map((bar) => bar.isOutlier);

describe('a bar is an outlier by its own prices (spec section 3)', () => {
  it.each<[string, Partial<RawBar>, boolean]>([
    ['ordinary', { open: 2, high: 3, low: 1, close: 2 }, false],
    ['high at the close, low at the open', { open: 1, high: 3, low: 1, close: 3 }, false],
    ['high below the open', { open: 3, high: 2, low: 1, close: 1 }, true],
    ['high below the close', { open: 1, high: 2, low: 1, close: 3 }, true],
    ['low above the open', { open: 1, high: 3, low: 2, close: 3 }, true],
    ['low above the close', { open: 3, high: 3, low: 2, close: 1 }, true],
    ['high below low', { open: 2, high: 1, low: 3, close: 2 }, true],
    ['an open of 1e-10', { open: 1e-10, high: 3, low: 1e-10, close: 2 }, true],
    ['prices just above 1e-10', { open: 1.1e-10, high: 1.1e-10, low: 1.1e-10, close: 1.1e-10 }, false],
    ['a price of zero', { open: 2, high: 3, low: 0, close: 2 }, true],
    ['a negative price', { open: 2, high: 3, low: -1, close: 2 }, true],
    ['open null', { open: NULL, high: 3, low: 1, close: 2 }, true],
    ['high null', { open: 2, high: NULL, low: 1, close: 2 }, true],
    ['low null', { open: 2, high: 3, low: NULL, close: 2 }, true],
    ['close null', { open: 2, high: 3, low: 1, close: NULL }, true],
  ])('%s', (_, prices, isOutlier) => {
    const [bar] = clean([rawBar(2, prices)]);
    expect(bar).toMatchObject({ isOutlier, validBar: !isOutlier, ...prices });
  });
});

describe('a bar is an outlier by its return', () => {
  it('beyond 0.15 either way, and not within', () => {
    const up = Math.exp(0.1499);
    expect(outliersOf(clean([1, up]))).toEqual([false, false]);
    expect(outliersOf(clean([1, Math.exp(0.1501)]))).toEqual([false, true]);
    expect(outliersOf(clean([1, Math.exp(-0.1501)]))).toEqual([false, true]);
  });

  it('measured from the last bar that is not missing, an outlier or not', () => {
    expect(outliersOf(clean([1, null, 2]))).toEqual([false, false, true]);
    expect(outliersOf(clean([1, 2, 2, 1]))).toEqual([false, true, false, true]);
  });

  it('never where either close is null or no price', () => {
    expect(outliersOf(clean([1, rawBar(5, { close: NULL }), 9]))).toEqual([false, true, false]);
    expect(outliersOf(clean([1, rawBar(1e-10), 9]))).toEqual([false, true, false]);
  });

  it('never on a missing bar', () => {
    expect(outliersOf(clean([1, null, null]))).toEqual([false, false, false]);
  });
});

describe('a bar is an outlier where its return is more than 5 std off the mean of the 20 returns before it', () => {
  /** 21 closes whose 20 returns are `drift` + and - `size` in turn: mean `drift`, std size·√(20/19). */
  const zigzag = (size: number, drift = 0): number[] => {
    const closes = [1];
    for (let i = 0; i < 20; i++) closes.push(closes[i]! * Math.exp(drift + (i % 2 === 0 ? size : -size)));
    return closes;
  };
  const size = 0.001;
  const limit = 5 * size * Math.sqrt(20 / 19);
  const judge = (closes: number[], move: number) => outliersOf(clean([...closes, closes.at(-1)! * Math.exp(move)])).at(-1);

  it('at the limit, to one part in a million', () => {
    expect(judge(zigzag(size), limit * (1 + 1e-6))).toBe(true);
    expect(judge(zigzag(size), limit * (1 - 1e-6))).toBe(false);
    expect(judge(zigzag(size), -limit * (1 + 1e-6))).toBe(true);
  });

  it('the mean taken off', () => {
    const drift = 0.01;
    expect(judge(zigzag(size, drift), drift + limit * 0.999)).toBe(false);
    expect(judge(zigzag(size, drift), 0)).toBe(true);
  });

  it('the current return not in the window: a lone jump among small returns is found', () => {
    expect(judge(zigzag(1e-5), 0.01)).toBe(true);
  });

  it('not before there are 20 returns', () => {
    expect(judge(zigzag(1e-5).slice(1), 0.01)).toBe(false);
  });

  it('not while one of the 20 is null', () => {
    const closes = zigzag(1e-5);
    const nullClose = rawBar(Number.NaN, { open: 1 });
    expect(outliersOf(clean([nullClose, ...closes, 1.01])).at(-1)).toBe(true);
    expect(outliersOf(clean([...closes.slice(0, 1), nullClose, ...closes.slice(1), 1.01])).at(-1)).toBe(false);
  });

  it('over 20 bars that are not missing: missing ones stand between them, uncounted', () => {
    const closes = zigzag(1e-5);
    const gappy = closes.flatMap((close) => [close, null]);
    expect(outliersOf(clean([...gappy, 1.01])).at(-1)).toBe(true);
  });

  it('not where the 20 do not vary: a std of at most 1e-12 counts as 0', () => {
    expect(judge(new Array<number>(21).fill(1), 0.01)).toBe(false);
    const line = Array.from({ length: 21 }, (_, i) => 1.001 ** i);
    expect(judge(line, 0.01)).toBe(false);
  });

  it('and stays in the window, so that the next jump of that size is none', () => {
    const closes = zigzag(1e-5);
    const bars = clean([...closes, 1.01, 1.02]);
    expect(outliersOf(bars).slice(-2)).toEqual([true, false]);
  });
});

describe('log_return_1', () => {
  it('is ln(close / previous close)', () => {
    expect(returnsOf(clean([100, 101]))).toEqual([NULL, Math.log(1.01)]);
  });

  it('is null on the first bar, on a missing one and after it', () => {
    const returns = returnsOf(clean([100, null, 101, 102]));
    expect(returns.slice(0, 3)).toEqual([NULL, NULL, NULL]);
    expect(returns[3]).toBe(Math.log(102 / 101));
  });

  it('is null on an outlier and after it, though the return itself is known', () => {
    const returns = returnsOf(clean([1, 2, 2.02, 2.04]));
    expect(returns.slice(0, 3)).toEqual([NULL, NULL, NULL]);
    expect(returns[3]).toBe(Math.log(2.04 / 2.02));
  });

  it('is there on a bar that is invalid only by its volume, and after it', () => {
    const bars = clean([rawBar(1), rawBar(1.01, { volume: 0 }), rawBar(1.02)], { minVolume: 1 });
    expect(bars.map((bar) => bar.validBar)).toEqual([true, false, true]);
    expect(returnsOf(bars)).toEqual([NULL, Math.log(1.01), Math.log(1.02 / 1.01)]);
  });
});

describe('spread_estimate', () => {
  const withSpread = (rawSpread: number, close = 1) => rawBar(close, { rawSpread });

  it('is an exponential average with alpha 0.1, seeded with the first value', () => {
    const spreads = clean([withSpread(10), withSpread(20), withSpread(0)]).map((bar) => bar.spreadEstimate);
    expect(spreads[0]).toBe(10);
    expect(spreads[1]).toBeCloseTo(11, 12);
    expect(spreads[2]).toBeCloseTo(9.9, 12);
  });

  it('passes over missing bars and outliers, and is null on them', () => {
    const spreads = clean([withSpread(10), null, withSpread(99, 2), withSpread(20, 2)]).map((bar) => bar.spreadEstimate);
    expect(spreads.slice(0, 3)).toEqual([10, NULL, NULL]);
    expect(spreads[3]).toBeCloseTo(11, 12);
  });

  it('is there on a bar that is invalid only by its volume', () => {
    expect(clean([rawBar(1, { rawSpread: 3, volume: 0 })], { minVolume: 1 })[0]?.spreadEstimate).toBe(3);
  });

  it('is null until a bar has a raw spread', () => {
    expect(clean([withSpread(NULL), withSpread(7), withSpread(NULL)]).map((bar) => bar.spreadEstimate)).toEqual([NULL, 7, 7]);
  });

  it.each([
    ['quoted', 0.25],
    ['hl', 0.8],
    ['off', NULL],
  ] as const)('comes from the mode %s', (spread, expected) => {
    // Mids 2, 6, 5: high - low = 4, close = 5; (ask - bid) / mid = 0.5, 0.25, 0.
    const desk = new Desk({ spread }).feed(
      tickAt(0, 0, { bid: 1.5, ask: 2.5 }),
      tickAt(1, 0, { bid: 5.25, ask: 6.75 }),
      tickAt(2, 5),
      tickAt(MINUTE, 5),
    );
    expect(desk.bars[0]?.spreadEstimate).toBe(expected);
  });

  it('is taken from bid and ask whatever price the bar is built from', () => {
    const desk = new Desk({ price: 'bid' }).feed(tickAt(0, 0, { bid: 1.5, ask: 2.5 }), tickAt(MINUTE));
    expect(desk.bars[0]).toMatchObject({ close: 1.5, spreadEstimate: 0.5 });
  });
});

describe('valid_bar: not missing, not outlier, volume at least min_volume', () => {
  it.each([
    [0, 0, true],
    [0, NULL, true],
    [5, 5, true],
    [5, 4.9, false],
    [5, NULL, false],
  ])('min_volume %d, volume %d: %s', (minVolume, volume, valid) => {
    expect(clean([rawBar(1, { volume })], { minVolume })[0]?.validBar).toBe(valid);
  });

  it('is false on missing bars and outliers whatever min_volume is', () => {
    expect(clean([1, null, rawBar(3, { low: 4 })]).map((bar) => bar.validBar)).toEqual([true, false, false]);
  });
});
