import { describe, expect, it } from 'vitest';
import { RollingMedian } from '../../../src/domain/rolling-median.ts';

function medianOf(...values: number[]): RollingMedian {
  const window = new RollingMedian(values.length);
  for (const value of values) window.push(value);
  return window;
}

describe('the rolling median', () => {
  it.each<[number[], number, number, number]>([
    [[5], 5, 0, 5],
    [[1, 9], 5, 4, 9],
    [[3, 1, 2], 2, 1, 3],
    [[1, 2, 4, 9], 3, 1.5, 9],
    [[-9, 1, 2, 4], 1.5, 1.5, 9],
    [[1, 1, 1, 1, 100], 1, 0, 100],
    [[0, 0, 0, 0], 0, 0, 0],
    [[-1, -1, 7, 7], 3, 4, 7],
  ])('of %j: median %d, median deviation %d, largest %d', (values, median, deviation, largest) => {
    const window = medianOf(...values);
    expect([window.median(), window.medianAbsoluteDeviation(), window.largest()]).toEqual([median, deviation, largest]);
  });

  it('is null until the window is full and while a null is in it', () => {
    const window = new RollingMedian(2);
    const medians = [1, 2, Number.NaN, 4, 6].map((value) => {
      window.push(value);
      return window.median();
    });
    expect(medians).toEqual([Number.NaN, 1.5, Number.NaN, Number.NaN, 5]);
  });

  it('forgets what has left, equal values one at a time', () => {
    const window = medianOf(7, 7, 7);
    window.push(1);
    expect(window.median()).toBe(7);
    window.push(1);
    expect(window.median()).toBe(1);
  });
});
