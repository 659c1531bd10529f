import { describe, expect, it } from 'vitest';
import { numberTicks, timeTicks } from '../../../src/frames/axis-ticks.ts';

const labels = (ticks: readonly { label: string }[]) => ticks.map(({ label }) => label);

describe('marks of values', () => {
  it.each([
    [0, 10, ['0', '2', '4', '6', '8', '10']],
    [-0.3, 0.3, ['-0.3', '-0.2', '-0.1', '0.0', '0.1', '0.2', '0.3']],
    [1.0812, 1.0853, ['1.082', '1.083', '1.084', '1.085']],
    [1_000, 90_000, ['20000', '40000', '60000', '80000']],
  ])('are round: %d to %d', (low, high, expected) => {
    expect(labels(numberTicks(low, high, 6))).toEqual(expected);
  });

  it('lie where they say', () => {
    for (const { at, label } of numberTicks(-1e-4, 3e-4, 6)) expect(at).toBeCloseTo(Number(label), 12);
  });
});

describe('marks of times', () => {
  it('are round hours within a day, and the date where a day begins', () => {
    const ticks = timeTicks(Date.UTC(2026, 0, 4, 18, 1), Date.UTC(2026, 0, 5, 9), 8);
    expect(labels(ticks)).toEqual(['21:00', '2026-01-05', '03:00', '06:00', '09:00']);
    expect(ticks[0]!.at).toBe(Date.UTC(2026, 0, 4, 21));
  });

  it('are the first days of months over years', () => {
    const ticks = timeTicks(Date.UTC(2023, 0, 2), Date.UTC(2026, 5, 30), 8);
    expect(labels(ticks)).toEqual(['2023-07', '2024-01', '2024-07', '2025-01', '2025-07', '2026-01']);
  });

  it.each([
    ['a minute', 60_000],
    ['a day', 86_400_000],
    ['a year', 31_536_000_000],
    ['a century', 3_153_600_000_000],
  ])('are about as many as asked for, and all within: %s', (_, length) => {
    for (const start of [0, Date.UTC(2026, 2, 29, 0, 30)]) {
      const ticks = timeTicks(start, start + length, 8);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThanOrEqual(10);
      expect(ticks.every(({ at }) => at >= start && at <= start + length)).toBe(true);
    }
  });
});
