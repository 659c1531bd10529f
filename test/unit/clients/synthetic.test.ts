import { describe, expect, it } from 'vitest';
import { type SyntheticOptions, syntheticTicks } from '../../../src/clients/synthetic.ts';

const OPTIONS: SyntheticOptions = {
  symbols: ['EURUSD', 'EURGBP', 'AUDNZD'],
  seed: 7,
  ticks: 6_000,
  startMs: Date.UTC(2026, 0, 5),
  intervalMs: 100,
};

describe('synthetic ticks', () => {
  it('are the same for the same seed, and others for another', () => {
    expect([...syntheticTicks(OPTIONS)]).toEqual([...syntheticTicks(OPTIONS)]);
    expect([...syntheticTicks({ ...OPTIONS, ticks: 1, seed: 8 })]).not.toEqual([...syntheticTicks({ ...OPTIONS, ticks: 1 })]);
  });

  it('are valid quotes, in order of time, each symbol with its own counter', () => {
    const seqs = new Map<string, number>();
    let time = 0;
    for (const { symbol, eventTime, bid, ask, seq, volume } of syntheticTicks(OPTIONS)) {
      expect(bid).toBeGreaterThan(0);
      expect(ask).toBeGreaterThan(bid);
      expect(volume).toBeGreaterThanOrEqual(1);
      expect(eventTime).toBeGreaterThanOrEqual(time);
      expect(seq).toBe((seqs.get(symbol) ?? 0) + 1);
      seqs.set(symbol, seq!);
      time = eventTime;
    }
    expect([...seqs.values()]).toEqual([2_000, 2_000, 2_000]);
  });

  it('move together where two pairs share a currency, and hardly where they do not', () => {
    const returns = new Map<string, number[]>();
    const last = new Map<string, number>();
    for (const { symbol, bid, ask } of syntheticTicks({ ...OPTIONS, ticks: 30_000 })) {
      const mid = Math.log((bid + ask) / 2);
      const before = last.get(symbol);
      if (before !== undefined) returns.set(symbol, (returns.get(symbol) ?? []).concat(mid - before));
      last.set(symbol, mid);
    }
    expect(correlation(returns.get('EURUSD')!, returns.get('EURGBP')!)).toBeGreaterThan(0.3);
    expect(Math.abs(correlation(returns.get('EURUSD')!, returns.get('AUDNZD')!))).toBeLessThan(0.1);
  });
});

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (i: number) => number): number => x.reduce((total, _, i) => total + f(i), 0);
  const covariance = sum((i) => (x[i]! - mx) * (y[i]! - my));
  return covariance / Math.sqrt(sum((i) => (x[i]! - mx) ** 2) * sum((i) => (y[i]! - my) ** 2));
}
