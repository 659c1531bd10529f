import { STRONG_RHO, ZERO_STD } from '../../src/domain/correlation.ts';

/** Spec section 5 word by word, in two passes over the window: rows of returns, NaN = null. Null results are NaN. */
export function referenceCorrelations(rows: readonly (readonly number[])[], symbols: number, minObs: number) {
  const rho: number[] = [];
  const nObs: number[] = [];
  const std: number[] = [];
  for (let a = 0; a < symbols; a++) {
    const own = rows.map((row) => row[a]!).filter((x) => !Number.isNaN(x));
    const deviation = own.length < Math.max(2, minObs) ? Number.NaN : sampleStd(own);
    std.push(deviation);
    nObs.push(own.length);
    rho.push(deviation > 0 ? 1 : Number.NaN);
    for (let b = a + 1; b < symbols; b++) {
      const shared = rows.filter((row) => !Number.isNaN(row[a]!) && !Number.isNaN(row[b]!));
      nObs.push(shared.length);
      rho.push(
        shared.length < Math.max(2, minObs)
          ? Number.NaN
          : pearson(
              shared.map((row) => row[a]!),
              shared.map((row) => row[b]!),
            ),
      );
    }
  }
  return { rho, nObs, std };
}

/** The metrics of spec section 5 over the off-diagonal values of a triangle. */
export function referenceSummary(rho: ArrayLike<number>, symbols: number) {
  const pairs: { a: number; b: number; rho: number }[] = [];
  let at = 0;
  for (let a = 0; a < symbols; a++) {
    for (let b = a; b < symbols; b++, at++) if (b > a && !Number.isNaN(rho[at]!)) pairs.push({ a, b, rho: rho[at]! });
  }
  const absolute = pairs.map((pair) => Math.abs(pair.rho));
  const centre = mean(pairs.map((pair) => pair.rho));
  return {
    meanAbsRho: mean(absolute),
    maxAbsRho: pairs.length === 0 ? Number.NaN : Math.max(...absolute),
    dispersion:
      pairs.length < 2 ? Number.NaN : Math.sqrt(pairs.reduce((sum, { rho: r }) => sum + (r - centre) ** 2, 0) / (pairs.length - 1)),
    strong: pairs.filter((pair) => Math.abs(pair.rho) > STRONG_RHO),
  };
}

/** The tolerance of spec section 6: relative 1e-9 or absolute 1e-12 (for std: 1e-15); null only beside null. */
export function agrees(actual: number, expected: number, absolute = 1e-12): boolean {
  if (Number.isNaN(actual) || Number.isNaN(expected)) return Number.isNaN(actual) === Number.isNaN(expected);
  const difference = Math.abs(actual - expected);
  return difference <= absolute || difference <= 1e-9 * Math.abs(expected);
}

function pearson(x: readonly number[], y: readonly number[]): number {
  if (sampleStd(x) === 0 || sampleStd(y) === 0) return Number.NaN;
  const meanX = mean(x);
  const meanY = mean(y);
  const products = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i]! - meanY), 0);
  const norm = Math.sqrt(squares(x)) * Math.sqrt(squares(y));
  return Math.max(-1, Math.min(1, products / norm));
}

function sampleStd(values: readonly number[]): number {
  const deviation = Math.sqrt(squares(values) / (values.length - 1));
  return deviation <= ZERO_STD ? 0 : deviation;
}

function squares(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
