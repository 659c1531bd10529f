import { ddAdd, ddAddPair, ddAddProduct, ddReset, squareError, sumError } from './double-double.ts';
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

  /** Whether one symbol of a pair has a return in a row in which the other has none. */
  differ(pair: number): boolean {
    return this.#counts[2 * pair]! > 0 || this.#counts[2 * pair + 1]! > 0;
  }

  /**
   * Writes a symbol's sums over the rows it shares with the other one of a pair, four doubles from `to` on: its own sum of x at `atSum` of
   * `sums` less this side's, and its sum of x^2 at `atSquares` of `squares` likewise.
   */
  without(side: number, sums: Float64Array, atSum: number, squares: Float64Array, atSquares: number, into: Float64Array, to: number): void {
    const own = this.#sums;
    const at = WIDTH * side;
    const out = -own[at]!;
    const whole = sums[atSum]!;
    let high = whole + out;
    let low = sums[atSum + 1]! + (sumError(whole, out, high) - own[at + 1]!);
    const sum = high + low;
    into[to] = sum;
    into[to + 1] = low - (sum - high);
    const outSquares = -own[at + SQUARES]!;
    const wholeSquares = squares[atSquares]!;
    high = wholeSquares + outSquares;
    low = squares[atSquares + 1]! + (sumError(wholeSquares, outSquares, high) - own[at + SQUARES + 1]!);
    const squareSum = high + low;
    into[to + SQUARES] = squareSum;
    into[to + SQUARES + 1] = low - (squareSum - high);
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
      const squareLow = squareError(x, square);
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
    const { returns, capacity } = rows;
    const first = Math.max(0, anchor - window);
    const leavesFrom = Math.max(anchor, window);
    const atSymbol = symbol * capacity;
    const atOther = other * capacity;
    let slot = first % capacity;
    for (let index = first; index < count; index++) {
      if (Number.isNaN(returns[atOther + slot]!)) this.#applySide(side, returns[atSymbol + slot]!, 1);
      if (index >= leavesFrom) {
        // The ring is two windows long.
        const left = slot < window ? slot + window : slot - window;
        if (Number.isNaN(returns[atOther + left]!)) this.#applySide(side, returns[atSymbol + left]!, -1);
      }
      if (++slot === capacity) slot = 0;
    }
  }

  /** A row in which the other symbol of the pair is null enters or leaves. */
  #applySide(side: number, x: number, sign: 1 | -1): void {
    if (Number.isNaN(x)) return;
    this.#counts[side]! += sign;
    ddAdd(this.#sums, WIDTH * side, sign * x);
    ddAddProduct(this.#sums, WIDTH * side + SQUARES, sign * x, x);
  }
}

/** The place of `symbol`'s side in its pair with `other`: twice the pair's triangle index, plus 1 for the later symbol. */
function sideIndex(symbol: number, other: number, symbols: number): number {
  return symbol < other ? 2 * triangleIndex(symbol, other, symbols) : 2 * triangleIndex(other, symbol, symbols) + 1;
}
