/**
 * Running sums in double-double arithmetic: a number is the unevaluated sum hi + lo of two doubles with |lo| <= ulp(hi) / 2,
 * about 106 bits. A plain double sum keeps the rounding errors of a spike long after the spike has left the window; here they
 * are some 2^-104 of the largest term, far below every tolerance of the spec.
 *
 * A sum lives in a Float64Array at `at` (hi) and `at + 1` (lo), so that no update allocates. An array of zeros is sums of zero.
 *
 * Domain: finite values whose products lie between 1e-270 and 1e270 in magnitude, or are zero (returns, prices, volumes and their
 * squares do). Beyond it the split of a factor overflows (above 2^996) or the error term of a product underflows.
 */

/** Doubles that one sum takes in its array. */
export const DD_WIDTH = 2;

/** 2^27 + 1: multiplying by it splits a double into two halves of at most 26 bits, whose products are exact (Dekker). */
const SPLITTER = 134_217_729;

/** Sets the sum at `at` to zero. */
export function ddReset(sums: Float64Array, at: number): void {
  sums[at] = 0;
  sums[at + 1] = 0;
}

/** Adds `value` to the sum at `at`. Adding `-value` takes it out again. */
export function ddAdd(sums: Float64Array, at: number, value: number): void {
  ddAddPair(sums, at, value, 0);
}

/** Adds the exact product a * b to the sum at `at`. Adding (-a) * b takes the very same product out again. */
export function ddAddProduct(sums: Float64Array, at: number, a: number, b: number): void {
  const product = a * b;
  ddAddPair(sums, at, product, productError(a, b, product));
}

/**
 * sum(x * y) - sum(x) * sum(y) / count: the centred sum of products behind variances and covariances, from the high and low parts of the
 * sums of x * y, x and y. Cancellation is confined to the double-double digits, so the result keeps its relative precision where the mean
 * exceeds the spread by up to twelve orders of magnitude. `count` is at least 1. May be slightly negative where the truth is 0.
 */
export function centred(xyHi: number, xyLo: number, xHi: number, xLo: number, yHi: number, yLo: number, count: number): number {
  const product = xHi * yHi;
  const productLow = productError(xHi, yHi, product) + (xHi * yLo + xLo * yHi);
  const quotient = product / count;
  const whole = quotient * count;
  const quotientLow = (product - whole - multipleError(quotient, count, whole) + productLow) / count;
  // Either the high parts are within a factor of two, and their difference is exact (Sterbenz), or nothing cancels.
  return xyHi - quotient + (xyLo - quotientLow);
}

/** The error of a rounded product: a * b - product, exactly (Dekker; JavaScript has no fused multiply-add). */
export function productError(a: number, b: number, product: number): number {
  return splitProductError(a, upperHalf(a), b, upperHalf(b), product);
}

/** As `productError`, where the upper halves of the factors are at hand: a factor of many products is split once. */
export function splitProductError(a: number, upperA: number, b: number, upperB: number, product: number): number {
  const lowerA = a - upperA;
  const lowerB = b - upperB;
  return lowerA * lowerB - (product - upperA * upperB - lowerA * upperB - upperA * lowerB);
}

/** The upper half of a double's digits: it and the rest have at most 26 bits each, so that products of halves are exact. */
export function upperHalf(a: number): number {
  const scaled = SPLITTER * a;
  return scaled - (scaled - a);
}

/** The error of a rounded square: a * a - square, exactly; as `productError`, with one split instead of two. */
export function squareError(a: number, square: number): number {
  const high = upperHalf(a);
  const low = a - high;
  const mixed = low * high;
  return low * low - (square - high * high - mixed - mixed);
}

/** The error of a rounded multiple: a * times - product, exactly, for a whole number `times` below 2^26 (which needs no split). */
export function multipleError(a: number, times: number, product: number): number {
  const high = upperHalf(a);
  return -(product - high * times - (a - high) * times);
}

/** The error of a rounded sum: a + b - sum, exactly (Knuth). */
export function sumError(a: number, b: number, sum: number): number {
  const shadow = sum - a;
  return a - (sum - shadow) + (b - shadow);
}

/** As `centred` for the sums of squares and values of one series: sum(x^2) - sum(x)^2 / count. */
export function centredSquares(squaresHi: number, squaresLo: number, xHi: number, xLo: number, count: number): number {
  const product = xHi * xHi;
  const mixed = xHi * xLo;
  const productLow = squareError(xHi, product) + (mixed + mixed);
  const quotient = product / count;
  const whole = quotient * count;
  const quotientLow = (product - whole - multipleError(quotient, count, whole) + productLow) / count;
  return squaresHi - quotient + (squaresLo - quotientLow);
}

/** Adds high + low to the sum at `at`, |low| <= ulp(high): Knuth's exact sum of the high parts, then one normalisation. */
export function ddAddPair(sums: Float64Array, at: number, high: number, low: number): void {
  const before = sums[at]!;
  const sum = before + high;
  const tail = sums[at + 1]! + (sumError(before, high, sum) + low);
  const normal = sum + tail;
  sums[at] = normal;
  sums[at + 1] = tail - (normal - sum);
}
