import { describe, expect, test } from 'vitest';
import { median, medianRow, quantile, rounded } from '../../../bench/lib/statistics.ts';

describe('median', () => {
  test('is the middle value, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  test('is the mean of the two middle values of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test('is NaN of nothing', () => {
    expect(median([])).toBeNaN();
  });

  test('leaves its input as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

  test('is one of the values, by nearest rank', () => {
    expect(quantile(hundred, 0.5)).toBe(50);
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile([1, 2], 0.5)).toBe(1);
  });

  test('reaches from the least to the greatest', () => {
    expect(quantile(hundred, 0)).toBe(1);
    expect(quantile(hundred, 1)).toBe(100);
  });

  test('is NaN of nothing', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('medianRow', () => {
  test('takes medians of numbers, keeps names, and is true only where every run was', () => {
    const runs = [
      { guarantee: 'exactly_once', seconds: 3, counts_as_expected: true },
      { guarantee: 'exactly_once', seconds: 1, counts_as_expected: false },
      { guarantee: 'exactly_once', seconds: 2, counts_as_expected: true },
    ];
    expect(medianRow(runs)).toEqual({ guarantee: 'exactly_once', seconds: 2, counts_as_expected: false });
  });

  test('leaves out what a run did not measure', () => {
    expect(medianRow([{ ms: null }, { ms: 4 }])).toEqual({ ms: 4 });
    expect(medianRow([{ ms: null }, { ms: null }])).toEqual({ ms: null });
  });

  test('names nothing that differs', () => {
    expect(medianRow([{ peer: 'a' }, { peer: 'b' }])).toEqual({ peer: null });
  });

  test('refuses to make something of no run', () => {
    expect(() => medianRow([])).toThrow('no run');
  });
});

test('rounded keeps so many digits after the point', () => {
  expect(rounded(1.23456, 2)).toBe(1.23);
});
