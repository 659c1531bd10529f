import { centred, centredSquares, DD_WIDTH, multipleError, splitProductError, upperHalf } from './double-double.ts';
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

/** Correlation matrices over the rows in the window of some sums, as these move on. */
export class Correlator {
  readonly #sums: PairSums;
  readonly #minObs: number;
  /** Of each symbol: the root of its centred sum of squares, 0 where no correlation may use it; the upper half of its sum. */
  readonly #roots: Float64Array;
  readonly #uppers: Float64Array;
  /** Double-double sums over the rows that a pair shares: x, x^2, y, y^2. */
  readonly #shared = new Float64Array(4 * DD_WIDTH);

  constructor(sums: PairSums, minObs: number) {
    this.#sums = sums;
    this.#minObs = minObs;
    this.#roots = new Float64Array(sums.symbols);
    this.#uppers = new Float64Array(sums.symbols);
  }

  /**
   * The matrix now, in fresh arrays. A pair uses the rows in which both returns are non-null, for its means and variances too; its rho is
   * null below `minObs` such rows or where a variance is 0. Diagonal: 1 or null.
   */
  correlate(): Correlations {
    const { symbols, observations, sums, products, nulls } = this.#sums;
    const roots = this.#roots;
    const uppers = this.#uppers;
    const { rho, nObs, std } = emptyCorrelations(symbols);
    for (let symbol = 0; symbol < symbols; symbol++) this.#prepare(symbol, std);
    let at = 0;
    for (let a = 0; a < symbols; a++) {
      const count = observations[a]!;
      const x = sums[DD_WIDTH * a]!;
      const xLow = sums[DD_WIDTH * a + 1]!;
      const xUpper = uppers[a]!;
      const xRoot = roots[a]!;
      nObs[at] = count;
      rho[at++] = xRoot > 0 ? 1 : Number.NaN;
      for (let b = a + 1; b < symbols; b++, at++) {
        if (nulls?.differ(at)) {
          nObs[at] = count - nulls.count(2 * at);
          rho[at] = this.#sharedRho(nulls, a, b, at, nObs[at]!);
          continue;
        }
        nObs[at] = count;
        const root = xRoot * roots[b]!;
        if (!(root > 0)) {
          rho[at] = Number.NaN;
          continue;
        }
        // `centred` written out: the sums of x and y are split once a symbol, and no call puts a double on the heap.
        const y = sums[DD_WIDTH * b]!;
        const product = x * y;
        const productLow = splitProductError(x, xUpper, y, uppers[b]!, product) + (x * sums[DD_WIDTH * b + 1]! + xLow * y);
        const quotient = product / count;
        const whole = quotient * count;
        const quotientLow = (product - whole - multipleError(quotient, count, whole) + productLow) / count;
        rho[at] = clip((products[DD_WIDTH * at]! - quotient + (products[DD_WIDTH * at + 1]! - quotientLow)) / root);
      }
    }
    return { rho, nObs, std };
  }

  /** Writes a symbol's std over its own returns, and what its pairs need of it. */
  #prepare(symbol: number, std: Float64Array): void {
    const { sums, products, observations, symbols } = this.#sums;
    const count = observations[symbol]!;
    const at = DD_WIDTH * symbol;
    this.#uppers[symbol] = upperHalf(sums[at]!);
    this.#roots[symbol] = 0;
    std[symbol] = Number.NaN;
    if (count < this.#minObs || count < 2) return;
    const own = DD_WIDTH * triangleIndex(symbol, symbol, symbols);
    const squares = centredSquares(products[own]!, products[own + 1]!, sums[at]!, sums[at + 1]!, count);
    const varies = exceedsZero(squares, count);
    std[symbol] = varies ? Math.sqrt(squares / (count - 1)) : 0;
    this.#roots[symbol] = varies ? Math.sqrt(squares) : 0;
  }

  /** Correlation of a pair over the `count` rows it shares, where nulls make them differ from the rows of one of its symbols. */
  #sharedRho(nulls: NullCorrections, a: number, b: number, pair: number, count: number): number {
    if (count < this.#minObs || count < 2) return Number.NaN;
    const { sums, products, symbols } = this.#sums;
    const shared = this.#shared;
    nulls.without(2 * pair, sums, DD_WIDTH * a, products, DD_WIDTH * triangleIndex(a, a, symbols), shared, X);
    nulls.without(2 * pair + 1, sums, DD_WIDTH * b, products, DD_WIDTH * triangleIndex(b, b, symbols), shared, Y);
    const squaresA = centredSquares(shared[X + 2]!, shared[X + 3]!, shared[X]!, shared[X + 1]!, count);
    const squaresB = centredSquares(shared[Y + 2]!, shared[Y + 3]!, shared[Y]!, shared[Y + 1]!, count);
    if (!exceedsZero(squaresA, count) || !exceedsZero(squaresB, count)) return Number.NaN;
    const at = DD_WIDTH * pair;
    const moment = centred(products[at]!, products[at + 1]!, shared[X]!, shared[X + 1]!, shared[Y]!, shared[Y + 1]!, count);
    return clip(moment / Math.sqrt(squaresA * squaresB));
  }
}

/** Arrays for one matrix, in one block of memory: each block costs more to make than a hundred pairs to correlate. */
function emptyCorrelations(symbols: number): Correlations {
  const triangle = triangleSize(symbols);
  const rhoBytes = triangle * Float64Array.BYTES_PER_ELEMENT;
  const stdBytes = symbols * Float64Array.BYTES_PER_ELEMENT;
  const block = new ArrayBuffer(rhoBytes + stdBytes + triangle * Int32Array.BYTES_PER_ELEMENT);
  return {
    rho: new Float64Array(block, 0, triangle),
    std: new Float64Array(block, rhoBytes, symbols),
    nObs: new Int32Array(block, rhoBytes + stdBytes, triangle),
  };
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

/** Whether a centred sum of squares is a variance at all, by the zero rule. */
function exceedsZero(squares: number, count: number): boolean {
  return squares > ZERO_STD * ZERO_STD * (count - 1);
}

function clip(rho: number): number {
  return Math.max(-1, Math.min(1, rho));
}

/** Where in the sums over shared rows the two symbols of a pair stand: the sum, then that of squares. */
const X = 0;
const Y = 2 * DD_WIDTH;
