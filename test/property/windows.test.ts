import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingMedian } from '../../src/domain/rolling-median.ts';
import { RollingMax, RollingMoments, RollingSum } from '../../src/domain/window.ts';
import { hostileValues, seeds } from './hostile.ts';
import { largestMagnitude, mean, median, medianDeviation, std, windowOf } from './naive.ts';

const OPTIONS = { seed: 20_261_123, numRuns: 30 };
const LENGTH = 1_500;
const sizes = fc.integer({ min: 1, max: 70 });
const levels = fc.integer({ min: -8, max: 8 }).map((exponent) => 10 ** exponent);

/** Calls `check` after every value with the window as a slice, undefined where it is not full or holds a null. */
function slide(values: readonly number[], size: number, push: (value: number) => void, check: (slice: number[] | undefined) => void): void {
  values.forEach((value, i) => {
    push(value);
    check(windowOf(values, i, size));
  });
}

/** Null together, or within 1e-9 relative or `absolute` of each other. */
function agree(actual: number, expected: number, absolute: number): void {
  if (Object.is(actual, expected)) return;
  if (!(Math.abs(actual - expected) <= Math.max(1e-9 * Math.abs(expected), absolute))) expect(actual).toBe(expected);
}

describe('every rolling kernel agrees with two-pass code, on any series, at any scale, at every step', () => {
  it('sum and mean, to the rounding of the largest value in the window and of none that has left', () => {
    fc.assert(
      fc.property(seeds, sizes, levels, (seed, size, level) => {
        const window = new RollingSum(size);
        slide(
          hostileValues(seed, LENGTH, level),
          size,
          (value) => window.push(value),
          (slice) =>
            agree(window.mean(), slice === undefined ? Number.NaN : mean(slice), slice === undefined ? 0 : 1e-15 * largestMagnitude(slice)),
        );
      }),
      OPTIONS,
    );
  });

  it('standard deviation and deviation from the mean', () => {
    fc.assert(
      fc.property(seeds, sizes, levels, (seed, size, level) => {
        if (size === 1) return;
        const values = hostileValues(seed, LENGTH, level);
        const window = new RollingMoments(size);
        let newest = 0;
        slide(
          values,
          size,
          (value) => {
            newest = value;
            window.push(value);
          },
          (slice) => {
            if (slice === undefined) {
              expect([window.std(), window.sum(), window.deviation(0)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
              return;
            }
            const largest = largestMagnitude(slice);
            // Below the zero rule, 1e-12 of the largest value, a deviation is nobody's; a thousandth of that is asked for.
            agree(window.std(), std(slice), 1e-15 * largest);
            agree(window.deviation(newest), mean(slice.map((value) => newest - value)), 1e-15 * largest);
          },
        );
      }),
      OPTIONS,
    );
  });

  it('largest value', () => {
    fc.assert(
      fc.property(seeds, sizes, levels, (seed, size, level) => {
        const window = new RollingMax(size);
        slide(
          hostileValues(seed, LENGTH, level),
          size,
          (value) => window.push(value),
          (slice) => agree(window.max(), slice === undefined ? Number.NaN : Math.max(...slice), 0),
        );
      }),
      OPTIONS,
    );
  });

  it('median, median deviation and largest magnitude, to the bit', () => {
    fc.assert(
      fc.property(seeds, sizes, levels, (seed, size, level) => {
        const window = new RollingMedian(size);
        slide(
          hostileValues(seed, LENGTH, level),
          size,
          (value) => window.push(value),
          (slice) => {
            const expected =
              slice === undefined ? [Number.NaN, Number.NaN, Number.NaN] : [median(slice), medianDeviation(slice), largestMagnitude(slice)];
            const actual = [window.median(), window.medianAbsoluteDeviation(), window.largest()];
            if (!actual.every((value, i) => Object.is(value, expected[i]))) expect(actual).toEqual(expected);
          },
        );
      }),
      { ...OPTIONS, numRuns: 15 },
    );
  });
});
