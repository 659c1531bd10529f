import { centred, DD_WIDTH, ddAdd, ddAddProduct, ddReset } from './double-double.ts';
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
  readonly #row: Float64Array;
  #nulls: NullCorrections | null = null;
  #count = 0;

  constructor(rows: ReturnRows, window: number) {
    const symbols = rows.symbols;
    this.window = window;
    this.symbols = symbols;
    this.#rows = rows;
    this.sums = new Float64Array(DD_WIDTH * symbols);
    this.products = new Float64Array(DD_WIDTH * triangleSize(symbols));
    this.observations = new Int32Array(symbols);
    this.#row = new Float64Array(symbols);
  }

  /** Rows taken in so far: the window ends at row count - 1. Behind `rows.count` only while older matrices are being corrected. */
  get count(): number {
    return this.#count;
  }

  /** Index of the first row in the window. */
  get windowFirst(): number {
    return Math.max(0, this.#count - this.window);
  }

  /** What nulls take from the sums of a pair; null where no row held a null beside a value. */
  get nulls(): NullCorrections | null {
    return this.#nulls;
  }

  /** sum(x * y) - sum(x) * sum(y) / count of the pair with triangle index `pair`; `x` and `y` are its symbols' places in `sums`. */
  centred(pair: number, x: number, y: number, count: number): number {
    const { products, sums } = this;
    const at = DD_WIDTH * pair;
    return centred(products[at]!, products[at + 1]!, sums[x]!, sums[x + 1]!, sums[y]!, sums[y + 1]!, count);
  }

  /** Moves the window on by one row. */
  advance(): void {
    const row = this.#load(this.#row, this.#count);
    this.#watchForNulls(row);
    this.#apply(row, 1);
    if (this.#count >= this.window) this.#apply(this.#load(this.#row, this.#count - this.window), -1);
    this.#count++;
    for (let symbol = this.#count % this.window; symbol < this.symbols; symbol += this.window) this.#rebuildFrom(symbol, this.#count);
  }

  /** Brings a symbol's sums up to date where its return in row `index`, which lies in the window, has changed. */
  revise(symbol: number, index: number): void {
    this.#watchForNulls(this.#load(this.#row, index));
    const anchor = this.#anchorOf(symbol);
    this.#rebuildFrom(symbol, anchor);
    for (let other = 0; other < this.symbols; other++) {
      const otherAnchor = this.#anchorOf(other);
      if (other < symbol) this.#rebuildPair(other, symbol, otherAnchor);
      this.#nulls?.rebuild(this.#rows, this.window, other, symbol, otherAnchor, this.#count);
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
    for (let index = this.#rows.first; index < count; index++) this.#watchForNulls(this.#load(this.#row, index));
    for (let symbol = 0; symbol < this.symbols; symbol++) this.#rebuildFrom(symbol, anchor ?? this.#anchorOf(symbol));
  }

  /** The newest anchor of a symbol. */
  #anchorOf(symbol: number): number {
    const since = (((this.#count - symbol) % this.window) + this.window) % this.window;
    return Math.max(0, this.#count - since);
  }

  /** Rebuilds a symbol's own sums, its pairs with itself and the symbols after it, and its side of what nulls take. */
  #rebuildFrom(symbol: number, anchor: number): void {
    this.#rebuildSymbol(symbol, anchor);
    for (let other = 0; other < this.symbols; other++) {
      if (other >= symbol) this.#rebuildPair(symbol, other, anchor);
      this.#nulls?.rebuild(this.#rows, this.window, symbol, other, anchor, this.#count);
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
    const rows = this.#rows;
    const at = DD_WIDTH * triangleIndex(a, b, this.symbols);
    ddReset(this.products, at);
    for (let index = Math.max(0, anchor - this.window); index < this.#count; index++) {
      ddAddProduct(this.products, at, zeroIfNull(rows.value(a, index)), zeroIfNull(rows.value(b, index)));
      if (index < anchor || index < this.window) continue;
      const left = index - this.window;
      ddAddProduct(this.products, at, -zeroIfNull(rows.value(a, left)), zeroIfNull(rows.value(b, left)));
    }
  }

  /** A row enters the window (sign 1) or leaves it (sign -1). */
  #apply(row: Float64Array, sign: 1 | -1): void {
    const { symbols, products } = this;
    for (let symbol = 0; symbol < symbols; symbol++) this.#applySymbol(symbol, row[symbol]!, sign);
    this.#nulls?.apply(row, sign);
    for (let symbol = 0; symbol < symbols; symbol++) row[symbol] = zeroIfNull(row[symbol]!);
    let at = 0;
    for (let a = 0; a < symbols; a++) {
      const x = sign * row[a]!;
      for (let b = a; b < symbols; b++, at += DD_WIDTH) ddAddProduct(products, at, x, row[b]!);
    }
  }

  #applySymbol(symbol: number, x: number, sign: 1 | -1): void {
    if (Number.isNaN(x)) return;
    ddAdd(this.sums, DD_WIDTH * symbol, sign * x);
    this.observations[symbol]! += sign;
  }

  #load(into: Float64Array, index: number): Float64Array {
    for (let symbol = 0; symbol < this.symbols; symbol++) into[symbol] = this.#rows.value(symbol, index);
    return into;
  }

  /** Makes room for corrections when the first row with a null beside a value comes. */
  #watchForNulls(row: Float64Array): void {
    if (this.#nulls !== null) return;
    let nulls = 0;
    for (let symbol = 0; symbol < this.symbols; symbol++) if (Number.isNaN(row[symbol]!)) nulls++;
    if (nulls > 0 && nulls < this.symbols) this.#nulls = new NullCorrections(this.symbols);
  }
}

/** A null adds nothing to a sum of products: adding an exact zero leaves a double-double sum as it is. */
function zeroIfNull(x: number): number {
  return Number.isNaN(x) ? 0 : x;
}
