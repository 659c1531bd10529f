import { describe, expect, it } from 'vitest';
import type { Normalizer } from '../../../src/domain/settings.ts';
import { createTwin } from '../../../src/domain/twin.ts';

/** The twin of the last of the values, in a window over all of them. */
function twinOf(normalizer: Normalizer, values: readonly number[]): number {
  const twin = createTwin(normalizer, values.length, 0);
  return values.map((value) => twin.next(value)).at(-1)!;
}
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
    const twin = createTwin('zscore', 3, 0);
    const isNull = [1, 2, 4, Number.NaN, 1, 2, 4].map((value) => Number.isNaN(twin.next(value)));
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
    const twin = createTwin('robust', 3, 0);
    const isNull = [1, 2, 4, Number.NaN, 1, 2, 4].map((value) => Number.isNaN(twin.next(value)));
    expect(isNull).toEqual([true, true, false, true, true, true, false]);
  });
});
