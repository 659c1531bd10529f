import { describe, expect, test } from 'vitest';
import { DURATIONS_MS, expectedOf, marketSymbols, marketTicks } from '../../../bench/lib/market.ts';

describe('marketSymbols', () => {
  test('are the 28 crosses in order', () => {
    const symbols = marketSymbols();
    expect(symbols).toHaveLength(28);
    expect(symbols).toEqual([...symbols].sort());
    expect(symbols).toContain('EURUSD');
    expect(symbols).not.toContain('USDEUR');
  });

  test('are as many as are asked for, all different', () => {
    expect(new Set(marketSymbols(1_000)).size).toBe(1_000);
    expect(marketSymbols(3)).toHaveLength(3);
  });
});

describe('expectedOf', () => {
  /** Counted from the ticks themselves, bar by bar. */
  function counted(symbols: readonly string[], ticks: number, durationMs: number) {
    const slots = new Map<string, number[]>();
    for (const { symbol, eventTime } of marketTicks(symbols, ticks)) {
      const of = slots.get(symbol) ?? [];
      of.push(Math.floor(eventTime / durationMs));
      slots.set(symbol, of);
    }
    const closed = [...slots.values()].map((of) => [...new Set(of)].slice(0, -1).map((slot) => slot + 1));
    const everywhere = closed[0]!.filter((end) => closed.every((ends) => ends.includes(end)));
    return { bars: closed.flat().length, matrices: everywhere.length, last: everywhere.at(-1)! * durationMs };
  }

  test.each([
    [28, 5_000],
    [28, 5_604],
    [7, 1_001],
    [30, 2_400],
  ])('%i symbols, %i ticks: as counted tick by tick', (count, ticks) => {
    const symbols = marketSymbols(count);
    const { bars, matrices, last } = counted(symbols, ticks, DURATIONS_MS['1m']);
    expect(expectedOf(symbols, ticks, ['1m'])).toEqual({ ticks, bars, matrices, lastWindowEnds: { '1m': last } });
  });

  test('adds up over timeframes', () => {
    const symbols = marketSymbols(4);
    const [one, five] = [counted(symbols, 4_000, DURATIONS_MS['1m']), counted(symbols, 4_000, DURATIONS_MS['5m'])];
    expect(expectedOf(symbols, 4_000, ['1m', '5m'])).toEqual({
      ticks: 4_000,
      bars: one.bars + five.bars,
      matrices: one.matrices + five.matrices,
      lastWindowEnds: { '1m': one.last, '5m': five.last },
    });
  });
});
