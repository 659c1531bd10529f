import { DD_WIDTH, ddAdd, ddReset, productError, splitProductError, sumError, upperHalf } from './double-double.ts';
import { NullCorrections } from './null-corrections.ts';
import type { ReturnRows } from './return-rows.ts';
import { triangleIndex, triangleSize } from './triangle.ts';

/**
 * Running sums over the newest `window` rows, for every symbol and every pair: an entering row is added, a leaving one taken out, so
 * a row costs the same however long the window is. Kept in double-double arithmetic; nulls are handled by corrections.
 *
 * Every sum is computed anew from the rows at its ANCHOR, a number of rows, and only updated in between. So nothing drifts, and the
 * bits of all sums depend on the number of rows and the newest 2 x window of them alone: sums rebuilt from saved rows go on as if they
 * had never stopped. The anchors of symbol i are the numbers that leave the remainder i modulo the window (staggered, so that no
 * single row pays for all); a pair i <= j shares those of i.
 */
export class PairSums {
  readonly window: number;
  readonly symbols: number;
  readonly #rows: ReturnRows;
  /** Sums of x, one a symbol. */
  readonly sums: Float64Array;
  /** Sums of x_i * x_j: upper triangle with the diagonal, row by row. */
  readonly products: Float64Array;
  /** Non-null returns of each symbol in the window. */
  readonly observations: Int32Array;
  /** The rows that enter and leave the window, and the upper halves of their returns. */
  readonly #entering: Float64Array;
  readonly #enteringUpper: Float64Array;
  readonly #leaving: Float64Array;
  readonly #leavingUpper: Float64Array;
  #nulls: NullCorrections | null = null;
  /** Index of the newest row with a null beside a value; -1 where there was none. */
  #newestMixed = -1;
  #count = 0;

  constructor(rows: ReturnRows, window: number) {
    const symbols = rows.symbols;
    this.window = window;
    this.symbols = symbols;
    this.#rows = rows;
    this.sums = new Float64Array(DD_WIDTH * symbols);
    this.products = new Float64Array(DD_WIDTH * triangleSize(symbols));
    this.observations = new Int32Array(symbols);
    this.#entering = new Float64Array(symbols);
    this.#enteringUpper = new Float64Array(symbols);
    this.#leaving = new Float64Array(symbols);
    this.#leavingUpper = new Float64Array(symbols);
  }

  /** Rows taken in so far: the window ends at row count - 1. Behind `rows.count` only while older matrices are being corrected. */
  get count(): number {
    return this.#count;
  }

  /** Index of the first row in the window. */
  get windowFirst(): number {
    return Math.max(0, this.#count - this.window);
  }

  /**
   * What nulls take from the sums of a pair; null where no row that the sums depend on, one of the newest two windows, holds a null beside a
   * value. Everybody's corrections have been computed anew by then, and are zero.
   */
  get nulls(): NullCorrections | null {
    return this.#newestMixed >= this.#count - 2 * this.window ? this.#nulls : null;
  }

  /** Moves the window on by one row. */
  advance(): void {
    const index = this.#count++;
    this.#rows.copyRow(index, this.#entering);
    this.#watchForNulls(this.#entering, index);
    const isLeaving = index >= this.window;
    if (isLeaving) this.#rows.copyRow(index - this.window, this.#leaving);
    else this.#leaving.fill(0);
    this.#moveSymbols(isLeaving);
    const nulls = this.nulls;
    nulls?.apply(this.#entering, 1);
    if (isLeaving) nulls?.apply(this.#leaving, -1);
    split(this.#entering, this.#enteringUpper);
    split(this.#leaving, this.#leavingUpper);
    this.#movePairs();
    for (let symbol = this.#count % this.window; symbol < this.symbols; symbol += this.window)
      this.#rebuildFrom(symbol, this.#count, nulls);
  }

  /** Brings a symbol's sums up to date where its return in row `index`, which lies in the window, has changed. */
  revise(symbol: number, index: number): void {
    this.#rows.copyRow(index, this.#entering);
    this.#watchForNulls(this.#entering, index);
    const anchor = this.#anchorOf(symbol);
    const nulls = this.nulls;
    this.#rebuildFrom(symbol, anchor, nulls);
    for (let other = 0; other < this.symbols; other++) {
      const otherAnchor = this.#anchorOf(other);
      if (other < symbol) this.#rebuildPair(other, symbol, otherAnchor);
      nulls?.rebuild(this.#rows, this.window, other, symbol, otherAnchor, this.#count);
    }
  }

  /** Rebuilds all sums from the rows there are: rows were put back, or moved. */
  rebuild(): void {
    this.#rebuildAll(this.#rows.count, null);
  }

  /**
   * Lets the window end before row `count`, at most `window` rows back, all sums computed anew there: the first of some older windows to be
   * walked through with `advance`. Then `rebuild`, or the bits depend on this visit.
   */
  visit(count: number): void {
    this.#rebuildAll(count, count);
  }

  #rebuildAll(count: number, anchor: number | null): void {
    this.#count = count;
    this.#newestMixed = -1;
    for (let index = this.#rows.first; index < count; index++) {
      this.#rows.copyRow(index, this.#entering);
      this.#watchForNulls(this.#entering, index);
    }
    for (let symbol = 0; symbol < this.symbols; symbol++) {
      // With what nulls took before, if they take nothing now: it must read zero when the next one comes.
      this.#rebuildFrom(symbol, anchor ?? this.#anchorOf(symbol), this.#nulls);
    }
  }

  /** The newest anchor of a symbol. */
  #anchorOf(symbol: number): number {
    const since = (((this.#count - symbol) % this.window) + this.window) % this.window;
    return Math.max(0, this.#count - since);
  }

  /** Rebuilds a symbol's own sums, its pairs with itself and the symbols after it, and its side of what nulls take. */
  #rebuildFrom(symbol: number, anchor: number, nulls: NullCorrections | null): void {
    this.#rebuildSymbol(symbol, anchor);
    for (let other = 0; other < this.symbols; other++) {
      if (other >= symbol) this.#rebuildPair(symbol, other, anchor);
      nulls?.rebuild(this.#rows, this.window, symbol, other, anchor, this.#count);
    }
  }

  #rebuildSymbol(symbol: number, anchor: number): void {
    const at = DD_WIDTH * symbol;
    ddReset(this.sums, at);
    this.observations[symbol] = 0;
    for (let index = Math.max(0, anchor - this.window); index < this.#count; index++) {
      this.#applySymbol(symbol, this.#rows.value(symbol, index), 1);
      if (index >= anchor && index >= this.window) this.#applySymbol(symbol, this.#rows.value(symbol, index - this.window), -1);
    }
  }

  #rebuildPair(a: number, b: number, anchor: number): void {
    const { window, products } = this;
    const { returns, capacity } = this.#rows;
    const count = this.#count;
    const updatedFrom = Math.max(anchor, window);
    const first = Math.max(0, anchor - window);
    const atA = a * capacity;
    const atB = b * capacity;
    let slot = first % capacity;
    let sum = 0;
    let sumLow = 0;
    for (let index = first; index < count; index++) {
      const x = zeroIfNull(returns[atA + slot]!);
      const y = zeroIfNull(returns[atB + slot]!);
      const product = x * y;
      const high = sum + product;
      const low = sumLow + (sumError(sum, product, high) + productError(x, y, product));
      sum = high + low;
      sumLow = low - (sum - high);
      if (index >= updatedFrom) {
        // The ring is two windows long.
        const left = slot < window ? slot + window : slot - window;
        const leftX = -zeroIfNull(returns[atA + left]!);
        const leftY = zeroIfNull(returns[atB + left]!);
        const leftProduct = leftX * leftY;
        const newHigh = sum + leftProduct;
        const newLow = sumLow + (sumError(sum, leftProduct, newHigh) + productError(leftX, leftY, leftProduct));
        sum = newHigh + newLow;
        sumLow = newLow - (sum - newHigh);
      }
      if (++slot === capacity) slot = 0;
    }
    const at = DD_WIDTH * triangleIndex(a, b, this.symbols);
    products[at] = sum;
    products[at + 1] = sumLow;
  }

  /** The entering row joins the sums of symbols, the leaving one is taken out. */
  #moveSymbols(isLeaving: boolean): void {
    for (let symbol = 0; symbol < this.symbols; symbol++) this.#applySymbol(symbol, this.#entering[symbol]!, 1);
    if (!isLeaving) return;
    for (let symbol = 0; symbol < this.symbols; symbol++) this.#applySymbol(symbol, this.#leaving[symbol]!, -1);
  }

  /** The same for the sums of pairs, in one walk over the triangle; taking out a row of zeros changes nothing. */
  #movePairs(): void {
    const { symbols, products } = this;
    const entering = this.#entering;
    const enteringUpper = this.#enteringUpper;
    const leaving = this.#leaving;
    const leavingUpper = this.#leavingUpper;
    let at = 0;
    for (let a = 0; a < symbols; a++) {
      const x = entering[a]!;
      const xUpper = enteringUpper[a]!;
      const leftX = -leaving[a]!;
      const leftXUpper = -leavingUpper[a]!;
      for (let b = a; b < symbols; b++, at += DD_WIDTH) {
        const y = entering[b]!;
        const product = x * y;
        const before = products[at]!;
        const high = before + product;
        const low = products[at + 1]! + (sumError(before, product, high) + splitProductError(x, xUpper, y, enteringUpper[b]!, product));
        const sum = high + low;
        const sumLow = low - (sum - high);

        const leftY = leaving[b]!;
        const leftProduct = leftX * leftY;
        const newHigh = sum + leftProduct;
        const newLow =
          sumLow + (sumError(sum, leftProduct, newHigh) + splitProductError(leftX, leftXUpper, leftY, leavingUpper[b]!, leftProduct));
        const newSum = newHigh + newLow;
        products[at] = newSum;
        products[at + 1] = newLow - (newSum - newHigh);
      }
    }
  }

  #applySymbol(symbol: number, x: number, sign: 1 | -1): void {
    if (Number.isNaN(x)) return;
    ddAdd(this.sums, DD_WIDTH * symbol, sign * x);
    this.observations[symbol]! += sign;
  }

  /** Makes room for corrections when the first row with a null beside a value comes. */
  #watchForNulls(row: Float64Array, index: number): void {
    let nulls = 0;
    for (let symbol = 0; symbol < this.symbols; symbol++) if (Number.isNaN(row[symbol]!)) nulls++;
    if (nulls === 0 || nulls === this.symbols) return;
    this.#newestMixed = Math.max(this.#newestMixed, index);
    this.#nulls ??= new NullCorrections(this.symbols);
  }
}

/** A null adds nothing to a sum of products: adding an exact zero leaves a double-double sum as it is. */
function zeroIfNull(x: number): number {
  return Number.isNaN(x) ? 0 : x;
}

/** Puts zeros for nulls, and the upper halves of the row's returns into `upper`. */
function split(row: Float64Array, upper: Float64Array): void {
  for (let symbol = 0; symbol < row.length; symbol++) {
    const x = zeroIfNull(row[symbol]!);
    row[symbol] = x;
    upper[symbol] = upperHalf(x);
  }
}
