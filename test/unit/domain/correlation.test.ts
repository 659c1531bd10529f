import { describe, expect, it } from 'vitest';
import { Correlator, summarise } from '../../../src/domain/correlation.ts';
import { PairSums } from '../../../src/domain/pair-sums.ts';
import { ReturnRows } from '../../../src/domain/return-rows.ts';
import { triangleIndex, triangleSize } from '../../../src/domain/triangle.ts';

const NULL = Number.NaN;

/** The correlations over the last `window` of some rows of returns. */
function correlationsOf(series: readonly (readonly number[])[], options: { window?: number; minObs?: number } = {}) {
  const window = options.window ?? 100;
  const rows = new ReturnRows(series[0]!.length, window);
  const sums = new PairSums(rows, window);
  for (const [index, row] of series.entries()) {
    rows.append(index, Float64Array.from(row));
    sums.advance();
  }
  const { rho, nObs, std } = new Correlator(sums, options.minObs ?? 2).correlate();
  return { rho: [...rho], nObs: [...nObs], std: [...std] };
}

describe('the correlation matrix of a window', () => {
  it('is an upper triangle with the diagonal, row by row', () => {
    const places = [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
      [2, 2],
    ] as const;
    expect(places.map(([a, b]) => triangleIndex(a, b, 3))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(triangleSize(3)).toBe(6);
  });

  it('holds Pearson correlations, the shared returns and the sample std of each symbol', () => {
    const { rho, nObs, std } = correlationsOf([
      [0.01, 0.02, -0.01],
      [0.02, 0.04, 0.03],
      [0.03, 0.06, -0.02],
    ]);
    expect(rho[0]).toBe(1);
    expect(rho[1]).toBeCloseTo(1, 15);
    expect(rho[2]).toBeCloseTo(-0.5 / Math.sqrt(7), 12);
    expect(nObs).toEqual([3, 3, 3, 3, 3, 3]);
    expect(std[0]).toBeCloseTo(0.01, 15);
    expect(std[1]).toBeCloseTo(0.02, 15);
  });

  it('never leaves [-1, 1]', () => {
    const series = Array.from({ length: 50 }, (_, i) => [0.1 * Math.sin(i), -0.3 * Math.sin(i)]);
    expect(correlationsOf(series).rho[1]).toBeGreaterThanOrEqual(-1);
    expect(correlationsOf(series).rho[1]).toBeCloseTo(-1, 14);
  });

  it('correlates a pair over the timestamps where both returns are there, means and variances included', () => {
    const shared = [
      [0.01, 0.03],
      [0.02, 0.01],
      [0.04, 0.02],
    ];
    const withNulls = [...shared, [0.9, NULL], [NULL, -0.7], [NULL, NULL]];
    const { rho, nObs } = correlationsOf(withNulls);
    expect(rho[1]).toBeCloseTo(correlationsOf(shared).rho[1]!, 14);
    expect(nObs).toEqual([4, 3, 4]);
  });

  it('is null below min_obs, on the diagonal too, but says how many returns there were', () => {
    const series = [
      [0.01, 0.03],
      [0.02, NULL],
      [0.04, 0.02],
    ];
    const { rho, nObs, std } = correlationsOf(series, { minObs: 3 });
    expect(rho).toEqual([1, NULL, NULL]);
    expect(nObs).toEqual([3, 2, 2]);
    expect(std[1]).toBeNaN();
  });

  it('is null where a variance is 0: a std of up to 1e-12 counts as 0', () => {
    const series = Array.from({ length: 10 }, (_, i) => [0.01 * (i % 3), 0.001, 0.001 + 4e-13 * (i % 2), 0.001 + 4e-12 * (i % 2)]);
    const { rho, std } = correlationsOf(series);
    expect(rho.slice(4, 7)).toEqual([NULL, NULL, NULL]);
    expect(std.slice(1, 3)).toEqual([0, 0]);
    expect([rho[7], rho[9]]).toEqual([NULL, 1]);
    expect(std[3]! / Math.sqrt((10 / 9) * 4e-24)).toBeCloseTo(1, 6);
  });

  it('takes the variance of a pair over its shared timestamps: a symbol that varies elsewhere only has none there', () => {
    const { rho } = correlationsOf([
      [0.01, 0.01],
      [0.01, 0.02],
      [0.05, NULL],
    ]);
    expect(rho).toEqual([1, NULL, 1]);
  });

  it('has the bits of sums made anew at every row, however long ago the last null was', () => {
    const window = 5;
    const rows = new ReturnRows(3, window);
    const sums = new PairSums(rows, window);
    for (let index = 0; index < 60; index++) {
      const isNull = [3, 4, 19, 30, 31, 50].includes(index);
      rows.append(index, Float64Array.of(Math.sin(index), isNull ? NULL : Math.cos(index * 3), index === 30 ? NULL : Math.sin(index * 5)));
      sums.advance();
      const anew = new PairSums(rows, window);
      anew.rebuild();
      expect(new Correlator(sums, 2).correlate()).toEqual(new Correlator(anew, 2).correlate());
    }
  });

  it('forgets a spike as soon as it has left the window', () => {
    const quiet = Array.from({ length: 20 }, (_, i) => [1e-7 * Math.sin(i), 1e-7 * Math.cos(i * i)]);
    const { rho, std } = correlationsOf([[0.15, 0.15], ...quiet], { window: 20 });
    const expected = correlationsOf(quiet, { window: 20 });
    expect(rho[1]).toBeCloseTo(expected.rho[1]!, 13);
    expect(std[0]! / expected.std[0]!).toBeCloseTo(1, 12);
  });
});

describe('the summary of a correlation matrix', () => {
  it('is over the off-diagonal pairs that are not null', () => {
    const rho = Float64Array.from([1, 0.9, NULL, 1, -0.5, 1]);
    const { meanAbsRho, maxAbsRho, dispersion, strong } = summarise(rho, 3);
    expect(meanAbsRho).toBeCloseTo(0.7, 15);
    expect(maxAbsRho).toBe(0.9);
    expect(dispersion).toBeCloseTo(Math.sqrt(0.98), 15);
    expect(strong).toEqual([{ a: 0, b: 1, rho: 0.9 }]);
  });

  it('lists pairs with |rho| above 0.85, not at it, in the order of the triangle', () => {
    const rho = Float64Array.from([1, -0.86, 0.85, 1, 0.851, 1]);
    expect(summarise(rho, 3).strong).toEqual([
      { a: 0, b: 1, rho: -0.86 },
      { a: 1, b: 2, rho: 0.851 },
    ]);
  });

  it('is null without pairs, and has no dispersion below two', () => {
    expect(summarise(Float64Array.from([1]), 1)).toEqual({ meanAbsRho: NULL, maxAbsRho: NULL, dispersion: NULL, strong: [] });
    expect(summarise(Float64Array.from([1, -0.25, 1]), 2)).toEqual({ meanAbsRho: 0.25, maxAbsRho: 0.25, dispersion: NULL, strong: [] });
  });
});
