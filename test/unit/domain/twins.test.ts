import { describe, expect, it } from 'vitest';
import type { Normalizer } from '../../../src/domain/settings.ts';
import { createTwins } from '../../../src/domain/twins.ts';

/** Twins of a feature that stands in column 0, written to column 1. */
function twinsOf(normalizer: Normalizer, window: number, values: readonly number[]): number[] {
  const twins = createTwins(normalizer, window, 0, { from: Int32Array.of(0), to: Int32Array.of(1) });
  return values.map((value) => {
    const row = Float64Array.of(value, 99);
    twins.next(row);
    return row[1]!;
  });
}

/** The twin of the last of the values, in a window over all of them. */
const twinOf = (normalizer: Normalizer, values: readonly number[]): number => twinsOf(normalizer, values.length, values).at(-1)!;
const zeros = (count: number) => new Array<number>(count).fill(0);

describe('a twin by mean and standard deviation (spec section 4)', () => {
  it('is (x - mean) / std over the last values, the current one among them', () => {
    expect(twinOf('zscore', [0, 2, 4])).toBe(1);
    expect(twinOf('zscore', [4, 2, 0])).toBe(-1);
    expect(twinOf('zscore', [0, 4, 2])).toBe(0);
  });

  it('is clipped to ±5', () => {
    // One value v among n - 1 zeros stands (n - 1) / √n deviations off.
    expect(twinOf('zscore', [...zeros(24), 1])).toBeCloseTo(24 / 5, 12);
    expect(twinOf('zscore', [...zeros(99), 1])).toBe(5);
    expect(twinOf('zscore', [...zeros(99), -1])).toBe(-5);
  });

  it('is null until there are enough values, and while one of them is null', () => {
    const isNull = twinsOf('zscore', 3, [1, 2, 4, Number.NaN, 1, 2, 4]).map(Number.isNaN);
    expect(isNull).toEqual([true, true, false, true, true, true, false]);
  });

  it('is null where the values do not vary: a std of at most 1e-12 of the largest |x| counts as 0', () => {
    expect(twinOf('zscore', [3, 3, 3, 3])).toBeNaN();
    expect(twinOf('zscore', zeros(4))).toBeNaN();
    expect(twinOf('zscore', [-1e6, -1e6, -1e6, -1e6 + 1e-6])).toBeNaN();
    expect(twinOf('zscore', [-1e6, -1e6, -1e6, -1e6 + 1e-5])).toBeCloseTo(1.5, 4);
    expect(twinOf('zscore', [1e-20, 2e-20, 3e-20])).toBeCloseTo(1, 12);
  });
});

describe('twins side by side', () => {
  it.each<Normalizer>(['zscore', 'robust'])('are each what it is alone, nulls in one leaving the others as they are: %s', (normalizer) => {
    const values = Array.from({ length: 40 }, (_, i) => Math.sin(i * 7.3) * 10 ** (i % 5));
    const columns = [values, values.map((value, i) => (i % 13 === 4 ? Number.NaN : -value)), values.map((value) => value + 1e6)];
    const twins = createTwins(normalizer, 6, 0, { from: Int32Array.of(1, 4, 2), to: Int32Array.of(5, 0, 3) });
    const rows = values.map((_, i) => {
      const row = Float64Array.of(99, columns[0]![i]!, columns[2]![i]!, 99, columns[1]![i]!, 99);
      twins.next(row);
      return row;
    });
    expect([5, 0, 3].map((column) => rows.map((row) => row[column]!))).toEqual(columns.map((column) => twinsOf(normalizer, 6, column)));
  });

  it('have the same bits after the last values are taken by ones that begin at the same count', () => {
    const columns = { from: Int32Array.of(0), to: Int32Array.of(1) };
    const values = Array.from({ length: 100 }, (_, i) => Math.sin(i * 7.3) * 10 ** (i % 9));
    const expected = twinsOf('zscore', 12, values);
    for (let cut = 12; cut < values.length; cut++) {
      const twins = createTwins('zscore', 12, cut - 12, columns);
      const rows = values.slice(cut - 12).map((value) => Float64Array.of(value, 99));
      for (const row of rows) twins.next(row);
      expect(rows.slice(12).map((row) => row[1])).toEqual(expected.slice(cut));
    }
  });
});

describe('a twin by median and 1.4826 times the median absolute deviation', () => {
  it('is (x - median) / (1.4826 MAD)', () => {
    expect(twinOf('robust', [1, 2, 3, 4, 9])).toBeCloseTo(6 / 1.4826, 12);
    expect(twinOf('robust', [1, 2, 9, 4, 3])).toBe(0);
    expect(twinOf('robust', [1, 2, 3, 9, 4])).toBeCloseTo(1 / 1.4826, 12);
  });

  it('is clipped to ±5', () => {
    expect(twinOf('robust', [1, 2, 3, 4, -99])).toBe(-5);
  });

  it('is null where more than half of the values are equal, or nearly so', () => {
    expect(twinOf('robust', [3, 3, 3, 1, 9])).toBeNaN();
    expect(twinOf('robust', [1e6, 1e6, 1e6 + 1e-7, 1, 1e6 - 1e-7])).toBeNaN();
  });

  it('is null until there are enough values, and while one of them is null', () => {
    const isNull = twinsOf('robust', 3, [1, 2, 4, Number.NaN, 1, 2, 4]).map(Number.isNaN);
    expect(isNull).toEqual([true, true, false, true, true, true, false]);
  });
});
