import { ddAdd, ddAddPair, ddAddProduct, ddReset, productError } from './double-double.ts';
import type { ReturnRows } from './return-rows.ts';
import { triangleIndex, triangleSize } from './triangle.ts';

/** Doubles one side of a pair takes: the double-double sums of x and of x^2. */
const WIDTH = 4;
const SQUARES = 2;

/**
 * What nulls take from a pair's sums: for each side of each pair (i, j) the number of rows in the window in which j is null and i is
 * not, and the sums of x_i and x_i^2 over them. The sums of i over the rows it shares with j are its own sums less these.
 *
 * A row costs its nulls times its non-nulls, so the common row (no null, or nothing but nulls) costs nothing.
 * Takes 36 n^2 bytes: made when the first row that holds both arrives.
 */
export class NullCorrections {
  readonly #symbols: number;
  /** Both sides of a pair lie together (see `sideIndex`), in the order in which a matrix is walked. */
  readonly #counts: Int32Array;
  readonly #sums: Float64Array;
  readonly #nulls: Int32Array;

  constructor(symbols: number) {
    const sides = 2 * triangleSize(symbols);
    this.#symbols = symbols;
    this.#counts = new Int32Array(sides);
    this.#sums = new Float64Array(WIDTH * sides);
    this.#nulls = new Int32Array(symbols);
  }

  /** Rows in which one symbol of a pair is null and the one that `side` stands for is not. */
  count(side: number): number {
    return this.#counts[side]!;
  }

  /** Takes a side's sums out of the sum of x at `atSum` of `into` and the sum of x^2 at `atSquares`. */
  takeOut(side: number, into: Float64Array, atSum: number, atSquares: number): void {
    const at = WIDTH * side;
    ddAddPair(into, atSum, -this.#sums[at]!, -this.#sums[at + 1]!);
    ddAddPair(into, atSquares, -this.#sums[at + SQUARES]!, -this.#sums[at + SQUARES + 1]!);
  }

  /** A row (NaN = null) enters the window (sign 1) or leaves it (sign -1). */
  apply(row: Float64Array, sign: 1 | -1): void {
    const nulls = this.#nulls;
    let nullCount = 0;
    for (let symbol = 0; symbol < this.#symbols; symbol++) if (Number.isNaN(row[symbol]!)) nulls[nullCount++] = symbol;
    if (nullCount === 0) return;
    for (let symbol = 0; symbol < this.#symbols; symbol++) {
      const x = row[symbol]!;
      if (Number.isNaN(x)) continue;
      const square = x * x;
      const squareLow = productError(x, x, square);
      for (let k = 0; k < nullCount; k++) {
        const side = sideIndex(symbol, nulls[k]!, this.#symbols);
        this.#counts[side]! += sign;
        ddAdd(this.#sums, WIDTH * side, sign * x);
        ddAddPair(this.#sums, WIDTH * side + SQUARES, sign * square, sign * squareLow);
      }
    }
  }

  /** Computes a symbol's side of a pair anew from the rows [.., anchor), then row by row to `count`, exactly as `apply` would have. */
  rebuild(rows: ReturnRows, window: number, symbol: number, other: number, anchor: number, count: number): void {
    const side = sideIndex(symbol, other, this.#symbols);
    this.#counts[side] = 0;
    ddReset(this.#sums, WIDTH * side);
    ddReset(this.#sums, WIDTH * side + SQUARES);
    for (let index = Math.max(0, anchor - window); index < count; index++) {
      this.#applySide(side, rows.value(symbol, index), rows.value(other, index), 1);
      if (index < anchor || index < window) continue;
      this.#applySide(side, rows.value(symbol, index - window), rows.value(other, index - window), -1);
    }
  }

  #applySide(side: number, x: number, other: number, sign: 1 | -1): void {
    if (Number.isNaN(x) || !Number.isNaN(other)) return;
    this.#counts[side]! += sign;
    ddAdd(this.#sums, WIDTH * side, sign * x);
    ddAddProduct(this.#sums, WIDTH * side + SQUARES, sign * x, x);
  }
}

/** The place of `symbol`'s side in its pair with `other`: twice the pair's triangle index, plus 1 for the later symbol. */
function sideIndex(symbol: number, other: number, symbols: number): number {
  return symbol < other ? 2 * triangleIndex(symbol, other, symbols) : 2 * triangleIndex(other, symbol, symbols) + 1;
}
