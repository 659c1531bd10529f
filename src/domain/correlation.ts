import { DD_WIDTH, ddCentred } from './double-double.ts';
import type { NullCorrections } from './null-corrections.ts';
import type { PairSums } from './pair-sums.ts';
import { triangleIndex, triangleSize } from './triangle.ts';

/** A standard deviation of log returns up to this counts as 0 (the zero rule of spec section 3). */
export const ZERO_STD = 1e-12;

/** A pair whose |rho| is above this is listed as strong (spec section 5). */
export const STRONG_RHO = 0.85;

/** Pearson correlations over one window. Triangles are upper, with the diagonal, row by row. Null is NaN. */
export interface Correlations {
  readonly rho: Float64Array;
  /** Shared returns of each pair. */
  readonly nObs: Int32Array;
  /** Sample standard deviation of each symbol's own returns. */
  readonly std: Float64Array;
}

/** What the off-diagonal, non-null correlations look like together. NaN where there are too few. */
export interface CorrelationSummary {
  readonly meanAbsRho: number;
  readonly maxAbsRho: number;
  /** Sample standard deviation of rho; NaN below two pairs. */
  readonly dispersion: number;
  /** Pairs (a, b, rho) with |rho| > 0.85, a < b, in the order of the triangle. */
  readonly strong: readonly { readonly a: number; readonly b: number; readonly rho: number }[];
}

/**
 * The correlation matrix over the rows in the sums' window, in fresh arrays. A pair uses the rows in which both returns are non-null,
 * for its means and variances too; its rho is null below `minObs` such rows or where a variance is 0. Diagonal: 1 or null.
 */
export function correlate(sums: PairSums, minObs: number): Correlations {
  const { symbols, observations, nulls } = sums;
  const triangle = triangleSize(symbols);
  const rho = new Float64Array(triangle);
  const nObs = new Int32Array(triangle);
  const std = new Float64Array(symbols);
  const roots = new Float64Array(symbols);
  for (let a = 0; a < symbols; a++) ownDeviation(sums, a, minObs, std, roots);
  const shared = nulls === null ? null : new SharedRows(sums, nulls, minObs);
  let at = 0;
  for (let a = 0; a < symbols; a++) {
    const count = observations[a]!;
    const x = DD_WIDTH * a;
    nObs[at] = count;
    rho[at++] = roots[a]! > 0 ? 1 : Number.NaN;
    for (let b = a + 1; b < symbols; b++, at++) {
      if (shared?.differ(at)) {
        nObs[at] = shared.count(a, at);
        rho[at] = shared.rho(a, b, at);
      } else {
        const root = roots[a]! * roots[b]!;
        nObs[at] = count;
        rho[at] = root > 0 ? clip(sums.centred(at, x, DD_WIDTH * b, count) / root) : Number.NaN;
      }
    }
  }
  return { rho, nObs, std };
}

/** Mean |rho|, max |rho|, dispersion and the strong pairs of a triangle. */
export function summarise(rho: Float64Array, symbols: number): CorrelationSummary {
  const strong: { a: number; b: number; rho: number }[] = [];
  let pairs = 0;
  let sum = 0;
  let absoluteSum = 0;
  let maxAbsRho = Number.NaN;
  let at = 0;
  for (let a = 0; a < symbols; a++) {
    at++;
    for (let b = a + 1; b < symbols; b++) {
      const value = rho[at++]!;
      if (Number.isNaN(value)) continue;
      const absolute = Math.abs(value);
      pairs++;
      sum += value;
      absoluteSum += absolute;
      if (!(absolute <= maxAbsRho)) maxAbsRho = absolute;
      if (absolute > STRONG_RHO) strong.push({ a, b, rho: value });
    }
  }
  return {
    meanAbsRho: pairs === 0 ? Number.NaN : absoluteSum / pairs,
    maxAbsRho,
    dispersion: spread(rho, symbols, pairs, sum / pairs),
    strong,
  };
}

/** Sample standard deviation of the off-diagonal values around their mean, in a second pass. */
function spread(rho: Float64Array, symbols: number, pairs: number, mean: number): number {
  if (pairs < 2) return Number.NaN;
  let squares = 0;
  let at = 0;
  for (let a = 0; a < symbols; a++) {
    at++;
    for (let b = a + 1; b < symbols; b++) {
      const value = rho[at++]!;
      if (!Number.isNaN(value)) squares += (value - mean) * (value - mean);
    }
  }
  return Math.sqrt(squares / (pairs - 1));
}

/** Writes a symbol's std over its own returns, and the root of its centred sum of squares: 0 where no correlation may use it. */
function ownDeviation(sums: PairSums, symbol: number, minObs: number, std: Float64Array, roots: Float64Array): void {
  const count = sums.observations[symbol]!;
  std[symbol] = Number.NaN;
  if (count < minObs || count < 2) return;
  const at = DD_WIDTH * symbol;
  const squares = sums.centred(triangleIndex(symbol, symbol, sums.symbols), at, at, count);
  const varies = exceedsZero(squares, count);
  std[symbol] = varies ? Math.sqrt(squares / (count - 1)) : 0;
  roots[symbol] = varies ? Math.sqrt(squares) : 0;
}

/** Whether a centred sum of squares is a variance at all, by the zero rule. */
function exceedsZero(squares: number, count: number): boolean {
  return squares > ZERO_STD * ZERO_STD * (count - 1);
}

function clip(rho: number): number {
  return Math.max(-1, Math.min(1, rho));
}

/** Correlation of a pair over the rows it shares, where nulls make them differ from the rows of one of its symbols. */
class SharedRows {
  readonly #sums: PairSums;
  readonly #nulls: NullCorrections;
  readonly #minObs: number;
  /** Double-double sums over the shared rows: x, x^2, y, y^2, and x * y. */
  readonly #shared = new Float64Array(5 * DD_WIDTH);

  constructor(sums: PairSums, nulls: NullCorrections, minObs: number) {
    this.#sums = sums;
    this.#nulls = nulls;
    this.#minObs = minObs;
  }

  /** Whether one of a pair's symbols has a return in a row in which the other has none. */
  differ(pair: number): boolean {
    return this.#nulls.count(2 * pair) > 0 || this.#nulls.count(2 * pair + 1) > 0;
  }

  /** Shared returns of a pair whose first symbol is `a`. */
  count(a: number, pair: number): number {
    return this.#sums.observations[a]! - this.#nulls.count(2 * pair);
  }

  rho(a: number, b: number, pair: number): number {
    const count = this.count(a, pair);
    if (count < this.#minObs || count < 2) return Number.NaN;
    const shared = this.#shared;
    this.#own(a, 2 * pair, X, XX);
    this.#own(b, 2 * pair + 1, Y, YY);
    const squaresA = ddCentred(shared, XX, X, X, count);
    const squaresB = ddCentred(shared, YY, Y, Y, count);
    if (!exceedsZero(squaresA, count) || !exceedsZero(squaresB, count)) return Number.NaN;
    copySum(this.#sums.products, DD_WIDTH * pair, shared, XY);
    return clip(ddCentred(shared, XY, X, Y, count) / Math.sqrt(squaresA * squaresB));
  }

  /** The sums of a symbol and of its squares over the rows it shares with the other one of a pair. */
  #own(symbol: number, side: number, atSum: number, atSquares: number): void {
    const sums = this.#sums;
    copySum(sums.sums, DD_WIDTH * symbol, this.#shared, atSum);
    copySum(sums.products, DD_WIDTH * triangleIndex(symbol, symbol, sums.symbols), this.#shared, atSquares);
    this.#nulls.takeOut(side, this.#shared, atSum, atSquares);
  }
}

const X = 0;
const XX = DD_WIDTH;
const Y = 2 * DD_WIDTH;
const YY = 3 * DD_WIDTH;
const XY = 4 * DD_WIDTH;

function copySum(from: Float64Array, fromAt: number, to: Float64Array, toAt: number): void {
  to[toAt] = from[fromAt]!;
  to[toAt + 1] = from[fromAt + 1]!;
}
