import { centred, DD_WIDTH, ddAdd, ddAddProduct, ddReset } from './double-double.ts';
import { NullCorrections } from './null-corrections.ts';
import type { ReturnRows } from './return-rows.ts';
import { triangleIndex, triangleSize } from './triangle.ts';

/**
 * Running sums over the newest `window` rows, for every symbol and every pair: an entering row is added, a leaving one taken out, so
 * a row costs the same however long the window is. Kept in double-double arithmetic; nulls are handled by corrections.
 *
 * Every sum is computed anew from the rows at its ANCHOR and only updated in between, so that nothing drifts, and so that sums rebuilt
 * from saved rows have the same bits as sums that never stopped. An anchor is a number of rows. Those of symbol i fall on the numbers
 * that leave the remainder i modulo the window (staggered, so that no single row pays for all); a pair i <= j shares those of i. A
 * correction anchors what it touches at once, and `forced` anchors are part of the saved state.
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
  readonly #forced: Float64Array;
  readonly #row: Float64Array;
  #nulls: NullCorrections | null = null;
  #forcedAll = 0;
  #count = 0;

  constructor(rows: ReturnRows, window: number) {
    const symbols = rows.symbols;
    this.window = window;
    this.symbols = symbols;
    this.#rows = rows;
    this.sums = new Float64Array(DD_WIDTH * symbols);
    this.products = new Float64Array(DD_WIDTH * triangleSize(symbols));
    this.observations = new Int32Array(symbols);
    this.#forced = new Float64Array(symbols);
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

  /** Newest anchor that was forced on all symbols at once. */
  get forcedAll(): number {
    return this.#forcedAll;
  }

  /** Newest anchor that was forced on one symbol, 0 where none. */
  forced(symbol: number): number {
    return this.#forced[symbol]!;
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
    for (let symbol = this.#count % this.window; symbol < this.symbols; symbol += this.window) this.#rebuildRow(symbol);
  }

  /** Computes all sums of a symbol's anew: its return in row `index`, which lies in the window, has changed. */
  anchorSymbol(symbol: number, index: number): void {
    this.#forced[symbol] = this.#count;
    this.#watchForNulls(this.#load(this.#row, index));
    for (let other = 0; other < symbol; other++) this.#rebuildPair(other, symbol, this.#count);
    this.#rebuildRow(symbol);
    if (this.#nulls !== null)
      for (let other = 0; other < this.symbols; other++) this.#rebuildNulls(this.#nulls, other, symbol, this.#count);
  }

  /** Lets the window end with row `count` - 1, the newest or an older one, and computes all sums anew: rows have changed or moved. */
  anchorAll(count: number): void {
    this.#forced.fill(0);
    this.#rebuildAll(count, count);
  }

  /** Takes over a saved count with its anchors and rebuilds all sums from the rows, to the bits they had. */
  restore(count: number, forcedAll: number, forced: Iterable<{ readonly symbol: number; readonly anchor: number }>): void {
    this.#forced.fill(0);
    for (const { symbol, anchor } of forced) this.#forced[symbol] = anchor;
    this.#rebuildAll(count, forcedAll);
  }

  #rebuildAll(count: number, forcedAll: number): void {
    this.#count = count;
    this.#forcedAll = forcedAll;
    for (let index = this.#rows.first; index < count; index++) this.#watchForNulls(this.#load(this.#row, index));
    for (let symbol = 0; symbol < this.symbols; symbol++) {
      const sinceStaggered = (((count - symbol) % this.window) + this.window) % this.window;
      const anchor = Math.max(0, count - sinceStaggered, forcedAll, this.#forced[symbol]!);
      this.#rebuildSymbol(symbol, anchor);
      for (let other = 0; other < this.symbols; other++) {
        const pairAnchor = Math.max(anchor, this.#forced[other]!);
        if (other >= symbol) this.#rebuildPair(symbol, other, pairAnchor);
        if (this.#nulls !== null) this.#rebuildNulls(this.#nulls, symbol, other, pairAnchor);
      }
    }
  }

  /** Anchors a symbol, its pairs with itself and those after it, and what nulls take from them, here and now. */
  #rebuildRow(symbol: number): void {
    this.#rebuildSymbol(symbol, this.#count);
    for (let other = symbol; other < this.symbols; other++) this.#rebuildPair(symbol, other, this.#count);
    if (this.#nulls !== null)
      for (let other = 0; other < this.symbols; other++) this.#rebuildNulls(this.#nulls, symbol, other, this.#count);
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

  #rebuildNulls(nulls: NullCorrections, symbol: number, other: number, anchor: number): void {
    nulls.rebuild(this.#rows, this.window, symbol, other, anchor, this.#count);
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
